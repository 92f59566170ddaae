import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeBgpSession } from './bgp-sessions.ts';
import { expectedSessions } from './expected-sessions.ts';
import { computeTopology } from './topology.ts';
import { missingSessions } from './wait-bgp.ts';

const expected = expectedSessions(
  computeTopology({
    mode: 'bgp',
    nodes: 2,
    ipv6: true,
    routers: [{ name: 'tor', software: 'bird1', peers: ['node1'] }],
  }),
);
const up = (node: string, name: string): NodeBgpSession => ({ node, name, state: 'Established' });
const all: readonly NodeBgpSession[] = [
  up('master', 'Mesh_192_168_122_21'),
  up('master', 'Mesh_fd00_192_168_122__21'),
  up('node1', 'Mesh_192_168_122_20'),
  up('node1', 'Mesh_fd00_192_168_122__20'),
  up('node1', 'Node_192_168_122_200'),
];

const cases: readonly [string, readonly NodeBgpSession[], readonly string[]][] = [
  ['all established', all, []],
  ['one is not there', all.slice(0, -1), ['node1 with tor (192.168.122.200): not configured']],
  [
    'one is refused',
    [...all.slice(0, -1), { node: 'node1', name: 'Node_192_168_122_200', state: 'Active Socket: Connection refused' }],
    ['node1 with tor (192.168.122.200): Active Socket: Connection refused'],
  ],
  [
    'a BIRD does not answer',
    [...all.slice(2), { node: 'master', name: 'BIRD', state: 'Cannot ask BIRD' }],
    [
      'master with node1 (192.168.122.21): Cannot ask BIRD',
      'master with node1 (fd00:192:168:122::21): Cannot ask BIRD',
    ],
  ],
];
for (const [name, found, missing] of cases) {
  test(`sessions of a lab: ${name} -> ${missing.length} missing`, () => {
    assert.deepEqual(missingSessions(expected, found), missing);
  });
}
