import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FelixConfiguration, IPPool } from '../api/calico.ts';
import type { Pod } from '../api/core.ts';
import { parseIp } from '../net/ip.ts';
import type { PolicyResources } from '../policy/resources.ts';
import { emptyResources } from '../policy/testing/empty-resources.ts';
import { type ConnectionEnd, traceConnection } from './connection.ts';
import { firstPacket } from './first-packet.ts';
import { traceContext } from './trace-context.ts';

const pod = (name: string, nodeName: string, podIP: string): Pod => ({
  metadata: { name, namespace: 'd', labels: { app: name } },
  spec: { nodeName, containers: [] },
  status: { podIP },
});

const host = (name: string, node: string, spec: object) => ({
  metadata: { name, labels: { host: name } },
  spec: { node, profiles: ['projectcalico-default-allow'], ...spec },
});

/** A host endpoint's policies of every phase, so that each phase that is asked shows. */
const policies = (['normal', 'applyOnForward', 'doNotTrack', 'preDNAT'] as const).map((phase) => ({
  metadata: { name: phase.toLowerCase() },
  spec: {
    selector: 'has(host)',
    types: phase === 'preDNAT' ? (['Ingress'] as const) : (['Ingress', 'Egress'] as const),
    ingress: [{ action: phase === 'applyOnForward' || phase === 'normal' ? 'Allow' : 'Log' } as const],
    egress: [{ action: phase === 'doNotTrack' ? 'Log' : 'Allow' } as const],
    ...(phase === 'normal' ? {} : { applyOnForward: true, [phase]: true }),
  },
}));

const resources: PolicyResources = {
  ...emptyResources,
  namespaces: [{ metadata: { name: 'd' } }],
  nodes: [{ metadata: { name: 'n1' } }, { metadata: { name: 'n2' } }],
  pods: [pod('a', 'n1', '10.0.1.1'), pod('b', 'n1', '10.0.1.2'), pod('c', 'n2', '10.0.2.1')],
};
const withHosts = (...hostEndpoints: readonly ReturnType<typeof host>[]): PolicyResources => ({
  ...resources,
  hostEndpoints,
  globalNetworkPolicies: policies,
});

const podEnd = (name: string, node: string, address: string): ConnectionEnd => ({
  kind: 'pod',
  namespace: 'd',
  name,
  node,
  address: parseIp(address),
});
const a = podEnd('a', 'n1', '10.0.1.1');
const b = podEnd('b', 'n1', '10.0.1.2');
const c = podEnd('c', 'n2', '10.0.2.1');
const n1: ConnectionEnd = { kind: 'node', name: 'n1', address: parseIp('192.0.2.1') };
const n2: ConnectionEnd = { kind: 'node', name: 'n2', address: parseIp('192.0.2.2') };
const outside: ConnectionEnd = { kind: 'outside', address: parseIp('203.0.113.1') };

const every = withHosts(host('all1', 'n1', { interfaceName: '*' }), host('all2', 'n2', { interfaceName: '*' }));
const named = withHosts(host('eth0-2', 'n2', { interfaceName: 'eth0', expectedIPs: ['192.0.2.2'] }));

/** `egress a, ingress c`: with the phase of a host endpoint where it is not the normal one. */
function placesOf(world: PolicyResources, from: ConnectionEnd, to: ConnectionEnd, felix: FelixConfiguration[] = []) {
  const { checkpoints, allowed } = traceConnection(traceContext(world, felix), from, to, firstPacket(from, to, 6, 80));
  const places = checkpoints.map(({ endpoint, direction, phase }) =>
    [direction, ...(phase === 'normal' ? [] : [phase]), endpoint.name].join(' '),
  );
  return `${places.join(', ')}${allowed ? '' : ': denied'}`;
}

describe('connection: where policy is asked', () => {
  const cases: readonly (readonly [string, PolicyResources, ConnectionEnd, ConnectionEnd, string])[] = [
    ['pod to pod of the same node', every, a, b, 'egress a, ingress b'],
    ['pod to itself', every, a, a, ''],
    ['pod to pod of another node', resources, a, c, 'egress a, ingress c'],
    [
      'pod to pod of another node, host endpoints for all interfaces',
      every,
      a,
      c,
      'egress a, egress forward all1, ingress untracked all2, ingress pre-dnat all2, ingress forward all2, ingress c',
    ],
    [
      'pod to pod of another node, host endpoint of one interface: may go through a tunnel',
      named,
      a,
      c,
      'egress a, ingress c',
    ],
    ['pod to its own node', every, a, n1, 'egress a'],
    [
      'pod to another node',
      named,
      a,
      n2,
      'egress a, ingress untracked eth0-2, ingress pre-dnat eth0-2, ingress eth0-2',
    ],
    ['pod to the outside', every, a, outside, 'egress a, egress forward all1'],
    ['node to its own pod', every, n1, a, ''],
    ['node to the outside', every, n1, outside, 'egress untracked all1, egress all1'],
    ['node to a pod of another node', resources, n1, c, 'ingress c'],
    [
      'outside to a pod',
      named,
      outside,
      c,
      'ingress untracked eth0-2, ingress pre-dnat eth0-2, ingress forward eth0-2, ingress c',
    ],
    ['outside to a node', named, outside, n2, 'ingress untracked eth0-2, ingress pre-dnat eth0-2, ingress eth0-2'],
    ['outside to outside', every, outside, outside, ''],
  ];
  for (const [name, world, from, to, places] of cases) {
    test(`${name}: -> ${places || 'nowhere'}`, () => assert.equal(placesOf(world, from, to), places));
  }

  test('pod to its own node, defaultEndpointToHostAction Drop: -> denied, though no policy does', () => {
    const felix = [{ metadata: { name: 'default' }, spec: { defaultEndpointToHostAction: 'Drop' } }];
    assert.equal(placesOf(resources, a, n1, felix as FelixConfiguration[]), 'egress a: denied');
  });

  test('a pod of a namespace that nobody knows: -> denied', () => {
    assert.equal(placesOf({ ...resources, namespaces: [] }, a, b), 'egress a, ingress b: denied');
  });
});

describe('connection: source NAT', () => {
  const pool = { metadata: { name: 'p' }, spec: { cidr: '10.0.0.0/16', natOutgoing: true } };
  const addressed = { ...named, nodes: [{ metadata: { name: 'n1' }, status: internal('192.0.2.1') }] };
  const seen: readonly (readonly [string, ConnectionEnd, ConnectionEnd, boolean, readonly string[]])[] = [
    ['a pod to another node', a, n2, false, ['10.0.1.1', '192.0.2.1']],
    ['a pod to another node, natOutgoingExclusions: IPPoolsAndHostIPs', a, n2, true, ['10.0.1.1', '10.0.1.1']],
    ['a pod to a pod', a, c, false, ['10.0.1.1', '10.0.1.1']],
    ['a node to another node', n1, n2, false, ['192.0.2.1']],
  ];
  for (const [name, from, to, excluded, sources] of seen) {
    test(`${name}, pool with natOutgoing: -> seen from ${sources.join(', ')}`, () => {
      const spec = excluded ? { natOutgoingExclusions: 'IPPoolsAndHostIPs' as const } : {};
      const context = traceContext(addressed, [{ metadata: { name: 'default' }, spec }], [pool as IPPool]);
      const { checkpoints } = traceConnection(context, from, to, firstPacket(from, to, 6, 80));
      const shown = checkpoints.filter(({ phase }) => phase === 'normal');
      assert.deepEqual(
        shown.map(({ packet }) => String(packet.source)),
        sources,
      );
    });
  }
});

function internal(address: string) {
  return { addresses: [{ type: 'InternalIP', address }] };
}
