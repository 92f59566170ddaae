import { isRecord } from '../../base/is-record.ts';
import type { JsonRecord } from '../json.ts';
import { type Cause, forbiddenValue, requiredValue, unsupportedValue } from '../status-error.ts';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/**
 * Where a schema leaves open what a value is: such a field could be neither pruned nor defaulted nor merged.
 *
 * @param at where the schema stands: `spec.versions[0].schema.openAPIV3Schema`
 * @see kubernetes.io "Extend the Kubernetes API with CustomResourceDefinitions", section "Specifying a structural schema"
 */
export function structuralProblems(schema: JsonRecord, at: string): Cause[] {
  const { properties, additionalProperties, items } = schema;
  const fields = isRecord(properties) ? Object.entries(properties) : [];
  const causes = fields.flatMap(([name, one]) => below(one, `${at}.properties[${name}]`, 'object fields'));
  if (isRecord(additionalProperties)) {
    if (fields.length > 0) {
      const why = 'properties and additionalProperties are mutual exclusive';
      causes.push(forbiddenValue(`${at}.additionalProperties`, why));
    }
    causes.push(...below(additionalProperties, `${at}.additionalProperties`, 'object fields'));
  }
  if (isRecord(items)) causes.push(...below(items, `${at}.items`, 'array items'));
  return causes;
}

function below(schema: unknown, at: string, what: string): Cause[] {
  if (!isRecord(schema)) return [];
  const anyType =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema.type === undefined || schema.type === '') {
    if (!anyType) return [requiredValue(`${at}.type`, `must not be empty for specified ${what}`)];
  } else if (!types.includes(String(schema.type))) return [unsupportedValue(`${at}.type`, schema.type, types)];
  return structuralProblems(schema, at);
}
