import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { expectedSessions } from './expected-sessions.ts';
import type { LabRouter, RouterOption } from './lab-router.ts';
import { computeTopology, type Topology, type TopologyOptions } from './topology.ts';
import { parseTopologyFile } from './topology-file.ts';

function routerOf(topology: Topology, name: string): LabRouter {
  const found = topology.routers.find((one) => one.name === name);
  assert.ok(found, name);
  return found;
}

function neighbours(router: LabRouter): readonly string[] {
  return router.neighbors.map((one) => `${one.name} ${one.address} AS ${one.asNumber} from ${one.source}`);
}

const racks = [
  { name: 'r1', cidr: '10.1.0.0/24' },
  { name: 'r2', cidr: '10.2.0.0/24' },
] as const;

test('router: nothing but name and software -> first segment, an AS of its own, all nodes of the segment', () => {
  const options: TopologyOptions = { mode: 'bgp', crossSubnet: true, routers: [{ name: 'tor', software: 'frr' }] };
  const tor = routerOf(computeTopology(options), 'tor');
  assert.deepEqual(
    tor.legs.map((leg) => [leg.segment, leg.device, leg.address]),
    [['lan1', 'eth0', '192.168.122.200']],
  );
  assert.equal(tor.asNumber, 65000);
  assert.equal(tor.peering, 'segments');
  assert.deepEqual(neighbours(tor), [
    'master 192.168.122.20 AS 64512 from 192.168.122.200',
    'node1 192.168.122.21 AS 64512 from 192.168.122.200',
  ]);
});

test('router: on two segments -> one leg each, nodes of both by their own leg', () => {
  const topology = computeTopology({
    mode: 'bgp',
    segments: racks,
    nodes: [{ name: 'a' }, { name: 'b', segment: 'r2', as: 64999 }],
    routers: [{ name: 'tor', software: 'bird', segments: ['r1', 'r2'], addresses: ['10.1.0.7', '10.2.0.8'] }],
  });
  assert.deepEqual(neighbours(routerOf(topology, 'tor')), [
    'a 10.1.0.20 AS 64512 from 10.1.0.7',
    'b 10.2.0.21 AS 64999 from 10.2.0.8',
  ]);
});

test('routers: one names the other -> both have the session, over the segment they share', () => {
  const topology = computeTopology({
    mode: 'bgp',
    routers: [
      { name: 'one', software: 'bird', peers: ['two', 'node1'] },
      { name: 'two', software: 'gobgp', peers: [] },
    ],
  });
  assert.deepEqual(neighbours(routerOf(topology, 'one')), [
    'node1 192.168.122.21 AS 64512 from 192.168.122.200',
    'two 192.168.122.201 AS 65001 from 192.168.122.200',
  ]);
  assert.equal(routerOf(topology, 'one').peering, 'nodes');
  assert.deepEqual(neighbours(routerOf(topology, 'two')), ['one 192.168.122.200 AS 65000 from 192.168.122.201']);
});

test('router: two families -> a session each, BIRD 1.6 only IPv4', () => {
  const topology = computeTopology({
    mode: 'bgp',
    nodes: 1,
    ipv6: true,
    routers: [
      { name: 'new', software: 'bird' },
      { name: 'old', software: 'bird1' },
    ],
  });
  assert.deepEqual(neighbours(routerOf(topology, 'new')), [
    'master 192.168.122.20 AS 64512 from 192.168.122.200',
    'master fd00:192:168:122::20 AS 64512 from fd00:192:168:122::200',
  ]);
  assert.equal(routerOf(topology, 'old').neighbors.length, 1);
});

test('mode bgp across subnets: the lab router is in the AS of the cluster and peers with every node', () => {
  const topology = computeTopology({ mode: 'bgp', crossSubnet: true });
  const router = routerOf(topology, 'router');
  assert.equal(router.asNumber, 64512);
  assert.equal(router.reflector, false);
  assert.deepEqual(neighbours(router), [
    'master 192.168.122.20 AS 64512 from 192.168.122.1',
    'node1 192.168.122.21 AS 64512 from 192.168.122.1',
    'node2 192.168.123.22 AS 64512 from 192.168.123.1',
  ]);
  assert.equal(computeTopology({ mode: 'bgp', segments: racks }).routers.length, 1);
  const perRack = [
    { name: 'a', as: 64601 },
    { name: 'b', segment: 'r2', as: 64602 },
  ];
  assert.deepEqual(computeTopology({ mode: 'bgp', segments: racks, nodes: perRack }).routers, []);
  assert.deepEqual(computeTopology({ mode: 'bgp' }).routers, []);
  assert.deepEqual(computeTopology({ mode: 'ipip', crossSubnet: true }).routers, []);
});

const meshes: readonly [string, TopologyOptions, boolean][] = [
  ['nothing said', {}, true],
  ['a reflector outside', { routers: [{ name: 'rr', software: 'bird', reflector: true }] }, false],
  ['a reflector among the nodes', { nodes: [{ name: 'a', reflectorClusterId: '244.0.0.1' }] }, false],
  ['nodes of several AS', { nodes: [{ name: 'a' }, { name: 'b', as: 64999 }] }, false],
  ['nodes of the AS of the lab', { as: 64999, nodes: [{ name: 'a', as: 64999 }] }, true],
  ['said so', { mesh: true, nodes: [{ name: 'a' }, { name: 'b', as: 64999 }] }, true],
];
for (const [name, options, mesh] of meshes) {
  test(`mesh: ${name} -> ${mesh ? 'on' : 'off'}`, () => {
    assert.equal(computeTopology(options).mesh, mesh);
  });
}

test('sessions: mesh, reflectors and routers -> every session of every node once', () => {
  const list = (options: TopologyOptions) =>
    expectedSessions(computeTopology(options)).map((one) => `${one.node} ${one.peerName} ${one.peer}`);
  assert.deepEqual(list({ mode: 'vxlan' }), []);
  assert.deepEqual(list({ mode: 'ipip', nodes: 2 }), ['master node1 192.168.122.21', 'node1 master 192.168.122.20']);
  const nodes = [{ name: 'a', reflectorClusterId: '244.0.0.1' }, { name: 'b' }, { name: 'c' }];
  assert.deepEqual(list({ mode: 'bgp', nodes, routers: [{ name: 'tor', software: 'bird', peers: ['c'] }] }), [
    'a b 192.168.122.21',
    'a c 192.168.122.22',
    'b a 192.168.122.20',
    'c a 192.168.122.20',
    'c tor 192.168.122.200',
  ]);
});

const tor: RouterOption = { name: 'tor', software: 'bird' };
const refused: readonly [string, TopologyOptions, RegExp][] = [
  ['mode without BGP', { mode: 'vxlan', routers: [tor] }, /mode "vxlan" has no BGP for the routers/],
  ['name of a node', { routers: [{ ...tor, name: 'node1' }] }, /router name "node1" is taken/],
  ['name twice', { routers: [tor, tor] }, /router name "tor" is taken/],
  ['name in upper case', { routers: [{ ...tor, name: 'Tor' }] }, /router name "Tor" is not valid/],
  ['unknown segment', { routers: [{ ...tor, segment: 'x' }] }, /on segment "x", one of lan1 needed/],
  ['address outside its segment', { routers: [{ ...tor, address: '10.9.9.9' }] }, /would have address 10.9.9.9/],
  ['address of a node', { routers: [{ ...tor, address: '192.168.122.20' }] }, /192.168.122.20, which is taken/],
  ['address that is none', { routers: [{ ...tor, address: 'here' }] }, /would have address here/],
  ['too many addresses', { routers: [{ ...tor, addresses: ['192.168.122.7', '192.168.122.8'] }] }, /2 addresses on 1/],
  ['unknown peer', { routers: [{ ...tor, peers: ['x'] }] }, /peers with "x", one of master, node1, node2, tor needed/],
  [
    'peer on another segment',
    { segments: racks, nodes: [{ name: 'a' }, { name: 'b', segment: 'r2' }], routers: [{ ...tor, peers: ['b'] }] },
    /peers with node "b", a leg on segment "r2" needed/,
  ],
  [
    'two routers without a common segment',
    {
      segments: racks,
      routers: [
        { ...tor, peers: ['b'] },
        { name: 'b', software: 'frr', segment: 'r2' },
      ],
    },
    /peers with router "b", a common segment needed/,
  ],
  ['AS 0', { routers: [{ ...tor, as: 0 }] }, /router "tor" has AS number 0/],
  ['ExaBGP as a reflector', { routers: [{ ...tor, software: 'exabgp', reflector: true }] }, /which exabgp cannot/],
  ['reflector of another AS', { routers: [{ ...tor, as: 65000, reflector: true }] }, /of AS 65000 is to reflect for/],
  ['BFD where there is none', { routers: [{ ...tor, software: 'gobgp', bfd: true }] }, /BFD, which gobgp has not/],
  ['announced rubbish', { routers: [{ ...tor, announce: ['172.20.0.1/24'] }] }, /announces "172.20.0.1\/24"/],
  ['announced pool', { routers: [{ ...tor, announce: ['10.24.9.0/24'] }] }, /overlaps the network of router "tor"/],
  ['password with a quote', { routers: [{ ...tor, password: 'a"b' }] }, /password that not every software reads/],
  ['node with AS 0', { nodes: [{ name: 'a', as: 0 }] }, /node "a" has AS number 0/],
  ['cluster id that is none', { nodes: [{ name: 'a', reflectorClusterId: 'x' }] }, /reflectorClusterId "x"/],
];
for (const [name, options, message] of refused) {
  test(`topology: ${name} -> refused`, () => {
    assert.throws(() => computeTopology(options), { code: 'LAB_BAD_TOPOLOGY', message });
  });
}

const badFiles: readonly [string, string, RegExp][] = [
  [
    'unknown software',
    'routers:\n- name: a\n  software: cisco\n',
    /line 3: routers.0.software must be equal to one of/,
  ],
  ['router without software', 'routers:\n- name: a\n', /line 2: routers.0 must have required property 'software'/],
  [
    'unknown key of a router',
    'routers:\n- {name: a, software: frr}\n- name: b\n  software: frr\n  asn: 3\n',
    /line 5: routers.1 has the unknown key "asn"/,
  ],
  ['peers of another kind', 'routers:\n- name: a\n  software: frr\n  peers: all\n', /line 4: routers.0.peers must/],
];
for (const [name, content, message] of badFiles) {
  test(`lab file: ${name} -> error with file and line`, () => {
    assert.throws(() => parseTopologyFile(content, 'lab.yaml'), { code: 'LAB_BAD_FILE', message });
  });
}

for (const name of ['lab-rack.yaml', 'lab-reflector.yaml']) {
  test(`lab file: examples/${name} -> a lab with routers, no mesh`, () => {
    const path = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
    const topology = computeTopology(parseTopologyFile(readFileSync(path, 'utf8'), path));
    assert.ok(topology.routers.length > 0);
    assert.equal(topology.mesh, false);
  });
}
