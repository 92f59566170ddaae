import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCidr } from '../../net/cidr.ts';
import { parseIp } from '../../net/ip.ts';
import { calicoOrderCases } from '../testing/calico-order-cases.ts';
import { calicoRuleCases } from '../testing/calico-rule-cases.ts';
import { emptyResources } from '../testing/empty-resources.ts';
import { formatVerdict } from '../testing/format-verdict.ts';
import { hostCases } from '../testing/host-cases.ts';
import { kubernetesCases } from '../testing/kubernetes-cases.ts';
import { globalPolicy, hostEndpoint, kubernetesPolicy, namespace, packet, pod } from '../testing/policy-case.ts';
import { type EndpointReference, oracleOf } from './evaluate.ts';

function referenceOf(endpoint: string): EndpointReference {
  const [first = '', name = ''] = endpoint.split('/');
  return first === 'host' ? { kind: 'host', name } : { kind: 'pod', namespace: first, name };
}

const tables = {
  'Calico rules': calicoRuleCases,
  'Calico order': calicoOrderCases,
  Kubernetes: kubernetesCases,
  'host endpoints': hostCases,
};
for (const [title, cases] of Object.entries(tables)) {
  describe(title, () => {
    for (const { name, resources, endpoint, direction, phase, packet: sent, verdict } of cases) {
      test(name, () => {
        const oracle = oracleOf({ ...emptyResources, ...resources });
        assert.equal(formatVerdict(oracle.evaluate(referenceOf(endpoint), direction, sent, phase)), verdict);
      });
    }
  });
}

const resources = {
  ...emptyResources,
  namespaces: [namespace('default')],
  pods: [pod('default/web', { app: 'web' }, '10.0.0.1 fd00::1')],
  hostEndpoints: [hostEndpoint('h', { node: 'x' }, { interfaceName: 'eth0', expectedIPs: ['172.16.0.1'] })],
  globalNetworkPolicies: [globalPolicy('g', { tier: 'kube-admin', selector: 'all()', types: ['Ingress'] })],
  kubernetesPolicies: [kubernetesPolicy('default/k', { podSelector: {} })],
};

describe('oracle', () => {
  test('endpointOf: address of a pod, of a host endpoint, of nobody -> them', () => {
    const oracle = oracleOf(resources);
    assert.deepEqual(oracle.endpointOf(parseIp('fd00::1')), { kind: 'pod', namespace: 'default', name: 'web' });
    assert.deepEqual(oracle.endpointOf(parseIp('172.16.0.1')), { kind: 'host', name: 'h' });
    assert.equal(oracle.endpointOf(parseIp('10.0.0.2')), undefined);
  });

  test('isolating: policies of two tiers -> both tiers in order, per direction', () => {
    const oracle = oracleOf(resources);
    const web = referenceOf('default/web');
    assert.deepEqual(oracle.isolating(web, 'ingress'), [
      { tier: 'kube-admin', defaultAction: 'Pass', policies: [{ kind: 'gnp', name: 'g' }] },
      { tier: 'default', defaultAction: 'Deny', policies: [{ kind: 'knp', namespace: 'default', name: 'k' }] },
    ]);
    assert.deepEqual(oracle.isolating(web, 'egress'), []);
  });

  test('pod on the network of its node -> no policy', () => {
    const web = pod('default/web', {}, '172.16.0.1');
    const oracle = oracleOf({ ...resources, pods: [{ ...web, spec: { ...web.spec, hostNetwork: true } }] });
    const sent = packet('192.0.2.1 > 172.16.0.1 TCP 80');
    assert.equal(formatVerdict(oracle.evaluate(referenceOf('default/web'), 'ingress', sent)), 'allowed by no-policy');
  });
});

const failsafes = {
  failsafeInbound: [
    { protocol: 6, port: 22 },
    { protocol: 6, port: 179, net: parseCidr('192.0.2.0/24') },
  ],
  failsafeOutbound: [{ protocol: 17, port: 53 }],
};
const inbound = { direction: 'ingress', phase: 'normal' } as const;
const outbound = { direction: 'egress', phase: 'normal' } as const;
const failsafeCases = [
  { ...inbound, name: 'inbound port -> allowed', sent: '192.0.2.1 > 172.16.0.1 TCP 22', allowed: true },
  {
    ...inbound,
    name: 'inbound port, another protocol -> denied',
    sent: '192.0.2.1 > 172.16.0.1 UDP 22',
    allowed: false,
  },
  {
    ...inbound,
    name: 'inbound port of a network, from it -> allowed',
    sent: '192.0.2.1 > 172.16.0.1 TCP 179',
    allowed: true,
  },
  {
    ...inbound,
    name: 'inbound port of a network, from elsewhere -> denied',
    sent: '10.9.0.1 > 172.16.0.1 TCP 179',
    allowed: false,
  },
  { ...outbound, name: 'inbound port on the way out -> denied', sent: '172.16.0.1 > 192.0.2.1 TCP 22', allowed: false },
  { ...inbound, name: 'neighbour discovery -> allowed', sent: 'fe80::1 > ff02::1 ICMPv6 135', allowed: true },
  { ...outbound, name: 'MLD report -> allowed', sent: 'fe80::1 > ff02::16 ICMPv6 143', allowed: true },
  { ...inbound, name: 'echo request of IPv6 -> denied', sent: 'fe80::1 > fe80::2 ICMPv6 128', allowed: false },
  { ...inbound, name: 'type 135 of IPv4 -> denied', sent: '192.0.2.1 > 172.16.0.1 ICMP 135', allowed: false },
  { ...outbound, name: 'outbound port -> allowed', sent: '172.16.0.1 > 192.0.2.1 UDP 53', allowed: true },
] as const;

describe('failsafe', () => {
  const oracle = oracleOf({ ...resources, globalNetworkPolicies: [] }, failsafes);
  for (const { name, direction, phase, sent, allowed } of failsafeCases) {
    test(name, () => {
      assert.equal(oracle.evaluate({ kind: 'host', name: 'h' }, direction, packet(sent), phase).allowed, allowed);
    });
  }

  test('answer through an outbound port, before connection tracking -> failsafe; tracked -> not', () => {
    const { destination, ...question } = packet('192.0.2.1 > 172.16.0.1 UDP 40000');
    const answer = { ...question, destination, sourcePort: 53 };
    const reason = (phase: 'untracked' | 'normal') =>
      oracle.evaluate({ kind: 'host', name: 'h' }, 'ingress', answer, phase).reason.kind;
    assert.deepEqual([reason('untracked'), reason('normal')], ['failsafe', 'no-profile']);
  });

  test('forwarded packet to a failsafe port -> no exception', () => {
    const verdict = oracle.evaluate(
      { kind: 'host', name: 'h' },
      'ingress',
      packet('192.0.2.1 > 10.0.0.1 TCP 22'),
      'forward',
    );
    assert.equal(verdict.reason.kind, 'no-policy');
  });
});
