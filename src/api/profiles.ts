import type { Profile } from './calico-policy.ts';
import type { Namespace, ServiceAccount } from './core.ts';
import * as kinds from './kinds.ts';
import { type ObjectMeta, withType } from './meta.ts';
import { namespaceProfileName, serviceAccountProfileName } from './profile-names.ts';

/** The prefixes under which pods carry the labels of their namespace and their service account. */
const inheritedLabelPrefixes = { namespace: 'pcns.', serviceAccount: 'pcsa.' } as const;

const allow = [{ action: 'Allow' }] as const;

/** The profile that allows everything, for host endpoints that policy is to restrict only where it says so. */
export const defaultAllowProfile: Profile = withType(kinds.profiles, {
  metadata: { name: 'projectcalico-default-allow' },
  spec: { ingress: allow, egress: allow },
});

/** Pods without a policy may do everything, and carry the labels of their namespace. */
export function namespaceProfile({ metadata }: Namespace): Profile {
  return withType(kinds.profiles, {
    metadata: derived(metadata, namespaceProfileName(metadata.name)),
    spec: { ingress: allow, egress: allow, labelsToApply: inherited(inheritedLabelPrefixes.namespace, metadata) },
  });
}

/** Has no rules: pods carry the labels of their service account. */
export function serviceAccountProfile({ metadata }: ServiceAccount): Profile {
  return withType(kinds.profiles, {
    metadata: derived(metadata, serviceAccountProfileName(metadata.namespace ?? '', metadata.name)),
    spec: { labelsToApply: inherited(inheritedLabelPrefixes.serviceAccount, metadata) },
  });
}

function inherited(prefix: string, { name, labels = {} }: ObjectMeta): Record<string, string> {
  const prefixed = Object.entries(labels).map(([key, value]) => [`${prefix}${key}`, value]);
  return Object.fromEntries([...prefixed, [`${prefix}projectcalico.org/name`, name]]);
}

function derived({ uid, resourceVersion, creationTimestamp }: ObjectMeta, name: string): ObjectMeta {
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
  };
}
