import { isRecord } from '../../base/is-record.ts';
import type { JsonRecord } from '../json.ts';
import type { Resource } from '../resource.ts';
import { referencePrefix, type Schema } from './definitions.ts';

const meta = `${referencePrefix}io.k8s.apimachinery.pkg.apis.meta.v1.`;
const apiVersion: Schema = { type: 'string', description: 'Group and version of the kind: the form of the object.' };
const kind: Schema = { type: 'string', description: 'The kind of the object.' };

/** The name of the definition of a custom kind: `org.projectcalico.v3.IPPool`. */
export function customDefinitionName(resource: Pick<Resource, 'group' | 'version' | 'kind'>): string {
  return `${resource.group.split('.').toReversed().join('.')}.${resource.version}.${resource.kind}`;
}

/** The schema of a custom kind as its CustomResourceDefinition has it, with what every object has at its root. */
export function customDefinition(resource: Resource): Schema {
  const schema: JsonRecord = isRecord(resource.schema)
    ? resource.schema
    : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const metadata = {
    description: "The object's name, labels and what else every kind has.",
    $ref: `${meta}ObjectMeta`,
  };
  return {
    ...schema,
    type: 'object',
    properties: { ...properties, apiVersion, kind, metadata },
    'x-kubernetes-group-version-kind': [{ group: resource.group, version: resource.version, kind: resource.kind }],
  };
}

/** The schema of a list of a custom kind. */
export function customListDefinition(resource: Resource): Schema {
  return {
    description: `A list of ${resource.kind} objects.`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion,
      kind,
      metadata: { $ref: `${meta}ListMeta` },
      items: { type: 'array', items: { $ref: referencePrefix + customDefinitionName(resource) } },
    },
    'x-kubernetes-group-version-kind': [{ group: resource.group, version: resource.version, kind: resource.listKind }],
  };
}

/**
 * A structural schema in what OpenAPI v2 and its readers understand: no alternatives, no null, no defaults, and nothing
 * below a place where any field is allowed, so that a client does not refuse what the server takes.
 */
export function simplifyForV2(schema: unknown): JsonRecord {
  if (!isRecord(schema)) return {};
  const out: JsonRecord = {};
  for (const [word, value] of Object.entries(schema)) {
    if (notInV2.has(word)) continue;
    if (word === 'properties' && isRecord(value)) {
      out.properties = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, simplifyForV2(field)]));
    } else if (word === 'items' || word === 'additionalProperties') {
      if (isRecord(value)) out[word] = simplifyForV2(value);
    } else out[word] = value;
  }
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true && schema.type !== undefined;
  if (schema.nullable === true || open) {
    for (const word of ['properties', 'items', 'additionalProperties', 'required']) delete out[word];
  }
  if (schema.nullable === true || schema['x-kubernetes-int-or-string'] === true) delete out.type;
  return out;
}

const notInV2 = new Set([
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'nullable',
  'default',
  'x-kubernetes-validations',
  'example',
]);
