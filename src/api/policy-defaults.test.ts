import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultObject } from './defaults.ts';
import * as kinds from './kinds.ts';
import type { Kind, KubernetesObject } from './meta.ts';

type Spec = Readonly<Record<string, unknown>>;
const allow = { action: 'Allow' };
const staged = kinds.stagedNetworkPolicies;

const cases: readonly [kind: Kind<KubernetesObject>, spec: Spec, filled: Spec][] = [
  [kinds.networkPolicies, {}, { tier: 'default', types: ['Ingress'] }],
  [kinds.networkPolicies, { tier: 'a', ingress: [allow] }, { tier: 'a', ingress: [allow], types: ['Ingress'] }],
  [kinds.networkPolicies, { types: [], egress: [allow] }, { tier: 'default', egress: [allow], types: ['Egress'] }],
  [kinds.networkPolicies, { ingress: null }, { tier: 'default', types: ['Ingress'] }],
  [
    kinds.globalNetworkPolicies,
    { ingress: [allow], egress: [allow] },
    { tier: 'default', ingress: [allow], egress: [allow], types: ['Ingress', 'Egress'] },
  ],
  [
    kinds.networkPolicies,
    { types: ['Egress'], ingress: [allow] },
    { tier: 'default', types: ['Egress'], ingress: [allow] },
  ],
  [
    kinds.networkPolicies,
    {
      ingress: [
        { ...allow, protocol: 'TCP', notProtocol: '58' },
        { ...allow, protocol: 'tcpx' },
      ],
      types: ['Ingress'],
    },
    {
      tier: 'default',
      types: ['Ingress'],
      ingress: [
        { ...allow, protocol: 'TCP', notProtocol: 58 },
        { ...allow, protocol: 'tcpx' },
      ],
    },
  ],
  [staged, {}, { tier: 'default', stagedAction: 'Set', types: ['Ingress'] }],
  [staged, { stagedAction: 'Delete' }, { tier: 'default', stagedAction: 'Delete' }],
  [kinds.stagedKubernetesNetworkPolicies, {}, { stagedAction: 'Set' }],
  [kinds.tiers, {}, { defaultAction: 'Deny' }],
  [kinds.hostEndpoints, { ports: [{ protocol: '17' }] }, { ports: [{ protocol: 17 }] }],
];

describe('defaultObject', () => {
  for (const [kind, spec, filled] of cases) {
    test(`${kind.kind} ${JSON.stringify(spec)}: -> ${JSON.stringify(filled)}`, () => {
      const object = { metadata: { name: 'name' }, spec } as KubernetesObject;
      const before = structuredClone(object);
      assert.deepEqual((defaultObject(kind, object) as unknown as { spec: Spec }).spec, filled);
      assert.deepEqual(object, before);
    });
  }

  test('hostile shapes: -> no exception', () => {
    const specs: readonly unknown[] = [
      undefined,
      null,
      [],
      'x',
      { ingress: 'x' },
      { ingress: [null, 1] },
      { types: 1 },
    ];
    for (const kind of kinds.calicoKinds) {
      for (const spec of specs) defaultObject(kind, { metadata: { name: 'n' }, spec } as unknown as KubernetesObject);
    }
  });
});
