import type { IPAMBlock, IPPool } from '../../api/calico.ts';
import { isShapeError } from '../../api/check-schema.ts';
import { calicoSchema } from '../../api/crds.ts';
import type { FieldError } from '../../api/field-error.ts';
import {
  globalNetworkPolicies,
  networkPolicies,
  stagedGlobalNetworkPolicies,
  stagedNetworkPolicies,
} from '../../api/kinds.ts';
import type { KubernetesObject } from '../../api/meta.ts';
import { writtenElsewhere } from '../../api/policy-name.ts';
import { poolConflict } from '../../api/pool-conflict.ts';
import { validateContent } from '../../api/validate.ts';
import { evaluateRules } from '../cel/evaluate-rules.ts';
import type { SemanticValidation } from '../context.ts';
import { type ApiObject, stringAt } from '../json.ts';
import type { Resource } from '../resource.ts';
import { type Cause, causeOf } from '../status-error.ts';
import type { Store } from '../storage/store.ts';

/**
 * The rules of custom kinds beyond their schema: the CEL rules of any kind, and for those this project defines what the
 * CLI checks, too. Where both have something against a field, the CLI's words are said: whoever uses kubectl reads the same.
 * Metadata is checked elsewhere.
 */
export function semanticValidation(store: Store): SemanticValidation {
  return (resource, object, previous, ofSchema) => {
    const causes = calicoSchema(resource) !== undefined ? calicoCauses(store, resource, object, previous) : [];
    // Rules read fields by their type: they wait until the schema has nothing to say.
    const others = ofSchema.length > 0 ? ofSchema : evaluateRules(resource.schema, object, previous);
    return [...causes, ...others.filter((cause) => !causes.some((said) => saysTheSame(said, cause)))];
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
  // Safe: validateContent looks at shapes first. Of wrong types the schema speaks, in words everybody knows.
  const content = validateContent(resource, object as KubernetesObject, previous as KubernetesObject | undefined);
  const found = [...content.filter((error) => !isShapeError(error)), ...checkOwner(resource, object)];
  if (content.length > 0) return found.map(causeOf);
  // A name that is taken is what a second creation is told of: whoever applies goes on with an update then.
  const isNew = () => !pools(store).some(({ metadata }) => metadata.name === object.metadata.name);
  if (found.length === 0 && resource.kind === 'IPPool' && previous === undefined && isNew()) {
    const conflict = poolConflict(object as unknown as IPPool, pools(store), blocks(store));
    if (conflict !== undefined) found.push(conflict);
  }
  if (found.length === 0) found.push(...checkTier(store, object, previous));
  return found.map(causeOf);
}

/** A policy that comes to a tier needs it; a tier that has policies is not deleted. */
function checkTier(
  store: Store,
  object: Readonly<ApiObject>,
  previous: Readonly<ApiObject> | undefined,
): readonly FieldError[] {
  const value = stringAt(object, 'spec', 'tier') ?? '';
  if (!tieredKinds.has(object.kind) || value === '') return [];
  if (previous !== undefined && stringAt(previous, 'spec', 'tier') === value) return [];
  if (store.get({ resource: 'tiers.projectcalico.org', namespace: '', name: value }) !== undefined) return [];
  return [{ field: 'spec.tier', value, reason: 'the tier does not exist, one that is there needed' }];
}

const tieredKinds: ReadonlySet<string> = new Set(
  [networkPolicies, globalNetworkPolicies, stagedNetworkPolicies, stagedGlobalNetworkPolicies].map(({ kind }) => kind),
);

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
