import { hasCode } from '../../base/errors.ts';
import { isRecord } from '../../base/is-record.ts';
import type { Resource } from '../resource.ts';
import { customDefinition, customDefinitionName, customListDefinition } from './custom-definitions.ts';
import { definition, definitionName, referencePrefix, type Schema } from './definitions.ts';
import { type KindName, type Operation, sameKind } from './operations.ts';

const metaPackage = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** What the body of a PATCH is. */
export const patchName = `${metaPackage}.Patch`;
/** What may be sent with a DELETE. */
export const deleteOptionsName = `${metaPackage}.DeleteOptions`;
/** The answer of whatever has no object to answer with. */
export const statusName = `${metaPackage}.Status`;

/** Definitions by name; whether one is a custom kind's decides how it is written down. */
export interface DefinitionSet {
  readonly schemas: ReadonlyMap<string, Schema>;
  readonly custom: ReadonlySet<string>;
  isCustom(kind: KindName): boolean;
  /** The name of the definition of a kind or (`list`) of a list of it; `undefined` when nothing is known of it. */
  nameOf(kind: KindName, list: boolean): string | undefined;
}

/** The definitions that operations speak of, and all those they refer to. */
export function collectDefinitions(resources: readonly Resource[], operations: readonly Operation[]): DefinitionSet {
  const schemas = new Map<string, Schema>();
  const custom = new Set<string>();
  const find = (kind: KindName) => resources.find((resource) => resource.custom && sameKind(resource, kind));
  const nameOf = (kind: KindName, list: boolean) => {
    const resource = find(kind);
    const whole = list ? { ...kind, kind: resource?.listKind ?? `${kind.kind}List` } : kind;
    const name = resource === undefined ? definitionName(whole) : customDefinitionName(whole);
    return schemas.has(name) ? name : undefined;
  };
  for (const name of [patchName, deleteOptionsName, statusName]) addBuiltIn(schemas, name);
  for (const { kind, answer } of operations) {
    const resource = find(kind);
    if (resource === undefined) {
      addBuiltIn(schemas, definitionName(kind));
      if (answer === 'list') addBuiltIn(schemas, definitionName({ ...kind, kind: `${kind.kind}List` }));
      continue;
    }
    const names = [customDefinitionName(resource), customDefinitionName({ ...resource, kind: resource.listKind })];
    for (const [index, name] of names.entries()) {
      if (schemas.has(name)) continue;
      schemas.set(name, index === 0 ? customDefinition(resource) : customListDefinition(resource));
      custom.add(name);
      addReferences(schemas, schemas.get(name));
    }
  }
  return { schemas, custom, isCustom: (kind) => find(kind) !== undefined, nameOf };
}

/** A kind that has no declaration (of a subresource that streams) stays without a definition. */
function addBuiltIn(schemas: Map<string, Schema>, name: string): void {
  if (schemas.has(name)) return;
  let schema: Schema;
  try {
    schema = definition(name);
  } catch (error) {
    if (hasCode(error, 'APISERVER_DEFINITION')) return;
    throw error;
  }
  schemas.set(name, schema);
  addReferences(schemas, schema);
}

function addReferences(schemas: Map<string, Schema>, value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) addReferences(schemas, item);
  } else if (isRecord(value)) {
    const { $ref } = value;
    if (typeof $ref === 'string') addBuiltIn(schemas, $ref.slice(referencePrefix.length));
    for (const item of Object.values(value)) if (typeof item === 'object') addReferences(schemas, item);
  }
}
