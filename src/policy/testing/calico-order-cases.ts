import type { PolicyResources } from '../resources.ts';
import { calicoTestCluster } from './calico-test-cluster.ts';
import { globalPolicy, networkPolicy, type PolicyCase, packet, tier } from './policy-case.ts';

const fromApi = '10.0.0.2 > 10.0.0.1 TCP 80';

const egressToService = networkPolicy('default/p', {
  selector: "app == 'api'",
  egress: [{ action: 'Allow', destination: { services: { name: 'db' } } }],
});
const egress = {
  resources: { ...calicoTestCluster, networkPolicies: [egressToService] },
  endpoint: 'default/api',
  direction: 'egress',
} as const;

const deny = globalPolicy('p1', {
  tier: 'platform',
  order: 1,
  selector: 'all()',
  types: ['Ingress'],
  ingress: [{ action: 'Deny', source: { nets: ['1.2.3.4/32'] } }],
});
const allow = networkPolicy('default/n1', {
  selector: "app == 'web'",
  ingress: [{ action: 'Allow', protocol: 'TCP', source: { selector: "app == 'api'" }, destination: { ports: [80] } }],
});
const platform = {
  resources: {
    ...calicoTestCluster,
    tiers: [tier('platform', { order: 100, defaultAction: 'Pass' })],
    globalNetworkPolicies: [deny],
    networkPolicies: [allow],
  },
  endpoint: 'default/web',
  direction: 'ingress',
} as const;

const all = { selector: 'all()', types: ['Ingress'] } as const;
const rule = (action: 'Allow' | 'Deny' | 'Pass' | 'Log') => ({ ingress: [{ action }] });

/** Packets from default/api to default/web under cluster-wide policies. */
function orderCase(name: string, policies: PolicyResources['globalNetworkPolicies'], verdict: string): PolicyCase {
  const tiers = [tier('early', { order: 1 }), tier('late', { order: 2_000_000 }), tier('last', {})];
  const resources = { ...calicoTestCluster, tiers, globalNetworkPolicies: policies };
  return { name, resources, endpoint: 'default/web', direction: 'ingress', packet: packet(fromApi), verdict };
}

/** Calico's policies together: order, tiers, actions, Services, what cannot be read. */
export const calicoOrderCases: readonly PolicyCase[] = [
  {
    ...egress,
    name: 'services: address and port behind it -> matches',
    packet: packet('10.0.0.2 > 10.0.0.3 TCP 5432'),
    verdict: 'allowed by np/default/p egress 0',
  },
  {
    ...egress,
    name: 'services: port of UDP behind it -> matches',
    packet: packet('10.0.0.2 > 203.0.113.5 UDP 53'),
    verdict: 'allowed by np/default/p egress 0',
  },
  {
    ...egress,
    name: 'services: port of UDP behind it, packet of TCP -> no match',
    packet: packet('10.0.0.2 > 203.0.113.5 TCP 53'),
    verdict: 'denied by end of default (np/default/p)',
  },
  {
    ...egress,
    name: 'services: another port -> no match',
    packet: packet('10.0.0.2 > 10.0.0.3 TCP 80'),
    verdict: 'denied by end of default (np/default/p)',
  },
  {
    ...platform,
    name: 'tiers: denied in the first -> denied',
    packet: packet('1.2.3.4 > 10.0.0.1 TCP 80'),
    verdict: 'denied by gnp/p1 ingress 0',
  },
  {
    ...platform,
    name: 'tiers: first passes at its end, allowed in the second -> allowed',
    packet: packet(fromApi),
    verdict: 'allowed by np/default/n1 ingress 0',
  },
  {
    ...platform,
    name: 'tiers: nothing matches in the second -> denied at its end',
    packet: packet('10.0.0.2 > 10.0.0.1 TCP 81'),
    verdict: 'denied by end of default (np/default/n1)',
  },
  {
    ...platform,
    name: 'tiers: second has no policy for the pod -> profile',
    endpoint: 'default/api',
    packet: packet('10.0.0.1 > 10.0.0.2 TCP 81'),
    verdict: 'allowed by kns.default',
  },
  {
    ...platform,
    name: 'profile: no policy for the direction -> allowed',
    direction: 'egress',
    packet: packet('10.0.0.1 > 10.0.0.2 TCP 81'),
    verdict: 'allowed by kns.default',
  },
  {
    name: 'namespace: not there -> denied',
    resources: calicoTestCluster,
    endpoint: 'lost/api',
    direction: 'ingress',
    packet: packet('10.0.0.1 > 10.0.0.4 TCP 80'),
    verdict: 'denied by no-profile',
  },
  {
    name: 'pod: not there -> denied',
    resources: calicoTestCluster,
    endpoint: 'default/gone',
    direction: 'ingress',
    packet: packet('10.0.0.1 > 10.0.0.9 TCP 80'),
    verdict: 'denied by no-profile',
  },
  orderCase(
    'order: lower is first',
    [
      globalPolicy('a', { ...all, order: 2, ...rule('Deny') }),
      globalPolicy('b', { ...all, order: 1, ...rule('Allow') }),
    ],
    'allowed by gnp/b ingress 0',
  ),
  orderCase(
    'order: none is last',
    [globalPolicy('a', { ...all, ...rule('Deny') }), globalPolicy('b', { ...all, order: 9, ...rule('Allow') })],
    'allowed by gnp/b ingress 0',
  ),
  orderCase(
    'order: equal -> by name',
    [globalPolicy('b', { ...all, ...rule('Deny') }), globalPolicy('a', { ...all, ...rule('Allow') })],
    'allowed by gnp/a ingress 0',
  ),
  orderCase(
    'tiers: by order -> before default',
    [globalPolicy('a', { ...all, ...rule('Deny') }), globalPolicy('b', { ...all, tier: 'early', ...rule('Allow') })],
    'allowed by gnp/b ingress 0',
  ),
  orderCase(
    'tiers: no order -> after those with one',
    [
      globalPolicy('a', { ...all, tier: 'last', ...rule('Deny') }),
      globalPolicy('b', { ...all, tier: 'late', ...rule('Allow') }),
    ],
    'allowed by gnp/b ingress 0',
  ),
  orderCase(
    'tiers: not there -> after all, denies at its end',
    [globalPolicy('a', { ...all, tier: 'missing' }), globalPolicy('b', { ...all, tier: 'last', ...rule('Pass') })],
    'denied by end of missing (gnp/a)',
  ),
  orderCase(
    'action: Pass -> rest of the tier is skipped',
    [globalPolicy('a', { ...all, ...rule('Pass') }), globalPolicy('b', { ...all, ...rule('Deny') })],
    'allowed by kns.default',
  ),
  orderCase(
    'action: Pass -> next tier',
    [globalPolicy('a', { ...all, tier: 'early', ...rule('Pass') }), globalPolicy('b', { ...all, ...rule('Deny') })],
    'denied by gnp/b ingress 0',
  ),
  orderCase(
    'action: Log alone -> isolates',
    [globalPolicy('a', { ...all, ...rule('Log') })],
    'denied by end of default (gnp/a), logged by gnp/a ingress 0',
  ),
  orderCase(
    'action: Log, then Allow -> allowed',
    [globalPolicy('a', { ...all, ingress: [{ action: 'Log' }, { action: 'Allow' }] })],
    'allowed by gnp/a ingress 1, logged by gnp/a ingress 0',
  ),
  orderCase(
    'types: rules of a direction that is not named -> no say',
    [globalPolicy('a', { selector: 'all()', types: ['Egress'], ...rule('Deny') })],
    'allowed by kns.default',
  ),
  orderCase(
    'types: none, egress rules only -> no say about ingress',
    [globalPolicy('a', { selector: 'all()', egress: [{ action: 'Deny' }] })],
    'allowed by kns.default',
  ),
  orderCase(
    'types: none, no rules -> isolates',
    [globalPolicy('a', { selector: 'all()' })],
    'denied by end of default (gnp/a)',
  ),
  orderCase(
    'policy: untracked or before DNAT -> not for pods',
    [globalPolicy('a', { ...all, applyOnForward: true, doNotTrack: true, ...rule('Deny') })],
    'allowed by kns.default',
  ),
  orderCase(
    'policy: for forwarded packets -> for pods as any other',
    [globalPolicy('a', { ...all, applyOnForward: true, ...rule('Deny') })],
    'denied by gnp/a ingress 0',
  ),
  orderCase(
    'namespaceSelector: other namespace -> not for the pod',
    [globalPolicy('a', { ...all, namespaceSelector: "team == 'b'", ...rule('Deny') })],
    'allowed by kns.default',
  ),
  orderCase(
    'serviceAccountSelector: pod without the account -> not for the pod',
    [globalPolicy('a', { ...all, serviceAccountSelector: "kind == 'machine'", ...rule('Deny') })],
    'allowed by kns.default',
  ),
  orderCase(
    'selector: cannot be read -> isolates',
    [globalPolicy('a', { ...all, selector: 'app ==', ...rule('Allow') })],
    'denied by end of default (gnp/a)',
  ),
  orderCase(
    'rule: Deny that cannot be read -> denies',
    [globalPolicy('a', { ...all, ingress: [{ action: 'Deny', source: { nets: ['x'] } }, { action: 'Allow' }] })],
    'denied by gnp/a ingress 0',
  ),
];
