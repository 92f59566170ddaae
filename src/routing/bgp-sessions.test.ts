import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bgpOf,
  seedBgpConfiguration,
  seedBgpSnapshot,
  seedNodesWith,
  seedPeer,
  sessionText,
} from '../../test/support/seed-bgp.ts';
import { seedDualStack, seedNode } from '../../test/support/seed-cluster.ts';
import type { BGPConfiguration, BGPPeer } from '../api/calico-bgp.ts';
import type { Node } from '../api/core.ts';
import type { BgpInputs, Snapshot } from '../desired/snapshot.ts';

const mesh = [
  'Mesh_192_168_122_20 192.168.122.20 as 64512',
  'Mesh_192_168_122_22 192.168.122.22 as 64512 passive',
  'Mesh_192_168_123_23 192.168.123.23 as 64512 passive',
];
const secret = { secretKeyRef: { name: 'bgp', key: 'pw' } };

interface Case {
  readonly name: string;
  readonly settings?: BGPConfiguration['spec'];
  /** BGPConfiguration `node.node2`, and so on. */
  readonly nodeSettings?: Readonly<Record<string, BGPConfiguration['spec']>>;
  readonly peers?: readonly BGPPeer[];
  readonly nodes?: readonly Node[];
  readonly passwords?: ReadonlyMap<string, string>;
  readonly sessions: readonly string[];
  readonly warnings?: readonly string[];
}

/** Runs a table: the sessions of node1. */
function sessionTable(cases: readonly Case[], base: Snapshot = seedBgpSnapshot()): void {
  for (const {
    name,
    settings = {},
    nodeSettings = {},
    peers = [],
    nodes,
    passwords,
    sessions,
    warnings = [],
  } of cases) {
    test(`${name}`, () => {
      const configurations = [
        seedBgpConfiguration(settings),
        ...Object.entries(nodeSettings).map(([node, spec]) => seedBgpConfiguration(spec, `node.${node}`)),
      ];
      const inputs = { configurations, peers, ...(passwords === undefined ? {} : { passwords }) };
      const snapshot = { ...base, bgp: { ...seedBgpSnapshot(inputs).bgp } as BgpInputs, ...(nodes ? { nodes } : {}) };
      const found = bgpOf(snapshot);
      assert.deepEqual(
        found.bgp.sessions.map((session) => sessionText(session, found.bgp)),
        sessions,
      );
      assert.deepEqual(found.warnings, warnings);
    });
  }
}

const meshCases: readonly Case[] = [
  { name: 'nothing configured -> every other node; passive to greater addresses', sessions: mesh },
  { name: 'nodeToNodeMeshEnabled false -> none', settings: { nodeToNodeMeshEnabled: false }, sessions: [] },
  {
    name: 'AS numbers of the cluster and of a node',
    settings: { asNumber: 65_001 },
    nodes: seedNodesWith({ node2: { annotations: { ASNumber: '1.10' } } }),
    sessions: [
      'Mesh_192_168_122_20 192.168.122.20 as 65001',
      'Mesh_192_168_122_22 192.168.122.22 as 65546 passive',
      'Mesh_192_168_123_23 192.168.123.23 as 65001 passive',
    ],
  },
  {
    name: 'cluster AS number 0 -> the default, warning',
    settings: { asNumber: 0 },
    sessions: mesh,
    warnings: ['BGPConfiguration "default": AS number 0 found, 64512 used'],
  },
  {
    name: 'this node is a route reflector -> none',
    nodes: seedNodesWith({ node1: { annotations: { RouteReflectorClusterID: '244.0.0.1' } } }),
    sessions: [],
  },
  {
    name: 'another node is a route reflector -> not with that one',
    nodes: seedNodesWith({ node2: { annotations: { RouteReflectorClusterID: '244.0.0.1' } } }),
    sessions: [mesh[0] ?? '', mesh[2] ?? ''],
  },
  {
    name: 'password and restart time -> on all of the mesh, the time in whole seconds',
    settings: { nodeMeshPassword: secret, nodeMeshMaxRestartTime: '2m0.5s' },
    passwords: new Map([['bgp/pw', '7']]),
    nodes: seedNodesWith({}).slice(0, 2),
    sessions: ['Mesh_192_168_122_20 192.168.122.20 as 64512 password bgp/pw@7 restart 121'],
  },
  {
    name: 'password missing -> no session of the mesh, one warning',
    settings: { nodeMeshPassword: secret },
    sessions: [],
    warnings: [
      'BGPConfiguration "default": the password is missing, Secret "bgp" with key "pw" needed: no session is made',
    ],
  },
  {
    name: 'password optional and missing -> sessions without one',
    settings: { nodeMeshPassword: { secretKeyRef: { name: 'bgp', key: 'pw', optional: true } } },
    sessions: mesh,
  },
  {
    name: 'listen ports of the cluster and of a node -> where the others are called',
    settings: { listenPort: 1179 },
    nodeSettings: { master: { listenPort: 2179 } },
    sessions: [
      'Mesh_192_168_122_20 192.168.122.20 port 2179 as 64512',
      'Mesh_192_168_122_22 192.168.122.22 port 1179 as 64512 passive',
      'Mesh_192_168_123_23 192.168.123.23 port 1179 as 64512 passive',
    ],
  },
  {
    name: 'BFD of the mesh -> with nodes of the same network only',
    settings: { nodeMeshFailureDetectionMode: 'BFDIfDirectlyConnected' },
    sessions: [`${mesh[0]} bfd`, `${mesh[1]} bfd`, mesh[2] ?? ''],
  },
  {
    name: 'two nodes with one address -> one session, warning',
    nodes: [...seedNodesWith({}), seedNode('twin', { IPv4Address: '192.168.122.22/24' })],
    sessions: mesh,
    warnings: ['nodes node2 and twin both have the address 192.168.122.22'],
  },
  {
    name: 'a node with the address of this one -> no session with ourselves, warning',
    nodes: [...seedNodesWith({}), seedNode('a', { IPv4Address: '192.168.122.21/24' })],
    sessions: mesh,
    warnings: ['nodes node1 and a both have the address 192.168.122.21'],
  },
  {
    name: 'a node with an address of its link only -> no session of that family, warning',
    nodes: [
      ...seedNodesWith({ node1: { annotations: { IPv6Address: 'fd00:122::21/64' } } }),
      seedNode('a', { IPv6Address: 'fe80::5/64' }),
    ],
    sessions: mesh,
    warnings: ['node a has the address fe80::5, where no other host reaches it: not used'],
  },
];

describe('sessions: the mesh', () => sessionTable(meshCases));

describe('sessions: both families', () => {
  const six = seedBgpSnapshot();
  const { bgp: inputs } = six;
  const dual = { ...seedDualStack(), backend: 'bird' as const, ...(inputs === undefined ? {} : { bgp: inputs }) };
  sessionTable(
    [
      {
        name: 'mesh -> each node once for each family; BIRD names of IPv6',
        sessions: [
          'Mesh_192_168_122_20 192.168.122.20 as 64512',
          'Mesh_192_168_122_22 192.168.122.22 as 64512 passive',
          'Mesh_192_168_123_23 192.168.123.23 as 64512 passive',
          'Mesh_fd00_122__20 fd00:122::20 as 64512',
          'Mesh_fd00_122__22 fd00:122::22 as 64512 passive',
          'Mesh_fd00_122__23 fd00:122::23 as 64512 passive',
        ],
      },
      {
        name: 'peer of IPv6 with a port',
        settings: { nodeToNodeMeshEnabled: false },
        peers: [seedPeer('p', { peerIP: '[fd00:122::1]:1179', asNumber: 65_000 })],
        sessions: ['Global_fd00_122__1_port_1179 fd00:122::1 port 1179 as 65000 outside'],
      },
    ],
    dual,
  );
});

const quiet = { nodeToNodeMeshEnabled: false };
const rack = { peerIP: '192.168.122.1', asNumber: 65_000 };
const session = 'Global_192_168_122_1 192.168.122.1 as 65000';
const one = (name: string, spec: BGPPeer['spec'], more: string, warnings: readonly string[] = []): Case => {
  const text = more === '' ? [] : [more];
  return { name, settings: quiet, peers: [seedPeer('p', { ...rack, ...spec })], sessions: text, warnings };
};
const peerCases: readonly Case[] = [
  one('for all nodes -> global, of the outside', {}, `${session} outside`),
  one('node: this one -> node specific', { node: 'node1' }, 'Node_192_168_122_1 192.168.122.1 as 65000 outside'),
  one('node: another one -> none', { node: 'node2' }, ''),
  one('nodeSelector that does not select -> none', { nodeSelector: "rack == 'a'" }, ''),
  one(
    'nodeSelector all() -> node specific',
    { nodeSelector: 'all()' },
    'Node_192_168_122_1 192.168.122.1 as 65000 outside',
  ),
  one(
    'peerIP with a port',
    { peerIP: '192.168.122.1:1179' },
    'Global_192_168_122_1_port_1179 192.168.122.1 port 1179 as 65000 outside',
  ),
  one('localASNumber -> that is shown', { localASNumber: 65_100 }, `${session} local-as 65100 outside`),
  one('sourceAddress None -> the kernel chooses', { sourceAddress: 'None' }, `${session} any-source outside`),
  one('ttlSecurity -> hops', { ttlSecurity: 1 }, `${session} outside ttl 1`),
  one('ttlSecurity 0 -> off', { ttlSecurity: 0 }, `${session} outside`),
  one('nextHopMode Self', { nextHopMode: 'Self' }, `${session} outside next-hop self`),
  one('nextHopMode Keep', { nextHopMode: 'Keep' }, `${session} outside next-hop keep`),
  one('nextHopMode Auto', { nextHopMode: 'Auto' }, `${session} outside`),
  one('keepOriginalNextHop with another AS -> keep', { keepOriginalNextHop: true }, `${session} outside next-hop keep`),
  one(
    'keepOriginalNextHop with our AS -> nothing',
    { keepOriginalNextHop: true, asNumber: 64_512 },
    'Global_192_168_122_1 192.168.122.1 as 64512 outside',
  ),
  one(
    'maxRestartTime, keepaliveTime',
    { maxRestartTime: '30s', keepaliveTime: '1500ms' },
    `${session} outside restart 30 keepalive 2`,
  ),
  one(
    'times that BGP cannot carry -> the nearest or the default, named',
    { maxRestartTime: '2h', keepaliveTime: '0' },
    `${session} outside restart 4095`,
    [
      'BGPPeer "p": keepaliveTime: "0" found, a duration such as 90s needed: the default is used',
      'BGPPeer "p": maxRestartTime: 2h found, BGP allows 4095s at most: 4095s is used',
    ],
  ),
  one('numAllowedLocalASNumbers', { numAllowedLocalASNumbers: 2 }, `${session} outside own-as 2`),
  one(
    'BFD with a router on our network -> one hop',
    { failureDetectionMode: 'BFDIfDirectlyConnected' },
    `${session} outside direct bfd`,
  ),
  one(
    'BFD with a router of our AS -> several hops, as routers do it',
    { failureDetectionMode: 'BFDIfDirectlyConnected', asNumber: 64_512 },
    'Global_192_168_122_1 192.168.122.1 as 64512 outside bfd',
  ),
  one(
    'BFD with a router elsewhere -> none',
    { failureDetectionMode: 'BFDIfDirectlyConnected', peerIP: '10.9.9.9' },
    'Global_10_9_9_9 10.9.9.9 as 65000 outside',
  ),
  one(
    'our own address -> not with ourselves',
    { peerIP: '192.168.122.21', asNumber: 64_512, reversePeering: 'Manual' },
    '',
  ),
  one('AS number 0 -> left out, named', { asNumber: 0 }, '', [
    'BGPPeer "p": no AS number found, asNumber from 1 to 4294967295 needed: no session',
  ]),
  one('IPv6 without an IPv6 address of ours -> left out, named', { peerIP: 'fd00::1' }, '', [
    'BGPPeer "p": this node has no IPv6 address: no session with fd00::1',
  ]),
  one('password missing -> left out, named', { password: secret }, '', [
    'BGPPeer "p": the password is missing, Secret "bgp" with key "pw" needed: no session is made',
  ]),
  one('peerIP that is none -> left out, named', { peerIP: '10.0.0' }, '', [
    'BGPPeer "p" is not used: spec.peerIP: an address is needed: IP, IPV4:PORT or [IPV6]:PORT',
  ]),
  one('peerIP and peerSelector -> left out, named', { peerSelector: 'all()' }, '', [
    'BGPPeer "p" is not used: spec.peerIP: PeerIP field must be empty when PeerSelector is specified',
  ]),
  {
    name: 'neither peerIP nor peerSelector -> left out, named',
    settings: quiet,
    peers: [seedPeer('p', { asNumber: 1 })],
    sessions: [],
    warnings: ['BGPPeer "p": peerIP "" found, an address IP, IPV4:PORT or [IPV6]:PORT needed'],
  },
  {
    name: 'password -> key and version of the Secret, never the word',
    settings: quiet,
    peers: [seedPeer('p', { ...rack, password: secret })],
    passwords: new Map([['bgp/pw', '42']]),
    sessions: [`${session} outside password bgp/pw@42`],
  },
  {
    name: 'a node of the mesh -> the mesh wins, named',
    nodes: seedNodesWith({}).slice(0, 2),
    peers: [seedPeer('p', { peerIP: '192.168.122.20', asNumber: 64_512 })],
    sessions: [mesh[0] ?? ''],
    warnings: [
      'BGPPeer "p": the mesh has a session with its peer already: not used, nodeToNodeMeshEnabled false needed',
    ],
  },
  {
    name: 'many nodes of the mesh -> one warning',
    peers: [seedPeer('p', { peerSelector: 'all()' })],
    sessions: mesh,
    warnings: [
      'BGPPeer "p": the mesh has sessions with 3 of its peers already: not used, nodeToNodeMeshEnabled false needed',
    ],
  },
  {
    name: 'the same for all nodes and for this one -> the global one; no word about what is equal',
    settings: quiet,
    peers: [seedPeer('a', { ...rack, node: 'node1' }), seedPeer('b', rack), seedPeer('c', rack)],
    sessions: [`${session} outside`],
  },
  {
    name: 'two that differ -> the first by name, the other named',
    settings: quiet,
    peers: [seedPeer('b', { ...rack, asNumber: 65_001 }), seedPeer('a', rack)],
    sessions: [`${session} outside`],
    warnings: ['BGPPeer "b": BGPPeer "a" has a session with 192.168.122.1 already: not used'],
  },
  {
    name: 'two ports of one address -> two sessions',
    settings: quiet,
    peers: [seedPeer('a', rack), seedPeer('b', { ...rack, peerIP: '192.168.122.1:1179' })],
    sessions: [`${session} outside`, 'Global_192_168_122_1_port_1179 192.168.122.1 port 1179 as 65000 outside'],
  },
];

describe('sessions: peers', () => sessionTable(peerCases));

const reflector = seedNodesWith({
  node2: { annotations: { RouteReflectorClusterID: '244.0.0.1' }, labels: { rr: '' } },
});
const nodeCases: readonly Case[] = [
  {
    name: 'peerIP for all nodes -> inside; passive as in the mesh; its listen port',
    settings: { ...quiet, listenPort: 1179 },
    peers: [seedPeer('p', { peerIP: '192.168.122.22', asNumber: 64_512 })],
    sessions: ['Global_192_168_122_22_port_1179 192.168.122.22 port 1179 as 64512 passive'],
  },
  {
    name: 'peerIP for this node -> never passive',
    settings: quiet,
    peers: [seedPeer('p', { node: 'node1', peerIP: '192.168.122.22', asNumber: 64_512 })],
    sessions: ['Node_192_168_122_22 192.168.122.22 as 64512'],
  },
  {
    name: 'peerIP without an AS number -> that of the node',
    settings: quiet,
    peers: [seedPeer('p', { peerIP: '192.168.122.20' })],
    sessions: ['Global_192_168_122_20 192.168.122.20 as 64512'],
  },
  {
    name: 'another AS number than the node has -> named',
    settings: quiet,
    peers: [seedPeer('p', { peerIP: '192.168.122.20', asNumber: 1 })],
    sessions: ['Global_192_168_122_20 192.168.122.20 as 1'],
    warnings: ['BGPPeer "p": asNumber 1 found, node master at 192.168.122.20 has 64512: the session will not come up'],
  },
  {
    name: 'peerSelector -> every node it selects but this one, with their AS numbers and ports',
    settings: quiet,
    nodeSettings: { master: { listenPort: 2179 } },
    nodes: seedNodesWith({ master: { annotations: { ASNumber: '65009' } } }),
    peers: [seedPeer('p', { peerSelector: 'all()', nextHopMode: 'Self' })],
    sessions: [
      'Global_192_168_122_20_port_2179 192.168.122.20 port 2179 as 65009 next-hop self',
      'Global_192_168_122_22 192.168.122.22 as 64512 passive next-hop self',
      'Global_192_168_123_23 192.168.123.23 as 64512 passive next-hop self',
    ],
  },
  {
    name: 'client of a reflector -> an ordinary session; the mesh with the others stays',
    nodes: reflector,
    peers: [seedPeer('p', { nodeSelector: '!has(rr)', peerSelector: 'has(rr)' })],
    sessions: [mesh[0] ?? '', mesh[2] ?? '', 'Node_192_168_122_22 192.168.122.22 as 64512'],
  },
  {
    name: 'this node is whom others select -> its side of their sessions, clients of the reflector',
    nodes: seedNodesWith({ node1: { annotations: { RouteReflectorClusterID: '244.0.0.1' }, labels: { rr: '' } } }),
    peers: [
      seedPeer('p', { nodeSelector: '!has(rr)', peerSelector: 'has(rr)', nextHopMode: 'Self', keepaliveTime: '5s' }),
    ],
    sessions: [
      'Node_192_168_122_20 192.168.122.20 as 64512 client keepalive 5',
      'Node_192_168_122_22 192.168.122.22 as 64512 client keepalive 5',
      'Node_192_168_123_23 192.168.123.23 as 64512 client keepalive 5',
    ],
  },
  {
    name: 'reversePeering Manual -> not its side',
    settings: quiet,
    peers: [seedPeer('p', { node: 'node2', peerIP: '192.168.122.21', asNumber: 64_512, reversePeering: 'Manual' })],
    sessions: [],
  },
  {
    name: 'this node is the peerIP of another -> its side; shown the AS number of their localASNumber',
    settings: quiet,
    peers: [seedPeer('p', { node: 'node2', peerIP: '192.168.122.21', asNumber: 64_512, localASNumber: 65_100 })],
    sessions: ['Node_192_168_122_22 192.168.122.22 as 65100'],
  },
  {
    name: 'this address with another AS number or port -> somebody else is meant',
    settings: quiet,
    peers: [
      seedPeer('p', { node: 'node2', peerIP: '192.168.122.21', asNumber: 1 }),
      seedPeer('q', { node: 'node2', peerIP: '192.168.122.21:1179', asNumber: 64_512 }),
    ],
    sessions: [],
  },
  {
    name: 'this node is the peerIP of all -> its side with every other node',
    settings: quiet,
    peers: [seedPeer('p', { peerIP: '192.168.122.21', asNumber: 64_512 })],
    sessions: [
      'Node_192_168_122_20 192.168.122.20 as 64512',
      'Node_192_168_122_22 192.168.122.22 as 64512',
      'Node_192_168_123_23 192.168.123.23 as 64512',
    ],
  },
  {
    name: 'peers said by both sides -> what this side says counts, silently',
    settings: quiet,
    peers: [
      seedPeer('a', { node: 'node2', peerIP: '192.168.122.21', asNumber: 64_512, keepaliveTime: '9s' }),
      seedPeer('b', { node: 'node1', peerIP: '192.168.122.22', asNumber: 64_512 }),
    ],
    sessions: ['Node_192_168_122_22 192.168.122.22 as 64512'],
  },
  {
    name: 'two reflectors of one cluster id -> not clients of each other; of different ids -> clients',
    nodes: seedNodesWith({
      node1: { annotations: { RouteReflectorClusterID: '244.0.0.1' } },
      node2: { annotations: { RouteReflectorClusterID: '244.0.0.1' } },
      node3: { annotations: { RouteReflectorClusterID: '244.0.0.3' } },
    }),
    peers: [seedPeer('p', { nodeSelector: 'all()', peerSelector: 'all()' })],
    sessions: [
      'Node_192_168_122_20 192.168.122.20 as 64512 client',
      'Node_192_168_122_22 192.168.122.22 as 64512',
      'Node_192_168_123_23 192.168.123.23 as 64512 client',
    ],
  },
  {
    name: 'an external peer of a reflector -> never a client',
    nodes: seedNodesWith({ node1: { annotations: { RouteReflectorClusterID: '244.0.0.1' } } }),
    peers: [seedPeer('p', { peerIP: '192.168.122.1', asNumber: 65_000 })],
    sessions: ['Global_192_168_122_1 192.168.122.1 as 65000 outside'],
  },
];

describe('sessions: peers that are nodes', () => sessionTable(nodeCases));
