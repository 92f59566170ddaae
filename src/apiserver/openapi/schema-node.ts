import { isRecord } from '../../base/is-record.ts';
import type { JsonRecord } from '../json.ts';
import type { Resource } from '../resource.ts';
import { definition, definitionName, referencePrefix, type Schema } from './definitions.ts';

/** One place of a schema; `$ref` is resolved on the way. Words are those of OpenAPI incl. `x-kubernetes-*`. */
export interface SchemaNode {
  /** The definition that the place refers to: `io.k8s.api.core.v1.PodSpec`. */
  readonly name: string | undefined;
  /** `type`, `format`, `enum`, `required`, `default`, `x-kubernetes-list-type`, `x-kubernetes-patch-merge-key`, ... */
  readonly words: Readonly<JsonRecord>;
  /** The declared property, else what `additionalProperties` says; `undefined` where the schema says nothing. */
  property(name: string): SchemaNode | undefined;
  /** The items of a list; `undefined` for anything else. */
  items(): SchemaNode | undefined;
}

const roots = new WeakMap<Resource, SchemaNode>();
const nodes = new WeakMap<Schema, SchemaNode>();

/**
 * The schema of a served kind. The metadata of custom kinds is that of every kind; a custom kind without a schema knows
 * nothing else. Nodes are made once.
 */
export function schemaOf(resource: Resource): SchemaNode | undefined {
  let root = roots.get(resource);
  if (root === undefined) {
    root = nodeOf(resource.custom ? customRoot(resource.schema) : { $ref: referencePrefix + definitionName(resource) });
    roots.set(resource, root);
  }
  return root;
}

/** The metadata of every kind. */
export function metadataSchema(): SchemaNode {
  return nodeOf(metadata);
}

const metadata: Schema = { $ref: `${referencePrefix}io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta` };
const text: Schema = { type: 'string' };
/** What every object has at its root. */
const common: Schema = { apiVersion: text, kind: text, metadata };

function customRoot(schema: unknown): Schema {
  return withCommonFields(isRecord(schema) ? schema : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
}

function withCommonFields(schema: Schema): Schema {
  return { ...schema, properties: { ...(isRecord(schema.properties) ? schema.properties : {}), ...common } };
}

/** The node of one schema object, the same one each time. */
function nodeOf(schema: Schema): SchemaNode {
  let node = nodes.get(schema);
  if (node === undefined) {
    node = makeNode(schema);
    nodes.set(schema, node);
  }
  return node;
}

function makeNode(schema: Schema): SchemaNode {
  const words = resolve(schema);
  const properties = isRecord(words.properties) ? words.properties : {};
  const rest = isRecord(words.additionalProperties) ? nodeOf(words.additionalProperties) : undefined;
  return {
    name: typeof schema.$ref === 'string' ? schema.$ref.slice(referencePrefix.length) : undefined,
    words,
    property: (name) => {
      const found = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return isRecord(found) ? nodeOf(found) : rest;
    },
    items: () => (isRecord(words.items) ? nodeOf(words.items) : undefined),
  };
}

/** The words of what a schema refers to, and its own over them. */
function resolve(schema: Schema): Schema {
  const { $ref, ...own } = schema;
  if (typeof $ref === 'string') return { ...definition($ref.slice(referencePrefix.length)), ...own };
  return schema['x-kubernetes-embedded-resource'] === true ? withCommonFields(schema) : schema;
}
