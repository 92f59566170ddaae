import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ThrowawayNetns } from '../../test/support/throwaway-netns.ts';
import { parseIp } from '../net/ip.ts';
import { forgetConnections } from './forget-connections.ts';
import { inNetns } from './netns.ts';

let netns: ThrowawayNetns;

before(() => {
  netns = new ThrowawayNetns('forget');
});
after(() => netns?.remove());

/** Source ports of the entries that are there: each connection here has one of its own. */
function connections(): readonly number[] {
  const list = netns.run('conntrack -L 2>/dev/null; conntrack -L -f ipv6 2>/dev/null');
  return [...new Set([...list.matchAll(/ sport=(\d+) dport=80 /g)].map(([, port]) => Number(port)))].sort();
}

const kinds: readonly [number, string][] = [
  [1, '-s 10.0.0.1 -d 10.0.0.9'],
  [2, '-s 10.0.0.9 -d 10.0.0.1'],
  [3, '-s 10.0.0.9 -d 10.0.0.8'],
  [4, '-s 10.0.0.9 -d 10.96.0.1 -g 10.0.0.1'],
  [5, '-s 10.0.0.11 -d 10.0.0.12'],
  [6, '-s fd00::1 -d fd00::9'],
  [7, '-s fd00::9 -d fd00::11'],
];

test('connections: of an address, from it, to it, translated to it -> forgotten; those of others stay', () => {
  for (const [port, ends] of kinds) {
    netns.run(`conntrack -I ${ends} -p udp --sport ${port} --dport 80 --timeout 600 2>&1`);
  }
  assert.deepEqual(connections(), [1, 2, 3, 4, 5, 6, 7]);
  inNetns(netns.name, () => forgetConnections(['10.0.0.1', 'fd00::1'].map(parseIp)));
  assert.deepEqual(connections(), [3, 5, 7]);
  inNetns(netns.name, () => forgetConnections(['10.0.0.1', 'fd00::1'].map(parseIp)));
  inNetns(netns.name, () => forgetConnections([]));
  assert.deepEqual(connections(), [3, 5, 7]);
});
