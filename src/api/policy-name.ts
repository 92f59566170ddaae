import type { FieldError } from './field-error.ts';
import { kubernetesPolicyPrefix } from './from-kubernetes-policy.ts';
import { isSubdomain } from './name-syntax.ts';

/** Policies that Kubernetes or OpenStack own appear under these prefixes. */
const ownedPrefixes = [kubernetesPolicyPrefix, 'ossg.default.'] as const;
const reason = 'a policy is called NAME or TIER.NAME; lower-case letters, digits and "-"';

/**
 * Checks the name of a namespaced policy: `NAME`, `TIER.NAME`, or a name of somebody else's policy. That it is a
 * subdomain at all is checked for every object.
 */
export function validatePolicyName(name: string): readonly FieldError[] {
  const owned = ownedPrefixes.some((prefix) => name.startsWith(prefix));
  return owned ? [] : validateGlobalPolicyName(name);
}

/** Checks the name of a cluster-wide policy: `NAME` or `TIER.NAME`. */
export function validateGlobalPolicyName(name: string): readonly FieldError[] {
  const fits = !isSubdomain(name) || name.split('.').length <= 2;
  return fits ? [] : [{ field: 'metadata.name', value: name, reason }];
}

/**
 * Why an object may be read but not written under its name, `undefined` when it may: Kubernetes' own policies show up
 * among Calico's as `knp.default.NAME`. A staged policy of that name may be written: it says what would change.
 */
export function writtenElsewhere(kind: string, name: string): string | undefined {
  if (kind !== 'NetworkPolicy' || !name.startsWith(kubernetesPolicyPrefix)) return undefined;
  return 'kubernetes network policies must be managed through the kubernetes API';
}
