import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as kinds from './kinds.ts';
import { asSpec, decide } from './testing/decide.ts';
import { validateBgpPeer } from './validate-bgp-peer.ts';

const password = { secretKeyRef: { name: 's', key: 'k' } };
const advertise = (...communities: readonly string[]) => [{ cidr: '10.0.0.0/28', communities }];
const community = (value: string, name = 'a') => ({
  communities: [{ name, value }],
  prefixAdvertisements: advertise(name),
});

describe('BGPConfiguration: what Calico decides', () => {
  decide(
    test,
    'spec',
    asSpec(kinds.bgpConfigurations),
    [
      {},
      ...['', 'Debug', 'info', 'Trace', 'FATAL'].map((logSeverityScreen) => ({ logSeverityScreen })),
      ...[0, 1, 64_512, 4_294_967_295].map((asNumber) => ({ asNumber })),
      ...[1, 179, 65_535].map((listenPort) => ({ listenPort })),
      ...['10.0.0.1', '10.0.0.0/8', 'fd00::1', 'fd00::/64'].map((cidr) => ({ serviceLoadBalancerIPs: [{ cidr }] })),
      { serviceClusterIPs: [{ cidr: '10.96.0.0/12' }, { cidr: 'fd00::/108' }], serviceExternalIPs: [{}] },
      ...['0:0', '65535:65535', '4294967295:0:4294967295', '065:1'].map((value) => community(value)),
      community('1:1', 'a.b-c'),
      { prefixAdvertisements: advertise('1:2', '1:2:3') },
      { prefixAdvertisements: [{ cidr: '10.0.0.1', communities: [] }] },
      { nodeMeshPassword: password, nodeMeshMaxRestartTime: '2m' },
      { nodeToNodeMeshEnabled: true, nodeMeshPassword: password, nodeMeshMaxRestartTime: '2m' },
      { nodeToNodeMeshEnabled: false },
      { ignoredInterfaces: ['eth0', 'docker*', '*.calico'] },
      { bindMode: 'NodeIP' },
      ...['Enabled', 'EnabledIPIPOnly', 'EnabledNoEncapOnly', 'Disabled'].map((programClusterRoutes) => ({
        programClusterRoutes,
      })),
      { localWorkloadPeeringIPV4: '169.254.0.179', localWorkloadPeeringIPV6: 'fe80::179' },
    ],
    [
      ...['None', 'badVal', 'Info '].map((logSeverityScreen) => ({ logSeverityScreen })),
      ...[-1, 4_294_967_296, '1', 1.5].map((asNumber) => ({ asNumber })),
      ...[0, 65_536, '179'].map((listenPort) => ({ listenPort })),
      ...['x.x.x.x', '10.0.0.1/8', '10.0.0.0/33', 'fd00::1/64'].flatMap((cidr) =>
        ['serviceClusterIPs', 'serviceExternalIPs', 'serviceLoadBalancerIPs'].map((key) => ({ [key]: [{ cidr }] })),
      ),
      ...[
        '',
        '100',
        'ab:1',
        '65536:1',
        '1:65536',
        '4294967296:1:1',
        '1:1:4294967296',
        '1:2:3:4',
        '1:',
        '-1:1',
        ' 1:1',
      ].map((value) => community(value)),
      community('1:1', ''),
      community('1:1', 'A'),
      { communities: [{ name: 'a', value: '1:1' }] },
      { communities: [{ name: 'a', value: '1:1' }], prefixAdvertisements: [] },
      ...['a', '', '70000:1', '1:1:4294967296'].map((one) => ({ prefixAdvertisements: advertise(one) })),
      { prefixAdvertisements: [{ cidr: '10.0.0.1/28', communities: ['1:1'] }] },
      { prefixAdvertisements: [{ cidr: 'x', communities: ['1:1'] }] },
      { prefixAdvertisements: [{ cidr: '', communities: ['1:1'] }] },
      { prefixAdvertisements: [{ communities: ['1:1'] }] },
      { prefixAdvertisements: [{ cidr: '10.0.0.0/28' }] },
      { nodeToNodeMeshEnabled: false, nodeMeshPassword: password },
      { nodeToNodeMeshEnabled: false, nodeMeshMaxRestartTime: '2m' },
      { nodeMeshPassword: { secretKeyRef: {} } },
      ...['*', '', 'eth&', 'a'.repeat(16)].map((one) => ({ ignoredInterfaces: [one] })),
      { bindMode: 'nodeip' },
      { programClusterRoutes: 'enabled' },
      ...['fe80::1', '10.0.0.1/32', '999.1.1.1'].map((localWorkloadPeeringIPV4) => ({ localWorkloadPeeringIPV4 })),
      ...['10.0.0.1', 'fe80::1/64', 'xyz:::', '::ffff:10.0.0.1'].map((localWorkloadPeeringIPV6) => ({
        localWorkloadPeeringIPV6,
      })),
    ],
  );
});

const v4Peers = ['10.0.0.1', '10.0.0.1:1', '10.0.0.1:65535', '10.0.0.1:0179'];
const v6Peers = ['fd00::1', '[fd00::1]:500', '[::1]:1'];
const badPeers = [
  '10.0.0',
  '999.1.1.1',
  'xyz:::',
  '10.0.0.1:0',
  '10.0.0.1:65536',
  '10.0.0.1:',
  ':8552',
  '[fd00::1]',
  '[fd00::1]:0',
];
const peer = { peerIP: '10.0.0.1', asNumber: 64_512 };

test('BGPPeer: peer of a single link, or nobody at all: Calico takes it, BIRD would not -> refused', () => {
  for (const peerIP of ['fe80::1', '[fe80::1]:1179', '::', '0.0.0.0']) {
    const [error, ...more] = validateBgpPeer({ metadata: { name: 'a' }, spec: { peerIP, asNumber: 64_512 } });
    assert.deepEqual([error?.field, more], ['spec.peerIP', []], peerIP);
  }
});

describe('BGPPeer: what Calico decides', () => {
  decide(
    test,
    'spec',
    asSpec(kinds.bgpPeers),
    [
      {},
      ...[...v4Peers, ...v6Peers, ''].map((peerIP) => ({ peerIP })),
      { node: 'n1', peerIP: '10.0.0.1' },
      { node: '', nodeSelector: 'all()' },
      { nodeSelector: 'has(a)', peerSelector: 'has(b)' },
      { peerSelector: 'all()', asNumber: 0 },
      { localWorkloadSelector: 'all()', asNumber: 1 },
      { ...peer, password },
      ...v4Peers.map((peerIP) => ({ peerIP, reachableBy: '10.0.0.2' })),
      ...v6Peers.map((peerIP) => ({ peerIP, reachableBy: 'fd00::2' })),
      { reachableBy: '' },
      { ...peer, keepOriginalNextHop: true },
      { ...peer, keepOriginalNextHop: false, nextHopMode: 'Keep' },
      ...['UseNodeIP', 'None'].map((sourceAddress) => ({ sourceAddress })),
      ...['Auto', 'Manual'].map((reversePeering) => ({ reversePeering })),
      { maxRestartTime: '2m', keepaliveTime: '30s', numAllowedLocalASNumbers: 1, ttlSecurity: 1, filters: ['a.b'] },
    ],
    [
      ...badPeers.map((peerIP) => ({ peerIP })),
      ...['10.0.0.1/32', ' 10.0.0.1', '10.0.0.1:80:90', 'a:80', 'fd00::1%eth0'].map((peerIP) => ({ peerIP })),
      { node: 'n1', nodeSelector: 'all()' },
      { node: 'N1' },
      { peerIP: '10.0.0.1', peerSelector: 'all()' },
      { asNumber: 1, peerSelector: 'all()' },
      { localWorkloadSelector: 'all()' },
      { localWorkloadSelector: 'all()', asNumber: 0 },
      { localWorkloadSelector: 'all()', asNumber: 1, peerIP: '10.0.0.1' },
      { localWorkloadSelector: 'all()', asNumber: 1, peerSelector: 'all()' },
      { nodeSelector: 'a' },
      { peerSelector: 'a =' },
      { localWorkloadSelector: '(', asNumber: 1 },
      { reachableBy: '10.0.0.1' },
      { peerIP: '', reachableBy: 'fd00::1' },
      ...['fd00::1', 'x', '10.0.0.1/32', '10.0.0.1:80'].map((reachableBy) => ({ ...peer, reachableBy })),
      { peerIP: '[fd00::1]:1', reachableBy: '10.0.0.1' },
      { keepOriginalNextHop: true, nextHopMode: 'Auto' },
      ...['usenodeip', 'none', 'rubbish', ''].map((sourceAddress) => ({ sourceAddress })),
      ...['keep', '', 'Never'].map((nextHopMode) => ({ nextHopMode })),
      { reversePeering: 'auto' },
      { password: { secretKeyRef: { name: 's' } } },
      { maxRestartTime: '2' },
      { ttlSecurity: 256 },
      { ttlSecurity: -1 },
      { filters: ['A'] },
      { filters: [''] },
      { asNumber: 4_294_967_296 },
      { localASNumber: -1 },
    ],
  );
});

describe('BFD: fields of our own', () => {
  decide(
    test,
    'BGPConfiguration',
    asSpec(kinds.bgpConfigurations),
    [
      ...['None', 'BFDIfDirectlyConnected'].map((nodeMeshFailureDetectionMode) => ({ nodeMeshFailureDetectionMode })),
      { bfd: {} },
      { bfd: { minimumReceiveInterval: '50ms', minimumTransmitInterval: '1s', multiplier: 255 } },
    ],
    [
      { nodeMeshFailureDetectionMode: 'BFD' },
      { nodeToNodeMeshEnabled: false, nodeMeshFailureDetectionMode: 'BFDIfDirectlyConnected' },
      ...['50', '-1s', 50].map((minimumReceiveInterval) => ({ bfd: { minimumReceiveInterval } })),
      ...[0, 256, '3'].map((multiplier) => ({ bfd: { multiplier } })),
    ],
  );
  decide(
    test,
    'BGPConfiguration of a node',
    asSpec(kinds.bgpConfigurations, 'node.n1'),
    [{ bfd: { multiplier: 5 } }],
    [{ nodeMeshFailureDetectionMode: 'None' }],
  );
  decide(
    test,
    'BGPPeer',
    asSpec(kinds.bgpPeers),
    ['None', 'BFDIfDirectlyConnected'].map((failureDetectionMode) => ({ failureDetectionMode })),
    ['', 'BFD', 'bfdifdirectlyconnected'].map((failureDetectionMode) => ({ failureDetectionMode })),
  );
});

const accept = { action: 'Accept' };
const v4 = { ...accept, cidr: '10.0.0.0/24', matchOperator: 'In' };
const v6 = { ...accept, cidr: 'fd00::/64', matchOperator: 'In' };
const both = [
  accept,
  { action: 'Reject' },
  ...['eth0', '*', '*.calico', 'eth*', 'a'.repeat(15), ''].map((one) => ({ ...accept, interface: one })),
  { ...accept, source: 'RemotePeers' },
  ...['eBGP', 'iBGP'].map((peerType) => ({ ...accept, peerType })),
  ...['0:0', '65535:1', '1:2:4294967295'].map((one) => ({ ...accept, communities: { values: [one] } })),
  { ...accept, asPathPrefix: [64_512, 4_294_967_295] },
  ...[1, 2_147_483_646].map((priority) => ({ ...accept, priority })),
  {
    ...accept,
    operations: [{ addCommunity: { value: '1:2' } }, { prependASPath: { prefix: [1] } }, { setPriority: { value: 1 } }],
  },
];
const neither = [
  {},
  ...['', 'accept', 'Drop'].map((action) => ({ action })),
  ...['eth&', '$cali', '"face', 'a'.repeat(16), 'a b'].map((one) => ({ ...accept, interface: one })),
  ...['', 'xyz', 'remotepeers'].map((source) => ({ ...accept, source })),
  ...['', 'ebgp'].map((peerType) => ({ ...accept, peerType })),
  ...['65536:1', '1', '01:1', '1:2:4294967296', 'a:b'].map((one) => ({ ...accept, communities: { values: [one] } })),
  { ...accept, communities: { values: [] } },
  { ...accept, communities: { values: ['1:1', '2:2'] } },
  { ...accept, communities: {} },
  ...[0, 2_147_483_647].map((priority) => ({ ...accept, priority })),
  { ...accept, matchOperator: 'In' },
  { ...accept, prefixLength: { min: 8 } },
  { ...accept, asPathPrefix: [-1] },
  { action: 'Reject', operations: [{ setPriority: { value: 1 } }] },
  ...[[], [{}], Array.from({ length: 11 }, () => ({ setPriority: { value: 1 } }))].map((operations) => ({
    ...accept,
    operations,
  })),
  ...[
    { setPriority: { value: 1 }, addCommunity: { value: '1:1' } },
    { setPriority: { value: 0 } },
    { setPriority: {} },
    { addCommunity: { value: '' } },
    { prependASPath: { prefix: [] } },
    { prependASPath: { prefix: Array.from({ length: 11 }, () => 1) } },
  ].map((operation) => ({ ...accept, operations: [operation] })),
];
const lengths = (rule: object, most: number) => ({
  fine: [{ min: 0 }, { max: most }, { min: 0, max: most }, {}].map((prefixLength) => ({ ...rule, prefixLength })),
  wrong: [{ min: -1 }, { max: most + 1 }, { min: '8' }, { max: 1.5 }].map((prefixLength) => ({
    ...rule,
    prefixLength,
  })),
});

describe('BGPFilter: what Calico decides', () => {
  const operators = ['Equal', 'NotEqual', 'In', 'NotIn'];
  const check = asSpec(kinds.bgpFilters);
  for (const key of ['exportV4', 'importV4']) {
    decide(
      test,
      key,
      (rule) => check({ [key]: [rule] }),
      [
        ...both,
        ...operators.map((matchOperator) => ({ ...v4, matchOperator })),
        ...lengths(v4, 32).fine,
        { ...v4, cidr: '0.0.0.0/0' },
      ],
      [
        ...neither,
        ...lengths(v4, 32).wrong,
        ...['10.0.0.1/24', 'fd00::/64', '10.0.0.0/33', 'x'].map((cidr) => ({ ...v4, cidr })),
        ...['', 'in', 'fancy'].map((matchOperator) => ({ ...v4, matchOperator })),
        { ...accept, cidr: '10.0.0.0/24' },
      ],
    );
  }
  for (const key of ['exportV6', 'importV6']) {
    decide(
      test,
      key,
      (rule) => check({ [key]: [rule] }),
      [
        ...both,
        ...operators.map((matchOperator) => ({ ...v6, matchOperator })),
        ...lengths(v6, 128).fine,
        { ...v6, cidr: '::/0' },
      ],
      [
        ...neither,
        ...lengths(v6, 128).wrong,
        ...['fd00::1/64', '10.0.0.0/24', 'fd00::/129', 'xxxx::/64'].map((cidr) => ({ ...v6, cidr })),
        { ...accept, cidr: 'fd00::/64' },
      ],
    );
  }
});
