import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseReply } from '../../test/support/parse-reply.ts';
import { parseRoutes } from './parse-routes.ts';

const all = parseRoutes(parseReply(readFileSync(new URL('testdata/show-route-all.txt', import.meta.url), 'utf8')));
const filtered = `0001 BIRD 2.0.12 ready.
1007-Table master4:
 10.60.2.64/28        unreachable [Node_fd09__2 12:19:30.078 from fd09::2] * (100) [i]
1008-	Type: BGP univ
1012-	BGP.origin: IGP
 	BGP.as_path: 
 	BGP.next_hop: 10.9.0.2
 	BGP.local_pref: 100
1007-                     unicast [Mesh_10_9_0_2 2026-11-20 12:17:39 from 10.9.0.2] (100/20) [AS65002?]
 	via 10.9.0.2 on e0
1008-	Type: BGP univ
1012-	BGP.as_path: 65001 {65002 65003}
1007-
 Table master6:
 fd61::/64            unicast [Mesh_10_9_0_2 12:17:39.592 from fe80::2%e0] * (100) [i]
 	via fe80::2 on e0
0000 
`;

describe('BIRD show route', () => {
  test('all: kinds, protocols, sources of the captured table', () => {
    assert.deepEqual(
      all.map((one) => [one.table, one.destination, one.kind, one.protocol, one.source, one.preference, one.best]),
      [
        ['master4', '10.62.0.0/24', 'unicast', 'static4', 'static', 200, true],
        ['master4', '10.60.1.0/26', 'blackhole', 'static4', 'static', 200, true],
        ['master4', '10.9.0.0/24', 'unicast', 'direct1', 'device', 240, true],
        ['master4', '10.9.1.0/24', 'unicast', 'direct1', 'device', 240, true],
        ['master4', '10.60.2.0/26', 'unicast', 'Node_10_9_1_2', 'BGP', 100, true],
        ['master4', '10.61.0.0/16', 'unicast', 'Node_10_9_1_2', 'BGP', 100, true],
        ['master6', 'fd09::/64', 'unicast', 'direct1', 'device', 240, true],
      ],
    );
  });

  test('all: a BGP route -> next hop, path, communities', () => {
    assert.deepEqual(
      all.find(({ destination }) => destination === '10.61.0.0/16'),
      {
        table: 'master4',
        destination: '10.61.0.0/16',
        kind: 'unicast',
        protocol: 'Node_10_9_1_2',
        since: '12:35:31.207',
        best: true,
        preference: 100,
        nextHops: [{ via: '10.9.1.2', device: 'e1' }],
        communities: ['65001:7', '65001:1:2'],
        source: 'BGP',
        asPath: [65001, 65009],
        bgpNextHop: '10.9.1.2',
      },
    );
  });

  test('all: equal-cost and on-link next hops', () => {
    assert.deepEqual(all[0]?.nextHops, [
      { via: '10.9.1.2', device: 'e1' },
      { via: '10.9.0.2', device: 'e0' },
    ]);
    assert.deepEqual(all[2]?.nextHops, [{ device: 'e0' }]);
  });

  test('filtered: several of one destination -> each with it, its neighbour, its path', () => {
    const routes = parseRoutes(parseReply(filtered));
    assert.deepEqual(
      routes.map((one) => [one.destination, one.protocol, one.since, one.from, one.best, one.asPath]),
      [
        ['10.60.2.64/28', 'Node_fd09__2', '12:19:30.078', 'fd09::2', true, []],
        ['10.60.2.64/28', 'Mesh_10_9_0_2', '2026-11-20 12:17:39', '10.9.0.2', false, [65001, 65002, 65003]],
        ['fd61::/64', 'Mesh_10_9_0_2', '12:17:39.592', 'fe80::2', true, undefined],
      ],
    );
  });

  test('empty table: -> no routes; BIRD refuses: -> BIRD_REPLY', () => {
    assert.deepEqual(parseRoutes(parseReply('0000 \n')), []);
    assert.throws(() => parseRoutes(parseReply('9001 syntax error\n')), { code: 'BIRD_REPLY' });
  });

  test('networks of another kind: -> passed over with their details', () => {
    const text = `1007-Table flow4:
 flow4 { dst 10.0.0.0/8; } [x 12:00:00] * (100) [i]
 	via 10.9.1.2 on e1
0000 
`;
    assert.deepEqual(parseRoutes(parseReply(text)), []);
  });
});
