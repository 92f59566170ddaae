import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IPAMBlock } from '../api/calico.ts';
import { formatColumns } from './columns.ts';
import { type DemoFacts, explainRoute, formatDemo } from './demo-report.ts';
import { computeTopology } from './topology.ts';

const block = (cidr: string, node: string): IPAMBlock => ({
  metadata: { name: cidr },
  spec: { cidr, affinity: `host:${node}`, allocations: [], unallocated: [], attributes: [] },
});
const facts: DemoFacts = {
  state: { version: 1, phase: 'running', topology: computeTopology({}), createdAt: '', processes: [] },
  nodes: [{ metadata: { name: 'node1', annotations: { 'projectcalico.org/IPv4IPIPTunnelAddr': '10.24.1.0' } } }],
  blocks: [block('10.24.1.0/26', 'node1'), block('10.24.2.0/26', 'node2')],
  pods: [{ metadata: { name: 'web' }, spec: { containers: [], nodeName: 'node1' }, status: { podIP: '10.24.1.1' } }],
  watched: 'node1',
  routes: 'default via 192.168.122.1 dev eth0\n10.24.2.0/26 via 192.168.122.22 dev tunl0 proto 80 onlink \n',
  sessions: [{ node: 'node1', name: 'Mesh_192_168_122_22', state: 'Established' }],
  capture: 'outer\n  inner',
};

const routes: readonly (readonly [string, string])[] = [
  ['default via 192.168.122.1 dev eth0 proto static', 'everything else, by the router'],
  ['10.24.2.0/26 via 192.168.122.22 dev tunl0 proto 80 onlink', 'pods of node2, by tunnel'],
  ['10.24.2.0/26 via 10.24.2.0 dev vxlan.calico proto 80 onlink', 'pods of node2, by tunnel'],
  ['10.24.2.0/26 via 192.168.122.22 dev eth0 proto 80', 'pods of node2, directly'],
  ['blackhole 10.24.1.0/26 proto 80', 'own block: an address without a pod ends here'],
  ['10.24.1.1 dev cali0123456789a scope link', 'pod web'],
  ['10.24.1.9 dev cali0123456789b scope link', 'a pod on this node'],
  ['192.168.122.0/24 dev eth0 proto kernel scope link', 'the underlay itself'],
  ['10.24.2.0/26 via 192.168.122.22 dev eth0 proto bird metric 1024', 'pods of node2, directly, learned by BGP'],
  ['172.20.0.0/24 via 192.168.122.200 dev eth0 proto bird metric 1024', 'learned by BGP'],
  ['172.16.0.0/12 via 192.168.122.9 dev eth0', ''],
];
for (const [line, words] of routes) {
  test(`route in words: ${line} -> "${words}"`, () => assert.equal(explainRoute(line, facts), words));
}

test('demo report: no colour -> plain text with every part', () => {
  const text = formatDemo({ ...facts, seconds: 2.04 }, false);
  assert.doesNotMatch(text, /\x1b/);
  for (const part of [
    'in 2.0 s: 3 nodes, mode ipip',
    '10.24.1.0/26',
    'web',
    'by tunnel',
    'Mesh_192_168_122_22   Established',
    '    inner',
    'weft lab down',
  ]) {
    assert.ok(text.includes(part), part);
  }
});

test('demo report: without BGP -> no word of it', () => {
  assert.doesNotMatch(formatDemo({ ...facts, sessions: [], seconds: 1 }, false), /BGP/);
});

test('demo report: colour -> columns stay aligned', () => {
  assert.equal(
    formatColumns([
      ['\x1b[1ma\x1b[0m', 'x'],
      ['bbb', 'y'],
    ]),
    '\x1b[1ma\x1b[0m     x\nbbb   y\n',
  );
  assert.match(formatDemo({ ...facts, seconds: 1 }, true), /\x1b\[1mNodes/);
});
