import type { KubernetesObject } from '../api/meta.ts';
import { type StagedChange, stagedGlobalChange, stagedKubernetesChange, stagedNetworkChange } from '../api/staged.ts';
import type { PolicyResources } from '../policy/resources.ts';
import { withoutResources, withResources } from './apply-resources.ts';

/** The resources as they would be with the staged policies enforced; the same object when nothing is staged. */
export function enforceStaged(resources: PolicyResources): PolicyResources {
  const changes = {
    networkPolicies: resources.stagedNetworkPolicies.map(stagedNetworkChange),
    globalNetworkPolicies: resources.stagedGlobalNetworkPolicies.map(stagedGlobalChange),
    kubernetesPolicies: resources.stagedKubernetesPolicies.map(stagedKubernetesChange),
  };
  let enforced = resources;
  for (const [field, staged] of Object.entries(changes)) {
    const set = policiesOf(staged, 'Set');
    const gone = policiesOf(staged, 'Delete');
    if (set.length > 0) enforced = withResources(enforced, { [field]: set });
    if (gone.length > 0) enforced = withoutResources(enforced, { [field]: gone });
  }
  return enforced;
}

function policiesOf(changes: readonly StagedChange<KubernetesObject>[], wanted: 'Set' | 'Delete') {
  return changes.filter(({ action }) => action === wanted).map(({ policy }) => policy);
}
