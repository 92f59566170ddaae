import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StagedAction } from './calico-policy.ts';
import { stagedGlobalChange, stagedKubernetesChange, stagedNetworkChange } from './staged.ts';

const metadata = { namespace: 'shop', name: 'web', labels: { a: 'b' }, resourceVersion: '7', uid: 'u' };

describe('staged policies: -> the policy they stand for, without what the server has set', () => {
  test('StagedNetworkPolicy', () => {
    assert.deepEqual(stagedNetworkChange({ metadata, spec: { stagedAction: 'Set', order: 1 } }), {
      action: 'Set',
      policy: {
        apiVersion: 'projectcalico.org/v3',
        kind: 'NetworkPolicy',
        metadata: { namespace: 'shop', name: 'web', labels: { a: 'b' } },
        spec: { order: 1 },
      },
    });
  });

  test('StagedGlobalNetworkPolicy', () => {
    const { policy } = stagedGlobalChange({ metadata: { name: 'all', uid: 'u' }, spec: { preDNAT: true } });
    assert.deepEqual(
      [policy.kind, policy.metadata, policy.spec],
      ['GlobalNetworkPolicy', { name: 'all' }, { preDNAT: true }],
    );
  });

  test('StagedKubernetesNetworkPolicy', () => {
    const { policy } = stagedKubernetesChange({ metadata, spec: { podSelector: {}, policyTypes: ['Egress'] } });
    assert.deepEqual(
      [policy.apiVersion, policy.spec],
      ['networking.k8s.io/v1', { podSelector: {}, policyTypes: ['Egress'] }],
    );
  });
});

describe('stagedAction', () => {
  const actions: readonly (StagedAction | undefined)[] = [undefined, 'Set', 'Delete', 'Learn', 'Ignore'];
  for (const stagedAction of actions) {
    test(`${stagedAction} -> ${stagedAction ?? 'Set'}`, () => {
      const spec = stagedAction === undefined ? {} : { stagedAction };
      assert.equal(stagedNetworkChange({ metadata, spec }).action, stagedAction ?? 'Set');
    });
  }
});
