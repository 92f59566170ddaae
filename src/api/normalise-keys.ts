import { isRecord } from '../base/is-record.ts';
import { calicoSchema } from './crds.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Kind, KubernetesObject } from './meta.ts';

const metadataKeys = [
  'name',
  'namespace',
  'generateName',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
  'selfLink',
] as const;

const metadataSchema: JsonSchema = {
  type: 'object',
  properties: Object.fromEntries(metadataKeys.map((key) => [key, {}])),
};

/**
 * A document with its field names in the spelling of the schema: `Ingress` becomes `ingress`, `ICMP` becomes `icmp`.
 * calicoctl, written in Go, never minded the case, and old documents rely on it; an API server does. A field that is
 * null, as `order:` without a value is, counts as absent to both, and is left out. A name that is there
 * twice, in two spellings, is left alone, and so is the content of maps such as labels. The argument is not changed and
 * may have any shape; kinds of other groups come back as they are.
 */
export function normaliseKeys(kind: Pick<Kind<KubernetesObject>, 'group' | 'kind'>, document: unknown): unknown {
  const schema = calicoSchema(kind);
  if (schema === undefined) return document;
  return normalise({ ...schema, properties: { ...schema.properties, metadata: metadataSchema } }, document);
}

function normalise(schema: JsonSchema | undefined, value: unknown): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => normalise(schema.items, item));
  if (!isRecord(value)) return value;
  const { properties } = schema;
  if (properties === undefined) {
    const inside = schema.additionalProperties;
    if (inside === undefined) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normalise(inside, item)]));
  }
  const known = new Map(Object.keys(properties).map((key) => [key.toLowerCase(), key]));
  const entries = Object.entries(value).flatMap(([key, item]): readonly (readonly [string, unknown])[] => {
    const right = known.get(key.toLowerCase());
    const name = right === undefined || Object.hasOwn(value, right) ? key : right;
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const isAbsent = item === null && property !== undefined && property.nullable !== true;
    return isAbsent ? [] : [[name, normalise(property, item)]];
  });
  // Two wrong spellings of one name: neither may silently win.
  const isUnique = new Set(entries.map(([key]) => key)).size === entries.length;
  return isUnique ? Object.fromEntries(entries) : value;
}
