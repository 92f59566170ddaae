import type { IPAMBlock, IPPool } from '../../api/calico.ts';
import type { FieldError } from '../../api/field-error.ts';
import type { KubernetesObject } from '../../api/meta.ts';
import { writtenElsewhere } from '../../api/policy-name.ts';
import { poolConflict } from '../../api/pool-conflict.ts';
import { validateContent } from '../../api/validate.ts';
import { evaluateRules } from '../cel/evaluate-rules.ts';
import type { SemanticValidation } from '../context.ts';
import type { ApiObject } from '../json.ts';
import type { Resource } from '../resource.ts';
import { type Cause, causeOf } from '../status-error.ts';
import type { Store } from '../storage/store.ts';

/**
 * The rules of custom kinds beyond their schema: the CEL rules of any kind, and for projectcalico.org what the CLI
 * checks, too, in its words. Metadata is checked elsewhere.
 */
export function semanticValidation(store: Store): SemanticValidation {
  return (resource, object, previous) => {
    const causes = resource.group === 'projectcalico.org' ? calicoCauses(store, resource, object, previous) : [];
    const ofRules = evaluateRules(resource.schema, object, previous);
    return [...causes, ...ofRules.filter((cause) => !causes.some((said) => saysTheSame(said, cause)))];
  };
}

/** A rule of an object is about its fields: whoever named one of them has said it. */
function saysTheSame(said: Cause, rule: Cause): boolean {
  const isWhole = rule.field === '';
  return (
    isWhole ||
    said.field === rule.field ||
    said.field.startsWith(`${rule.field}.`) ||
    said.field.startsWith(`${rule.field}[`)
  );
}

function calicoCauses(
  store: Store,
  resource: Resource,
  object: Readonly<ApiObject>,
  previous: Readonly<ApiObject> | undefined,
): Cause[] {
  // Safe: the schema has been checked, and what the rules read of other fields is unknown to them.
  const found = [
    ...validateContent(resource, object as KubernetesObject, previous as KubernetesObject | undefined),
    ...checkOwner(resource, object),
  ];
  // A name that is taken is what a second creation is told of: whoever applies goes on with an update then.
  const isNew = () => !pools(store).some(({ metadata }) => metadata.name === object.metadata.name);
  if (found.length === 0 && resource.kind === 'IPPool' && previous === undefined && isNew()) {
    const conflict = poolConflict(object as unknown as IPPool, pools(store), blocks(store));
    if (conflict !== undefined) found.push(conflict);
  }
  return found.map(causeOf);
}

function checkOwner({ kind }: Resource, { metadata }: Readonly<ApiObject>): readonly FieldError[] {
  const value = metadata.name ?? '';
  const reason = writtenElsewhere(kind, value);
  return reason === undefined ? [] : [{ field: 'metadata.name', value, reason }];
}

// Safe: what is stored has passed the schema of its kind.
const pools = (store: Store) =>
  store.scan('ippools.projectcalico.org').map((entry) => entry.object as unknown as IPPool);
const blocks = (store: Store) =>
  store.scan('ipamblocks.projectcalico.org').map((entry) => entry.object as unknown as IPAMBlock);
