import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bgpOf,
  seedBgpConfiguration,
  seedBgpSnapshot,
  seedFilter,
  seedLabelledNode,
  seedNodesWith,
  seedPeer,
} from '../../test/support/seed-bgp.ts';
import { seedBlock, seedNode, seedPool } from '../../test/support/seed-cluster.ts';
import type { BGPPeer } from '../api/calico-bgp.ts';
import { computeNodeState } from '../desired/compute.ts';

const noMesh = seedBgpConfiguration({ nodeToNodeMeshEnabled: false });

test('bgp: nothing configured -> what Calico would do', () => {
  const { sessions, pools, ...bgp } = bgpOf(seedBgpSnapshot()).bgp;
  assert.equal(sessions.length, 3);
  assert.equal(pools.length, 1);
  assert.deepEqual(bgp, {
    node: 'node1',
    asNumber: 64_512,
    routerId: '192.168.122.21',
    nodeAddress4: '192.168.122.21',
    logSeverity: 'Info',
    listenPort: 179,
    listenOn: 'any',
    links: ['192.168.122.0/24'],
    farNodes: ['192.168.123.23/32'],
    filters: [],
    blocks: ['10.24.1.0/26'],
    services: { announced: [], passedOn: [], all: [] },
    communities: [],
    ignoredInterfaces: [],
    reachableBy: [],
    priority4: 1024,
    priority6: 1024,
    clusterAsNumbers: [64_512],
    bfd: { minimumReceiveMs: 300, minimumTransmitMs: 300, multiplier: 3 },
  });
});

test('bgp: settings of a node -> before those of all, key by key; what is of the cluster stays', () => {
  const configurations = [
    seedBgpConfiguration({ listenPort: 1179, bindMode: 'NodeIP', logSeverityScreen: 'debug', asNumber: 65_001 }),
    seedBgpConfiguration(
      { listenPort: 2179, ignoredInterfaces: ['docker*', 'br0', 'br0'], asNumber: 7, ipv4NormalRoutePriority: 90 },
      'node.node1',
    ),
    seedBgpConfiguration({ listenPort: 3179 }, 'node.node2'),
    seedBgpConfiguration({ listenPort: 4179 }, 'other'),
  ];
  const { bgp, warnings } = bgpOf(seedBgpSnapshot({ configurations }));
  assert.equal(bgp.listenPort, 2179);
  assert.equal(bgp.listenOn, 'node');
  assert.equal(bgp.logSeverity, 'Debug');
  assert.equal(bgp.asNumber, 65_001);
  assert.deepEqual(bgp.ignoredInterfaces, ['br0', 'docker*']);
  assert.deepEqual([bgp.priority4, bgp.priority6], [90, 1024]);
  assert.deepEqual(warnings, ['BGPConfiguration "other" is not used: "default" or "node.NAME" needed']);
});

const ids: readonly (readonly [string, string | undefined, string])[] = [
  ['not asked for', undefined, '192.168.122.21'],
  ['explicit', '10.0.0.7', '10.0.0.7'],
  ['hash', 'hash', '202.18.243.27'],
  ['nonsense -> the address', 'fd00::1', '192.168.122.21'],
];
for (const [name, routerId, expected] of ids) {
  test(`router id: ${name}`, () => {
    assert.equal(bgpOf(seedBgpSnapshot(routerId === undefined ? {} : { routerId })).bgp.routerId, expected);
  });
}

test('router id: hash in the multicast range -> out of it', () => {
  const snapshot = seedBgpSnapshot({ routerId: 'hash' }, { nodeName: 'master' });
  assert.equal(bgpOf(snapshot).bgp.routerId, '220.97.59.77');
});

test('router id: only IPv6 and nothing asked for -> no BGP, named; hash -> BGP', () => {
  const nodes = [seedNode('node1', { IPv6Address: 'fd00::21/64' }), seedNode('node2', { IPv6Address: 'fd00::22/64' })];
  const state = computeNodeState({ ...seedBgpSnapshot(), nodes, blocks: [] });
  assert.equal(state.bgp, undefined);
  assert.match(state.warnings.join(), /node node1 has no IPv4 address to be its router id: CALICO_ROUTER_ID hash/);
  const { bgp } = bgpOf({ ...seedBgpSnapshot({ routerId: 'hash' }), nodes, blocks: [] });
  assert.deepEqual(
    bgp.sessions.map(({ name }) => name),
    ['Mesh_fd00__22'],
  );
});

test('bgp: pools: exported unless told not to be, disabled ones too; who writes their routes', () => {
  const pools = [
    seedPool('a', '10.24.0.0/16'),
    seedPool('b', '10.25.0.0/16', { disableBGPExport: true, vxlanMode: 'Always', blockSize: 28 }),
    seedPool('c', 'fd00::/48', { disabled: true }),
  ];
  assert.deepEqual(bgpOf({ ...seedBgpSnapshot(), pools }).bgp.pools, [
    { name: 'a', cidr: '10.24.0.0/16', family: 4, blockSize: 26, exported: true, kernelRoutes: 'bird' },
    { name: 'b', cidr: '10.25.0.0/16', family: 4, blockSize: 28, exported: false, kernelRoutes: 'agent' },
    { name: 'c', cidr: 'fd00::/48', family: 6, blockSize: 122, exported: true, kernelRoutes: 'bird' },
  ]);
});

test('bgp: blocks: this node’s own, no borrowed address, none that is on its way out', () => {
  const gone = seedBlock('10.24.9.0/26', 'node1');
  const blocks = [
    seedBlock('10.24.5.0/26', 'node1', { 1: 'node2' }),
    seedBlock('10.24.2.0/26', 'node2', { 1: 'node1' }),
    seedBlock('10.24.1.0/26', 'node1'),
    { ...gone, spec: { ...gone.spec, deleted: true } },
  ];
  const state = computeNodeState({ ...seedBgpSnapshot(), blocks });
  assert.deepEqual(state.bgp?.blocks, ['10.24.1.0/26', '10.24.5.0/26']);
  assert.deepEqual(state.birdPrefixes, ['10.24.2.0/26', '10.24.5.1/32']);
});

test('bgp: AS numbers of the cluster: nodes, those they show, sorted', () => {
  const nodes = seedNodesWith({
    node2: { annotations: { ASNumber: '65010' } },
    node3: { annotations: { ASNumber: '9' } },
  });
  const peers = [seedPeer('p', { peerIP: '192.168.122.1', asNumber: 65_000, localASNumber: 65_100 })];
  assert.deepEqual(bgpOf(seedBgpSnapshot({ peers }, { nodes })).bgp.clusterAsNumbers, [9, 64_512, 65_010, 65_100]);
});

test('bgp: communities: names resolved, one entry for each network; what is none is named', () => {
  const settings = {
    communities: [{ name: 'gold', value: '065000:100' }],
    prefixAdvertisements: [
      { cidr: '10.24.0.0/16', communities: ['gold', '65000:1:2'] },
      { cidr: '10.1.0.0/16', communities: ['silver'] },
      { cidr: '10.24.0.0/16', communities: ['65000:7', 'gold'] },
      { cidr: 'x', communities: ['gold'] },
    ],
  };
  const { bgp, warnings } = bgpOf(seedBgpSnapshot({ configurations: [seedBgpConfiguration(settings)] }));
  assert.deepEqual(bgp.communities, [{ cidr: '10.24.0.0/16', communities: ['65000:100', '65000:1:2', '65000:7'] }]);
  assert.deepEqual(warnings, [
    'BGPConfiguration: prefixAdvertisements 10.1.0.0/16: "silver" is no community: left out',
    'BGPConfiguration: prefixAdvertisements: "x" found, a network needed: not used',
  ]);
});

test('bgp: reachableBy: a route to the peer; contradictions and what is no session named', () => {
  const peer = (name: string, peerIP: string, reachableBy: string): BGPPeer =>
    seedPeer(name, { peerIP, asNumber: 65_000, reachableBy });
  const peers = [
    peer('a', '10.9.0.1', '192.168.122.1'),
    peer('b', '10.9.0.1:1179', '192.168.122.2'),
    peer('c', '192.168.122.20', '192.168.122.1'),
    peer('d', '10.8.0.1', '192.168.122.1'),
  ];
  const { bgp, warnings } = bgpOf(seedBgpSnapshot({ peers }));
  const origin = (name: string) => ({ kind: 'BGPPeer', name });
  assert.deepEqual(bgp.reachableBy, [
    { peer: '10.8.0.1/32', via: '192.168.122.1', origin: origin('d') },
    { peer: '10.9.0.1/32', via: '192.168.122.1', origin: origin('a') },
  ]);
  assert.ok(warnings.includes('BGPPeer "b": reachableBy: BGPPeer "a" has 10.9.0.1 by 192.168.122.1: not used'));
});

test('bgp: BFD timers: as configured; nonsense -> the default, named', () => {
  const bfd = { minimumReceiveInterval: '50ms', minimumTransmitInterval: '0', multiplier: 5 };
  const { bgp, warnings } = bgpOf(seedBgpSnapshot({ configurations: [seedBgpConfiguration({ bfd })] }));
  assert.deepEqual(bgp.bfd, { minimumReceiveMs: 50, minimumTransmitMs: 300, multiplier: 5 });
  assert.deepEqual(warnings, [
    'BGPConfiguration: bfd.minimumTransmitInterval "0" found, a duration from 1ms to 1h needed: 300ms is used',
  ]);
});

test('bgp: order of everything in the inputs -> has no influence', () => {
  const inputs = {
    configurations: [noMesh, seedBgpConfiguration({ listenPort: 1179 }, 'node.node2')],
    peers: [
      seedPeer('a', { peerIP: '192.168.122.1', asNumber: 65_000, filters: ['f', 'g'] }),
      seedPeer('b', { peerIP: '192.168.122.1', asNumber: 65_001 }),
      seedPeer('c', { nodeSelector: 'all()', peerSelector: 'all()' }),
      seedPeer('d', { node: 'node2', peerIP: '192.168.122.21', asNumber: 64_512 }),
    ],
    filters: [seedFilter('f'), seedFilter('h')],
  };
  const snapshot = seedBgpSnapshot(inputs, {
    nodes: [...seedBgpSnapshot().nodes, seedLabelledNode('twin', {}, { IPv4Address: '192.168.122.22/24' })],
  });
  const expected = JSON.stringify(computeNodeState(snapshot));
  const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });
  const shuffles = fc.record({
    configurations: shuffled(inputs.configurations),
    peers: shuffled(inputs.peers),
    filters: shuffled(inputs.filters),
    nodes: shuffled(snapshot.nodes),
  });
  fc.assert(
    fc.property(shuffles, ({ nodes, ...lists }) => {
      return JSON.stringify(computeNodeState(seedBgpSnapshot(lists, { nodes }))) === expected;
    }),
    { numRuns: 50 },
  );
});

/** Texts that are wrong, or right somewhere else. (Of the types of fields the API server sees to.) */
const texts = fc.constantFrom<never>(
  ...(['', '0', 'x', 'all()', '10.0.0.1', '192.168.122.21', '10.0.0.0/8', 'fd00::1', '-1s', '1:2'] as never[]),
);
const numbers = fc.constantFrom<never>(...([0, 1, 65_000, 4_294_967_295] as never[]));
const fields = (values: fc.Arbitrary<never>, ...names: readonly string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, values])), { requiredKeys: [] });

test('bgp: objects full of nonsense -> warnings, never an exception', () => {
  const peer = fc.tuple(
    fields(
      texts,
      ...['node', 'nodeSelector', 'peerIP', 'peerSelector', 'maxRestartTime', 'keepaliveTime', 'reachableBy'],
      ...['localWorkloadSelector', 'nextHopMode', 'reversePeering', 'sourceAddress', 'failureDetectionMode'],
    ),
    fields(numbers, 'asNumber', 'localASNumber', 'ttlSecurity', 'numAllowedLocalASNumbers'),
  );
  const peers = fc.array(
    peer.map(([text, number]) => ({ ...text, ...number })),
    { maxLength: 4 },
  );
  const rule = fields(texts, 'cidr', 'matchOperator', 'interface', 'source', 'peerType', 'action');
  const settings = fields(
    texts,
    ...['logSeverityScreen', 'nodeMeshMaxRestartTime', 'bindMode', 'programClusterRoutes'],
    ...['localWorkloadPeeringIPV4', 'localWorkloadPeeringIPV6'],
  );
  fc.assert(
    fc.property(peers, fc.array(rule, { maxLength: 2 }), settings, texts, (specs, importV4, spec, cidr) => {
      const networks = [{ cidr }];
      computeNodeState(
        seedBgpSnapshot({
          configurations: [
            seedBgpConfiguration({
              ...spec,
              serviceClusterIPs: networks,
              prefixAdvertisements: [{ cidr, communities: [cidr] }],
              bfd: { minimumReceiveInterval: cidr },
            }),
          ],
          peers: specs.map((peer, i) => seedPeer(`p${i}`, { ...peer, filters: ['f'] })),
          filters: [seedFilter('f', { importV4: importV4 as never })],
          routerId: cidr,
        }),
      );
    }),
    { numRuns: 300 },
  );
});
