import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bgpOf,
  seedBgpConfiguration,
  seedBgpSnapshot,
  seedLabelledNode,
  seedPeer,
  sessionText,
} from '../../test/support/seed-bgp.ts';
import { seedBlock, seedPool } from '../../test/support/seed-cluster.ts';
import type { Node } from '../api/core.ts';
import { computeNodeState } from '../desired/compute.ts';
import type { Snapshot } from '../desired/snapshot.ts';
import { parseIpWithPrefix } from '../net/cidr.ts';
import type { BgpState } from './bgp-state.ts';

const noMesh = seedBgpConfiguration({ nodeToNodeMeshEnabled: false });

/** The BGP of every node. */
function statesOf(snapshot: Snapshot): ReadonlyMap<string, BgpState> {
  return new Map(
    snapshot.nodes.map(({ metadata: { name } }) => [name, bgpOf({ ...snapshot, nodeName: name, endpoints: [] }).bgp]),
  );
}

function textsOf(snapshot: Snapshot): Readonly<Record<string, readonly string[]>> {
  const texts = snapshot.nodes.map(({ metadata }): [string, readonly string[]] => {
    const { bgp } = bgpOf({ ...snapshot, nodeName: metadata.name, endpoints: [] });
    return [metadata.name, bgp.sessions.map((session) => sessionText(session, bgp))];
  });
  return Object.fromEntries(texts);
}

/** Every session between nodes has its other side, each knows the AS of the other, and one of the two connects. */
function assertBothSides(snapshot: Snapshot): void {
  const states = statesOf(snapshot);
  const addresses = new Map(
    snapshot.nodes.map(({ metadata }) => [
      parseIpWithPrefix(metadata.annotations?.['projectcalico.org/IPv4Address'] ?? '').ip,
      metadata.name,
    ]),
  );
  for (const [node, { sessions }] of states) {
    for (const session of sessions.filter(({ outside }) => !outside)) {
      const other = states.get(addresses.get(session.peer) ?? '');
      const back = other?.sessions.find(({ peer }) => addresses.get(peer) === node);
      assert.ok(other !== undefined && back !== undefined, `${node}: ${session.name} has no other side`);
      assert.equal(session.peerPort ?? 179, other.listenPort, `${node}: ${session.name}`);
      assert.equal(back.peerAs, session.localAs, `${node}: ${session.name}`);
      assert.ok(!(back.passive && session.passive), `${node}: ${session.name} is passive on both sides`);
    }
  }
}

/** Two route reflectors of one cluster id, four clients; the reflectors alone have the router. */
const reflectors: Snapshot = seedBgpSnapshot(
  {
    configurations: [noMesh],
    peers: [
      seedPeer('clients', { nodeSelector: '!has(reflector)', peerSelector: 'has(reflector)' }),
      seedPeer('reflectors', { nodeSelector: 'has(reflector)', peerSelector: 'has(reflector)' }),
      seedPeer('router', { nodeSelector: 'has(reflector)', peerIP: '10.0.0.254', asNumber: 65_000 }),
    ],
  },
  {
    nodeName: 'rr1',
    blocks: [],
    nodes: [
      ...[1, 2].map((n) =>
        seedLabelledNode(
          `rr${n}`,
          { reflector: 'true' },
          { IPv4Address: `10.0.0.${n}/24`, RouteReflectorClusterID: '244.0.0.1' },
        ),
      ),
      ...[11, 12, 13, 14].map((n) => seedLabelledNode(`node${n}`, {}, { IPv4Address: `10.0.0.${n}/24` })),
    ],
  },
);

test('example: two reflectors and four clients -> clients have two sessions each, reflectors all and the router', () => {
  const client = ['Node_10_0_0_1 10.0.0.1 as 64512', 'Node_10_0_0_2 10.0.0.2 as 64512'];
  const clients = [11, 12, 13, 14].map((n) => `Node_10_0_0_${n} 10.0.0.${n} as 64512 client`);
  const router = 'Node_10_0_0_254 10.0.0.254 as 65000 outside';
  assert.deepEqual(textsOf(reflectors), {
    rr1: [...clients, 'Node_10_0_0_2 10.0.0.2 as 64512', router],
    rr2: ['Node_10_0_0_1 10.0.0.1 as 64512', ...clients, router],
    node11: client,
    node12: client,
    node13: client,
    node14: client,
  });
  assertBothSides(reflectors);
  for (const { metadata } of reflectors.nodes) {
    const { bgp, warnings } = bgpOf({ ...reflectors, nodeName: metadata.name, endpoints: [] });
    assert.deepEqual(warnings, []);
    assert.equal(bgp.clusterId, metadata.name.startsWith('rr') ? '244.0.0.1' : undefined);
  }
});

test('example: the mesh is still on while reflectors come -> every pair of nodes keeps a session', () => {
  const snapshot = { ...reflectors, bgp: { ...(reflectors.bgp ?? assert.fail()), configurations: [] } };
  assertBothSides(snapshot);
  const { bgp } = bgpOf({ ...snapshot, nodeName: 'node11', endpoints: [] });
  assert.deepEqual(
    bgp.sessions.map(({ name }) => name),
    ['Mesh_10_0_0_12', 'Mesh_10_0_0_13', 'Mesh_10_0_0_14', 'Node_10_0_0_1', 'Node_10_0_0_2'],
  );
});

/** Two racks, each its own subnet and AS number, each node with the router of its rack; CrossSubnet tunnels between. */
const rackNodes: readonly Node[] = [1, 2].flatMap((rack) =>
  [1, 2].map((n) =>
    seedLabelledNode(
      `r${rack}n${n}`,
      { rack: `r${rack}` },
      {
        IPv4Address: `10.0.${rack}.${n}/24`,
        ASNumber: String(65_000 + rack),
        IPv4IPIPTunnelAddr: `10.24.${rack}${n}.0`,
      },
    ),
  ),
);
const racks = (spec: Parameters<typeof seedPool>[2]): Snapshot =>
  seedBgpSnapshot(
    {
      configurations: [noMesh],
      peers: [1, 2].map((rack) =>
        seedPeer(`tor${rack}`, {
          nodeSelector: `rack == 'r${rack}'`,
          peerIP: `10.0.${rack}.254`,
          asNumber: 65_100 + rack,
          failureDetectionMode: 'BFDIfDirectlyConnected',
        }),
      ),
    },
    {
      nodeName: 'r1n1',
      endpoints: [],
      machine: {
        underlay4: { device: 'eth0', mtuBytes: 1500, address: parseIpWithPrefix('10.0.1.1/24') },
        ipip: 'kernel',
      },
      nodes: rackNodes,
      pools: [seedPool('p', '10.24.0.0/16', spec)],
      blocks: rackNodes.map(({ metadata: { name } }) => seedBlock(`10.24.${name.replace(/\D/g, '')}.0/26`, name)),
    },
  );

test('example: racks with an AS number each -> every node has the router of its rack, seen by BFD, and no other', () => {
  const tor = (rack: number): readonly string[] => [
    `Node_10_0_${rack}_254 10.0.${rack}.254 as ${65_100 + rack} outside direct bfd`,
  ];
  assert.deepEqual(textsOf(racks({})), { r1n1: tor(1), r1n2: tor(1), r2n1: tor(2), r2n2: tor(2) });
  const { bgp, warnings } = bgpOf(racks({}));
  assert.deepEqual([bgp.asNumber, bgp.clusterAsNumbers, warnings], [65_001, [65_001, 65_002], []]);
});

test('example: racks, pool without encapsulation -> all remote blocks are BIRD’s', () => {
  const { birdPrefixes, routes } = computeNodeState(racks({}));
  assert.deepEqual(birdPrefixes, ['10.24.12.0/26', '10.24.21.0/26', '10.24.22.0/26']);
  assert.deepEqual(
    routes.map(({ kind }) => kind),
    ['blackhole'],
  );
});

test('example: racks, IP-in-IP CrossSubnet -> the agent’s, direct in the rack and by tunnel between racks', () => {
  const { birdPrefixes, routes } = computeNodeState(racks({ ipipMode: 'CrossSubnet' }));
  assert.deepEqual(birdPrefixes, []);
  assert.deepEqual(
    routes.map(({ destination, nextHops: [hop] }) => `${destination} ${hop?.via ?? ''} ${hop?.device ?? ''}`.trim()),
    ['10.24.11.0/26', '10.24.12.0/26 10.0.1.2 eth0', '10.24.21.0/26 10.0.2.1 tunl0', '10.24.22.0/26 10.0.2.2 tunl0'],
  );
});

/** A cluster of a few nodes, with or without the mesh, and peers among them of every kind. */
const clusters = fc
  .record({
    mesh: fc.boolean(),
    nodes: fc.array(
      fc.record({
        labels: fc.dictionary(fc.constantFrom('a', 'b'), fc.constant('')),
        asNumber: fc.constantFrom('', '65001'),
        clusterId: fc.constantFrom('', '', '244.0.0.1', '244.0.0.2'),
        listenPort: fc.constantFrom(undefined, 1179),
      }),
      { minLength: 2, maxLength: 6 },
    ),
    peers: fc.array(
      fc.record({
        scope: fc.constantFrom({}, { node: 'n0' }, { nodeSelector: 'has(a)' }, { nodeSelector: '!has(b)' }),
        target: fc.constantFrom(0, 1, { peerSelector: 'has(b)' }, { peerSelector: 'all()' }),
        wishes: fc.constantFrom({}, { keepaliveTime: '5s' }, { nextHopMode: 'Self' as const }),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ mesh, nodes, peers }) =>
    seedBgpSnapshot(
      {
        configurations: [
          seedBgpConfiguration({ nodeToNodeMeshEnabled: mesh }),
          ...nodes.flatMap(({ listenPort }, i) =>
            listenPort === undefined ? [] : [seedBgpConfiguration({ listenPort }, `node.n${i}`)],
          ),
        ],
        peers: peers.map(({ scope, target, wishes }, i) => {
          const asNumber = typeof target === 'number' ? Number(nodes[target]?.asNumber || 64_512) : 0;
          const who = typeof target === 'number' ? { peerIP: `10.0.0.1${target}`, asNumber } : target;
          return seedPeer(`p${i}`, { ...scope, ...who, ...wishes });
        }),
      },
      {
        blocks: [],
        nodes: nodes.map(({ labels, asNumber, clusterId }, i) =>
          seedLabelledNode(`n${i}`, labels, {
            IPv4Address: `10.0.0.1${i}/24`,
            ASNumber: asNumber,
            RouteReflectorClusterID: clusterId,
          }),
        ),
      },
    ),
  );

test('any cluster: -> each session between nodes has its other side, names are unique', () => {
  fc.assert(
    fc.property(clusters, (snapshot) => {
      assertBothSides(snapshot);
      for (const { sessions } of statesOf(snapshot).values()) {
        assert.equal(new Set(sessions.map(({ name }) => name)).size, sessions.length);
      }
    }),
    { numRuns: 150 },
  );
});
