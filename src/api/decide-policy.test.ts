import { describe, test } from 'node:test';
import * as kinds from './kinds.ts';
import { asObject, asSpec, decide } from './testing/decide.ts';

const allow = { action: 'Allow' };
const services = { name: 'web', namespace: 'shop' };
const policySpecs = {
  accepted: [
    {},
    { order: 0, tier: 'default', selector: '', serviceAccountSelector: '' },
    { order: -1.5, types: ['Ingress'] },
    { types: ['Egress', 'Ingress'], ingress: [], egress: [] },
    { types: ['Egress'], ingress: [allow] },
    { performanceHints: ['AssumeNeededOnEveryNode'] },
    { performanceHints: [] },
    { ingress: Array.from({ length: 1024 }, () => allow) },
    { ingress: [{ ...allow, source: { services } }] },
    { egress: [{ ...allow, destination: { services } }] },
    { ingress: [{ ...allow, http: { methods: ['GET'] } }] },
    { ingress: [{ ...allow, source: { namespaceSelector: 'global()' } }] },
  ],
  refused: [
    { order: '1' },
    { tier: 'a b' },
    { types: ['Ingress', 'Ingress'] },
    { types: ['ingress'] },
    { types: [''] },
    { types: ['Ingress', 'Egress', 'Ingress'] },
    { performanceHints: ['junk'] },
    { performanceHints: ['AssumeNeededOnEveryNode', 'AssumeNeededOnEveryNode'] },
    { selector: 'a = b' },
    { selector: 'global()' },
    { selector: "a == 'global()'" },
    { serviceAccountSelector: 'has(a) || global()' },
    { serviceAccountSelector: 'a' },
    { selector: `a == '${'b'.repeat(1024)}'` },
    { ingress: Array.from({ length: 1025 }, () => allow) },
    { ingress: [{ ...allow, destination: { services } }] },
    { egress: [{ ...allow, source: { services } }] },
    { egress: [{ ...allow, http: { methods: ['GET'] } }] },
    { egress: [{}] },
    { ingres: [allow] },
  ],
};
const globalSpecs = {
  accepted: [
    { doNotTrack: false, preDNAT: false, applyOnForward: false },
    { doNotTrack: true, applyOnForward: true, egress: [allow] },
    { preDNAT: true, applyOnForward: true, egress: [], ingress: [allow], types: ['Ingress'] },
    { applyOnForward: true, namespaceSelector: "a == 'b'" },
    { namespaceSelector: '' },
  ],
  refused: [
    { doNotTrack: true },
    { preDNAT: true, applyOnForward: false },
    { doNotTrack: true, preDNAT: true, applyOnForward: true },
    { preDNAT: true, applyOnForward: true, egress: [allow] },
    { preDNAT: true, applyOnForward: true, types: ['Egress'] },
    { namespaceSelector: 'global()' },
    { namespaceSelector: "a == 'global()'" },
    { namespaceSelector: '!' },
    { ingress: [{ ...allow, source: { services: { name: 'web' } } }] },
    { egress: [{ ...allow, destination: { services: { name: 'web', namespace: '' } } }] },
    { doNotTrack: 'true' },
  ],
};
const named = (names: readonly string[]) => names.map((name) => ({ metadata: { name }, spec: {} }));
const long = (length: number) => 'x'.repeat(length);

describe('policies: what Calico decides', () => {
  for (const kind of [kinds.networkPolicies, kinds.globalNetworkPolicies]) {
    decide(test, kind.kind, asSpec(kind), policySpecs.accepted, policySpecs.refused);
  }
  for (const kind of [kinds.stagedNetworkPolicies, kinds.stagedGlobalNetworkPolicies]) {
    const actions = ['Set', 'Learn', 'Ignore'].map((stagedAction) => ({ stagedAction, selector: 'all()' }));
    const deletions = [
      { selector: 'all()' },
      { order: 0 },
      { ingress: [allow] },
      { types: ['Ingress'] },
      { performanceHints: ['AssumeNeededOnEveryNode'] },
    ].map((spec) => ({ stagedAction: 'Delete', ...spec }));
    const wrong = ['', 'set', 'Remove'].map((stagedAction) => ({ stagedAction }));
    decide(
      test,
      kind.kind,
      asSpec(kind),
      [...policySpecs.accepted, ...actions, { stagedAction: 'Delete', tier: 'a', selector: '', ingress: [] }],
      [...policySpecs.refused, ...deletions, ...wrong],
    );
  }
  for (const kind of [kinds.globalNetworkPolicies, kinds.stagedGlobalNetworkPolicies]) {
    decide(test, kind.kind, asSpec(kind), globalSpecs.accepted, globalSpecs.refused);
  }
  decide(
    test,
    'NetworkPolicy',
    asSpec(kinds.networkPolicies),
    [{ egress: [{ ...allow, destination: { services: { name: 'a' } } }] }],
    [{ doNotTrack: false }, { namespaceSelector: 'all()' }],
  );

  const single = ['a', '0', 'a-b', 'a.b', long(253), `${long(100)}.${long(152)}`];
  const wrong = ['', 'A', 'a_b', '-a', 'a-', 'a.', '.a', 'a..b', 'a.b.c', 'a~b', long(254), `a.${long(252)}`];
  const owned = ['knp.default.a', 'knp.default.a.b.c', 'ossg.default.a'];
  for (const kind of [kinds.networkPolicies, kinds.stagedNetworkPolicies]) {
    decide(
      test,
      kind.kind,
      asObject(kind),
      named([...single, ...owned]),
      named([...wrong, 'knp.other.a', 'knp.default.']),
    );
  }
  for (const kind of [kinds.globalNetworkPolicies, kinds.stagedGlobalNetworkPolicies]) {
    decide(test, kind.kind, asObject(kind), named(single), named([...wrong, ...owned]));
  }
  const knp = kinds.stagedKubernetesNetworkPolicies;
  decide(test, knp.kind, asObject(knp), named(['a', 'a.b.c.d', long(253)]), named(['A', long(254)]));
});

describe('tiers, profiles, network sets: what Calico decides', () => {
  const tier = (name: string, spec: object) => ({ metadata: { name }, spec });
  decide(
    test,
    'Tier',
    asObject(kinds.tiers),
    [
      tier('a', {}),
      tier('a-b', { order: 0, defaultAction: 'Pass' }),
      tier(long(63), { order: 1.5 }),
      tier('default', { order: 1_000_000 }),
      tier('default', { order: 1_000_000, defaultAction: 'Deny' }),
      tier('kube-admin', { order: 1000, defaultAction: 'Pass' }),
      tier('kube-baseline', { order: 10_000_000, defaultAction: 'Pass' }),
    ],
    [
      tier(long(64), {}),
      tier('a.b', {}),
      tier('A', {}),
      tier('', {}),
      tier('a', { defaultAction: 'Allow' }),
      tier('a', { defaultAction: 'deny' }),
      tier('a', { order: '1' }),
      tier('default', {}),
      tier('default', { order: 10 }),
      tier('default', { order: 1_000_000, defaultAction: 'Pass' }),
      tier('kube-admin', { order: 1000 }),
      tier('kube-admin', { order: 1001, defaultAction: 'Pass' }),
      tier('kube-baseline', { order: 10_000_000, defaultAction: 'Deny' }),
      tier('kube-baseline', { defaultAction: 'Pass' }),
    ],
  );
  decide(
    test,
    'Profile',
    asSpec(kinds.profiles),
    [{}, { ingress: [allow], egress: [allow], labelsToApply: { 'a/b': 'c', d: '' } }],
    [{ ingress: [{}] }, { labelsToApply: { 'a b': 'c' } }, { labelsToApply: { a: '-' } }, { labelsToApply: { a: 1 } }],
  );
  for (const kind of [kinds.networkSets, kinds.globalNetworkSets]) {
    const labelled = (labels: object) => ({ metadata: { name: 'a', labels }, spec: { nets: [] } });
    decide(
      test,
      kind.kind,
      asSpec(kind),
      [{}, { nets: [] }, { nets: ['10.0.0.1', '10.0.0.0/8', 'fd00::/8', '0.0.0.0/0'] }],
      [{ nets: ['x'] }, { nets: ['10.0.0.1/8'] }, { nets: ['10.0.0.1', '10.0.0.1'] }, { nets: [''] }, { nets: 'x' }],
    );
    decide(
      test,
      kind.kind,
      asObject(kind),
      [labelled({ 'projectcalico.org/name': 'a' }), labelled({ a: long(63) })],
      [
        labelled({ 'projectcalico.org/namespace': 'a' }),
        labelled({ a: long(64) }),
        labelled({ 'A.org/b': '' }),
        labelled({ '/a': '' }),
      ],
    );
  }
});
