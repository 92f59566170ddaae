import type { FelixConfiguration, IPPool } from '../../api/calico.ts';
import type { KubernetesObject } from '../../api/meta.ts';
import type { PolicyResources } from '../../policy/resources.ts';
import { type PolicyField, policyFields } from '../../trace/policy-kinds.ts';

/** All that decides about packets, from a cluster or from files. */
export interface PolicyWorld {
  readonly resources: PolicyResources;
  readonly felix: readonly FelixConfiguration[];
  readonly pools: readonly IPPool[];
  /** What was assumed where files say nothing, in sentences for people. */
  readonly assumptions: readonly string[];
}

/** Resources of the lists that a function gives. What it gives must be of the kind of the list. */
export function resourcesOf(objectsOf: (field: PolicyField) => readonly KubernetesObject[]): PolicyResources {
  const lists = Object.fromEntries(policyFields.map((field) => [field, objectsOf(field)]));
  // The kind of each object was looked at when it was read.
  return lists as unknown as PolicyResources;
}
