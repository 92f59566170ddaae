import type { PolicyResources } from '../policy/resources.ts';

/**
 * The kinds that a node computes its policy from. Staged kinds are never enforced, Services are known by their slices;
 * nodes are read with the rest of the node's state.
 */
export type PolicySourceKind = Exclude<
  keyof PolicyResources,
  'nodes' | 'services' | 'stagedNetworkPolicies' | 'stagedGlobalNetworkPolicies' | 'stagedKubernetesPolicies'
>;

/** The object of each kind. */
export type PolicyObjects = { readonly [K in PolicySourceKind]: PolicyResources[K][number] };
