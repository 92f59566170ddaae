import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  seedBlock,
  seedDualStack,
  seedEndpoint,
  seedNode,
  seedPool,
  seedSnapshot,
} from '../../test/support/seed-cluster.ts';
import { vxlanMac } from '../api/names.ts';
import type { Route } from '../net/route.ts';
import { computeNodeState } from './compute.ts';
import type { NodeState } from './node-state.ts';
import type { Snapshot } from './snapshot.ts';

/** A route as `ip route` would print it, so that the tables below can be read. */
function text({ destination, kind, nextHops, protocol, scope }: Route): string {
  const hop = nextHops[0];
  const via = hop?.via === undefined ? '' : ` via ${hop.via}`;
  const device = hop?.device === undefined ? '' : ` dev ${hop.device}`;
  const rest = ` proto ${protocol}${scope === 'universe' ? '' : ` scope ${scope}`}${hop?.onlink ? ' onlink' : ''}`;
  return `${kind === 'unicast' ? '' : `${kind} `}${destination}${via}${device}${rest}`;
}

const routesOf = (state: NodeState) => state.routes.map(text);
const own = ['blackhole 10.24.1.0/26 proto 80', '10.24.1.1/32 dev calic440f455693 proto 3 scope link'];
const [blackhole, pod] = own;

const vxlan = seedSnapshot({ vxlan: 'Always' });
const ipip = seedSnapshot({ ipip: 'Always' });
const none = seedSnapshot({});
const farWarning =
  'node node3 (192.168.123.23) is not in the subnet of this node and pool default-ipv4-ippool does not encapsulate: ' +
  'its blocks are not routed, mode CrossSubnet or backend bird needed';

const routeCases: readonly {
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly routes: readonly (string | undefined)[];
  readonly warnings?: readonly string[];
}[] = [
  {
    name: 'vxlan Always -> every block by the remote tunnel address',
    snapshot: vxlan,
    routes: [
      '10.24.0.0/26 via 10.24.0.0 dev vxlan.calico proto 80 onlink',
      blackhole,
      pod,
      '10.24.2.0/26 via 10.24.2.0 dev vxlan.calico proto 80 onlink',
      '10.24.3.0/26 via 10.24.3.0 dev vxlan.calico proto 80 onlink',
    ],
  },
  {
    name: 'ipip Always -> every block by the remote node address',
    snapshot: ipip,
    routes: [
      '10.24.0.0/26 via 192.168.122.20 dev tunl0 proto 80 onlink',
      blackhole,
      pod,
      '10.24.2.0/26 via 192.168.122.22 dev tunl0 proto 80 onlink',
      '10.24.3.0/26 via 192.168.123.23 dev tunl0 proto 80 onlink',
    ],
  },
  {
    name: 'ipip CrossSubnet -> direct in the subnet, tunnel outside of it',
    snapshot: seedSnapshot({ ipip: 'CrossSubnet' }),
    routes: [
      '10.24.0.0/26 via 192.168.122.20 dev eth0 proto 80 onlink',
      blackhole,
      pod,
      '10.24.2.0/26 via 192.168.122.22 dev eth0 proto 80 onlink',
      '10.24.3.0/26 via 192.168.123.23 dev tunl0 proto 80 onlink',
    ],
  },
  {
    name: 'vxlan CrossSubnet with backend bird -> still all the agent of its pool',
    snapshot: seedSnapshot({ vxlan: 'CrossSubnet' }, { backend: 'bird' }),
    routes: [
      '10.24.0.0/26 via 192.168.122.20 dev eth0 proto 80 onlink',
      blackhole,
      pod,
      '10.24.2.0/26 via 192.168.122.22 dev eth0 proto 80 onlink',
      '10.24.3.0/26 via 10.24.3.0 dev vxlan.calico proto 80 onlink',
    ],
  },
  {
    name: 'no encapsulation, backend none -> direct, what is not in the subnet is a warning',
    snapshot: none,
    routes: [
      '10.24.0.0/26 via 192.168.122.20 dev eth0 proto 80 onlink',
      blackhole,
      pod,
      '10.24.2.0/26 via 192.168.122.22 dev eth0 proto 80 onlink',
    ],
    warnings: [farWarning],
  },
  {
    name: 'no encapsulation, backend vxlan -> like none',
    snapshot: { ...none, backend: 'vxlan', blocks: none.blocks.slice(2, 3), endpoints: [] },
    routes: ['10.24.2.0/26 via 192.168.122.22 dev eth0 proto 80 onlink'],
  },
  { name: 'no encapsulation, backend bird -> local routes only', snapshot: { ...none, backend: 'bird' }, routes: own },
  {
    name: 'pool disabled -> its blocks stay routed',
    snapshot: {
      ...vxlan,
      blocks: vxlan.blocks.slice(0, 1),
      endpoints: [],
      pools: [seedPool('p', '10.24.0.0/16', { vxlanMode: 'Always', disabled: true })],
    },
    routes: ['10.24.0.0/26 via 10.24.0.0 dev vxlan.calico proto 80 onlink'],
  },
  {
    name: 'address borrowed by a third node -> /32 to the borrower',
    snapshot: { ...ipip, endpoints: [], blocks: [seedBlock('10.24.2.0/26', 'node2', { 0: 'node2', 5: 'master' })] },
    routes: [
      '10.24.2.0/26 via 192.168.122.22 dev tunl0 proto 80 onlink',
      '10.24.2.5/32 via 192.168.122.20 dev tunl0 proto 80 onlink',
    ],
  },
  {
    name: 'address of ours borrowed by another node -> /32 beats the blackhole',
    snapshot: { ...ipip, endpoints: [], blocks: [seedBlock('10.24.1.0/26', 'node1', { 7: 'node2' })] },
    routes: [blackhole, '10.24.1.7/32 via 192.168.122.22 dev tunl0 proto 80 onlink'],
  },
  {
    name: 'address borrowed by us -> the pod route only',
    snapshot: {
      ...ipip,
      blocks: [seedBlock('10.24.2.0/26', 'node2', { 6: 'node1' })],
      endpoints: [seedEndpoint('a', 'cali1', '10.24.2.6')],
    },
    routes: ['10.24.2.0/26 via 192.168.122.22 dev tunl0 proto 80 onlink', '10.24.2.6/32 dev cali1 proto 3 scope link'],
  },
  {
    name: 'block that lost its affinity -> its addresses by /32',
    snapshot: { ...ipip, endpoints: [], blocks: [seedBlock('10.24.2.0/26', '', { 3: 'node2' })] },
    routes: ['10.24.2.3/32 via 192.168.122.22 dev tunl0 proto 80 onlink'],
  },
  {
    name: 'released address that cools down, deleted block, virtual affinity -> no route',
    snapshot: {
      ...ipip,
      endpoints: [],
      blocks: [
        {
          ...seedBlock('10.24.0.0/26', 'master'),
          spec: { ...seedBlock('10.24.0.0/26', 'master').spec, deleted: true },
        },
        {
          ...seedBlock('10.24.9.0/26', ''),
          spec: { ...seedBlock('10.24.9.0/26', '').spec, affinity: 'virtual:load-balancer' },
        },
        {
          ...seedBlock('10.24.2.0/26', ''),
          spec: {
            ...seedBlock('10.24.2.0/26', '', { 3: 'node2' }).spec,
            attributes: [{ secondary: { node: 'node2' }, releasedAt: '2026-01-01T00:00:00Z' }],
          },
        },
      ],
    },
    routes: [],
  },
  {
    name: 'blocks of one address -> no blackhole; the tunnel end by its device, not by itself',
    snapshot: {
      ...vxlan,
      endpoints: [],
      blocks: [seedBlock('10.24.1.7/32', 'node1'), seedBlock('10.24.2.0/32', 'node2', { 0: 'node2' })],
    },
    routes: ['10.24.2.0/32 dev vxlan.calico proto 80 scope link'],
  },
  {
    name: 'two pods with one address -> first device by name, warning',
    snapshot: {
      ...none,
      blocks: [],
      endpoints: [seedEndpoint('b', 'cali2', '10.24.1.1'), seedEndpoint('a', 'cali1', '10.24.1.1')],
    },
    routes: ['10.24.1.1/32 dev cali1 proto 3 scope link'],
    warnings: ['address 10.24.1.1 is on both cali1 and cali2: routed to cali1'],
  },
  {
    name: 'dual stack, vxlan v6 CrossSubnet -> direct IPv6 routes without scope',
    snapshot: { ...seedDualStack(), blocks: seedDualStack().blocks.slice(4) },
    routes: [
      pod,
      'blackhole fd00:10:24:21::/122 proto 80',
      'fd00:10:24:21::1/128 dev calic440f455693 proto 3',
      'fd00:10:24:22::/122 via fd00:122::22 dev eth0 proto 80 onlink',
    ],
  },
  {
    name: 'remote node without tunnel address, address, or object -> no route, one warning per node',
    snapshot: {
      ...vxlan,
      endpoints: [],
      nodes: [
        ...vxlan.nodes.slice(1, 2),
        seedNode('node2', { IPv4Address: '192.168.122.22/24' }),
        seedNode('node3', { IPv4VXLANTunnelAddr: '10.24.3.0' }),
        seedNode('node4', { IPv4Address: 'nonsense' }),
      ],
      blocks: [
        seedBlock('10.24.2.0/26', 'node2'),
        seedBlock('10.24.2.64/26', 'node2'),
        seedBlock('10.24.3.0/26', 'node3'),
        seedBlock('10.24.5.0/26', 'gone'),
        seedBlock('10.99.0.0/26', 'node2'),
      ],
    },
    routes: [],
    warnings: [
      'block 10.99.0.0/26 of node node2 is in no pool: not routed',
      'node gone owns addresses but does not exist: not routed',
      'node node2 has no IPv4 VXLAN tunnel address: its blocks are not routed',
      'node node3 has no IPv4 address: its blocks are not routed',
      'node node4, annotation projectcalico.org/IPv4Address: Cannot read network "nonsense": ADDRESS/LENGTH needed',
    ],
  },
  {
    name: 'pools that contradict themselves -> left out, named',
    snapshot: {
      ...none,
      blocks: [],
      endpoints: [],
      pools: [
        seedPool('both', '10.24.0.0/16', { vxlanMode: 'Always', ipipMode: 'Always' }),
        seedPool('six', 'fd00::/64', { ipipMode: 'Always' }),
        seedPool('text', 'ten', {}),
      ],
    },
    routes: [],
    warnings: [
      'pool both: ipipMode and vxlanMode are both on, one must be Never',
      'pool six: IP-in-IP carries IPv4 only, ipipMode Never needed for fd00::/64',
      'pool text: "ten" is not a network',
    ],
  },
];
for (const { name, snapshot, routes, warnings = [] } of routeCases) {
  test(`routes: ${name}`, () => {
    const state = computeNodeState(snapshot);
    assert.deepEqual(routesOf(state), routes);
    assert.deepEqual(state.warnings, warnings);
  });
}

test('tunnels: vxlan -> device, VNI, port, stable MAC, MTU and the address of the annotation', () => {
  assert.deepEqual(computeNodeState(vxlan).tunnels, [
    {
      kind: 'vxlan',
      device: 'vxlan.calico',
      family: 4,
      vni: 4096,
      port: 4789,
      local: '192.168.122.21',
      parent: 'eth0',
      mac: vxlanMac('node1', 4),
      mtuBytes: 1450,
      address: '10.24.1.0',
    },
  ]);
});

test('tunnels: node without its tunnel address yet -> device without address, no warning about itself', () => {
  const nodes = vxlan.nodes.map((node) =>
    node.metadata.name === 'node1' ? seedNode('node1', { IPv4Address: '192.168.122.21/24' }) : node,
  );
  const state = computeNodeState({ ...vxlan, nodes });
  assert.equal(state.tunnels[0]?.address, undefined);
  assert.deepEqual(state.warnings, []);
});

test('tunnels: pool of a family the node has no address of -> no device, warning, local routes stay', () => {
  const state = computeNodeState({ ...vxlan, machine: { ipip: 'kernel' } });
  assert.deepEqual(state.tunnels, []);
  assert.deepEqual(routesOf(state), own);
  assert.match(state.warnings.join('\n'), /no IPv4 address: vxlan.calico cannot be made/);
});

test('vxlan peers: all other nodes with both addresses; annotation MAC wins over the computed one', () => {
  const nodes = [
    ...vxlan.nodes,
    seedNode('node4', {
      IPv4Address: '192.168.122.24/24',
      IPv4VXLANTunnelAddr: '10.24.4.0',
      VXLANTunnelMACAddr: '66:00:00:00:00:04',
    }),
    seedNode('node5', { IPv4Address: '192.168.122.25/24' }),
    seedNode('node6', { IPv4Address: '192.168.122.26/24', IPv4VXLANTunnelAddr: '10.24.4.0' }),
  ];
  const state = computeNodeState({ ...vxlan, nodes });
  assert.deepEqual(
    state.vxlanPeers.map((peer) => `${peer.node} ${peer.tunnelAddress} ${peer.mac} ${peer.nodeAddress}`),
    [
      `master 10.24.0.0 ${vxlanMac('master', 4)} 192.168.122.20`,
      `node2 10.24.2.0 ${vxlanMac('node2', 4)} 192.168.122.22`,
      `node3 10.24.3.0 ${vxlanMac('node3', 4)} 192.168.123.23`,
      'node4 10.24.4.0 66:00:00:00:00:04 192.168.122.24',
    ],
  );
  assert.deepEqual(state.warnings, ['nodes node4 and node6 both claim 10.24.4.0 on vxlan.calico']);
});

test('masquerade: natOutgoing pools as sources, all pools and on request nodes as exceptions', () => {
  const pools = [seedPool('a', '10.24.0.0/16'), seedPool('b', '10.25.0.0/16', { natOutgoing: false })];
  const felixConfigurations = [
    { metadata: { name: 'default' }, spec: { natOutgoingExclusions: 'IPPoolsAndHostIPs' as const } },
  ];
  assert.deepEqual(computeNodeState({ ...none, pools }).masquerade, [
    { family: 4, natPools: ['10.24.0.0/16'], excluded: ['10.24.0.0/16', '10.25.0.0/16'], tunnelDevices: [] },
  ]);
  assert.deepEqual(computeNodeState({ ...none, pools, felixConfigurations }).masquerade[0]?.excluded, [
    '10.24.0.0/16',
    '10.25.0.0/16',
    '192.168.122.20/32',
    '192.168.122.21/32',
    '192.168.122.22/32',
    '192.168.123.23/32',
  ]);
});

test('node state: order of everything in the snapshot -> has no influence', () => {
  const snapshot = {
    ...seedDualStack(),
    blocks: [...seedDualStack().blocks, seedBlock('10.24.9.0/26', 'node2', { 4: 'master', 5: 'node3' })],
    endpoints: [
      seedEndpoint('a', 'cali1', '10.24.1.4'),
      seedEndpoint('b', 'cali2', '10.24.1.4', 'fd00:10:24:21::2'),
      ...seedDualStack().endpoints,
    ],
    pools: [...seedDualStack().pools, seedPool('bad', 'x'), seedPool('inner', '10.24.9.0/24', { ipipMode: 'Always' })],
  };
  const expected = JSON.stringify(computeNodeState(snapshot));
  const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });
  const shuffles = fc.record({
    nodes: shuffled(snapshot.nodes),
    pools: shuffled(snapshot.pools),
    blocks: shuffled(snapshot.blocks),
    endpoints: shuffled(snapshot.endpoints),
  });
  fc.assert(
    fc.property(shuffles, (lists) => JSON.stringify(computeNodeState({ ...snapshot, ...lists })) === expected),
    { numRuns: 100 },
  );
});
