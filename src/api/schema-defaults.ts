import { isRecord } from '../base/is-record.ts';

/**
 * Fills in the schema's defaults, outermost first. A `null` for a field that is not nullable and has a default counts
 * as absent; one without a default is dropped, as in Kubernetes. Changes `value`.
 */
export function applySchemaDefaults(schema: unknown, value: unknown): void {
  if (!isRecord(schema)) return;
  if (Array.isArray(value)) {
    for (const item of value) applySchemaDefaults(schema.items, item);
    return;
  }
  if (!isRecord(value)) return;
  const properties = isRecord(schema.properties) ? schema.properties : {};
  for (const [field, property] of Object.entries(properties)) {
    if (!isRecord(property)) continue;
    if (value[field] === null && property.nullable !== true) delete value[field];
    if (value[field] === undefined && property.default !== undefined) value[field] = structuredClone(property.default);
    applySchemaDefaults(property, value[field]);
  }
  if (!isRecord(schema.additionalProperties)) return;
  for (const [field, item] of Object.entries(value)) {
    if (!Object.hasOwn(properties, field)) applySchemaDefaults(schema.additionalProperties, item);
  }
}
