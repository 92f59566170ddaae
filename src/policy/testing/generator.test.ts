import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultPolicy } from '../../api/policy-defaults.ts';
import { validateContent } from '../../api/validate.ts';
import { validateKubernetesPolicySpec } from '../../api/validate-kubernetes-policy.ts';
import { arbitraryResources } from './arbitrary-resources.ts';
import { emptyResources } from './empty-resources.ts';

const seed = 20_261_121;

test('generator: any cluster -> every object of Calico is valid', () => {
  const shape = { pods: 4, policies: 3, hostEndpoints: true };
  fc.assert(
    fc.property(arbitraryResources(shape), (resources) => {
      for (const object of [
        ...resources.tiers,
        ...resources.networkPolicies.map(defaultPolicy),
        ...resources.globalNetworkPolicies.map(defaultPolicy),
        ...resources.networkSets,
        ...resources.globalNetworkSets,
        ...resources.hostEndpoints,
      ]) {
        const { kind = '' } = object;
        assert.deepEqual(validateContent({ group: 'projectcalico.org', kind }, object), [], JSON.stringify(object));
      }
      for (const { spec } of resources.kubernetesPolicies) {
        assert.deepEqual(validateKubernetesPolicySpec(spec ?? {}), [], JSON.stringify(spec));
      }
      for (const object of [
        ...resources.clusterNetworkPolicies,
        ...resources.adminNetworkPolicies,
        ...resources.baselineAdminNetworkPolicies,
      ]) {
        const { kind = '' } = object;
        const errors = validateContent({ group: 'policy.networking.k8s.io', kind }, object);
        assert.deepEqual(errors, [], JSON.stringify(object));
      }
    }),
    { seed, numRuns: 500 },
  );
});

test('generator: many clusters -> every kind of object appears', () => {
  const clusters = fc.sample(arbitraryResources({ pods: 4, policies: 2, hostEndpoints: true }), { seed, numRuns: 100 });
  const never = Object.keys(emptyResources).filter((key) =>
    clusters.every((resources) => resources[key as keyof typeof resources].length === 0),
  );
  assert.deepEqual(never.sort(), [
    'services',
    'stagedGlobalNetworkPolicies',
    'stagedKubernetesPolicies',
    'stagedNetworkPolicies',
  ]);
});
