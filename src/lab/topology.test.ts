import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { computeTopology, type TopologyOptions } from './topology.ts';
import { parseTopologyFile } from './topology-file.ts';

test('topology: defaults -> master and two nodes on one segment, ipip', () => {
  const topology = computeTopology({});
  assert.equal(topology.mode, 'ipip');
  assert.deepEqual(
    topology.nodes.map((node) => [node.name, node.role, node.segment, node.address]),
    [
      ['master', 'control-plane', 'lan1', '192.168.122.20'],
      ['node1', 'worker', 'lan1', '192.168.122.21'],
      ['node2', 'worker', 'lan1', '192.168.122.22'],
    ],
  );
  assert.equal(topology.segments[0]?.gateway, '192.168.122.1');
});

test('topology: cross-subnet -> same-subnet and cross-subnet pairs both exist', () => {
  const topology = computeTopology({ mode: 'vxlan', crossSubnet: true });
  assert.deepEqual(
    topology.nodes.map((node) => node.address),
    ['192.168.122.20', '192.168.122.21', '192.168.123.22'],
  );
  const two = computeTopology({ crossSubnet: true, nodes: 2 });
  assert.deepEqual(
    two.nodes.map((node) => node.segment),
    ['lan1', 'lan2'],
  );
});

test('topology: ipv6 -> every segment, node and pool has a second family', () => {
  const topology = computeTopology({ ipv6: true });
  assert.equal(topology.pool6, 'fd00:10:24::/64');
  assert.equal(topology.nodes[1]?.address6, 'fd00:192:168:122::21');
  assert.equal(topology.segments[0]?.gateway6, 'fd00:192:168:122::1');
});

const refused: readonly [string, TopologyOptions, RegExp][] = [
  ['unknown mode', { mode: 'magic' }, /mode "magic" is unknown, one of ipip, vxlan, bgp, none needed/],
  ['mode of a later version', { mode: 'flannel-vxlan' }, /mode "flannel-vxlan" comes with a later version/],
  ['no node', { nodes: 0 }, /0 nodes asked for/],
  ['half a node', { nodes: 1.5 }, /1.5 nodes asked for/],
  ['too many nodes', { nodes: 101 }, /101 nodes asked for, a whole number from 1 to 100/],
  ['lab name with a slash', { name: '../etc' }, /lab name "..\/etc" is not valid/],
  ['node name in upper case', { nodes: [{ name: 'Master' }] }, /node name "Master" is not valid/],
  ['node named router', { nodes: [{ name: 'router' }] }, /taken by the lab itself/],
  ['two nodes of one name', { nodes: [{ name: 'a' }, { name: 'a' }] }, /two nodes are named "a"/],
  ['node on an unknown segment', { nodes: [{ name: 'a', segment: 'x' }] }, /on segment "x", one of lan1 needed/],
  ['node outside its segment', { nodes: [{ name: 'a', address: '10.9.9.9' }] }, /free address of segment "lan1"/],
  [
    'two nodes of one address',
    { nodes: [{ name: 'a' }, { name: 'b', address: '192.168.122.20' }] },
    /two nodes have address/,
  ],
  ['no control plane', { nodes: [{ name: 'a', role: 'worker' }] }, /0 nodes have role control-plane/],
  ['none across subnets', { mode: 'none', crossSubnet: true }, /cannot cross subnets/],
  ['pool with host bits', { pool: '10.24.0.1/16' }, /pool is "10.24.0.1\/16"/],
  ['pool over a segment', { pool: '192.168.0.0/16' }, /the pool \(192.168.0.0\/16\) overlaps segment "lan1"/],
  ['pool smaller than a block', { pool: '10.24.0.0/28' }, /smaller than one block/],
  ['block size out of range', { blockSize: 8 }, /block size is 8/],
  ['MTU of nothing', { mtu: 10 }, /MTU is 10/],
];
for (const [name, options, message] of refused) {
  test(`topology: ${name} -> refused`, () => {
    assert.throws(() => computeTopology(options), { code: 'LAB_BAD_TOPOLOGY', message });
  });
}

test('lab file: all keys -> options', () => {
  const options = parseTopologyFile(
    'name: x\nmode: vxlan\nnodes:\n- name: a\n- {name: b, segment: s2}\nsegments:\n- {name: s1, cidr: 10.1.0.0/24}\n- {name: s2, cidr: 10.2.0.0/24}\nmtu: 1400\n',
    'lab.yaml',
  );
  const topology = computeTopology(options);
  assert.deepEqual(
    topology.nodes.map((node) => node.address),
    ['10.1.0.20', '10.2.0.21'],
  );
  assert.equal(topology.mtuBytes, 1400);
});

test('lab file: the one in examples/ -> a lab', () => {
  const path = fileURLToPath(new URL('../../examples/lab.yaml', import.meta.url));
  const topology = computeTopology(parseTopologyFile(readFileSync(path, 'utf8'), path));
  assert.equal(topology.crossSubnet, true);
  assert.equal(new Set(topology.nodes.map((node) => node.segment)).size, 2);
});

const badFiles: readonly [string, string, RegExp][] = [
  ['broken YAML', 'name: [', /"lab.yaml": line 1: /],
  ['unknown key', 'name: x\nmod: vxlan\n', /line 2: the lab has the unknown key "mod"/],
  ['wrong type', 'mode: vxlan\nmtu: many\n', /line 2: mtu must be integer/],
  ['node without a name', 'nodes:\n- name: a\n- {segment: b}\n', /line 3: nodes.1 must have required property 'name'/],
];
for (const [name, content, message] of badFiles) {
  test(`lab file: ${name} -> error with file and line`, () => {
    assert.throws(() => parseTopologyFile(content, 'lab.yaml'), { code: 'LAB_BAD_FILE', message });
  });
}
