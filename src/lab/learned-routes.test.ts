import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LearnedRoutes } from './learned-routes.ts';
import { parseExabgpLine } from './parse-exabgp-line.ts';
import { parseGobgpLine } from './parse-gobgp-line.ts';

// Captured from GoBGP 3.10, the first shortened.
const gobgpLines = [
  '[{"nlri":{"prefix":"172.21.0.0/24"},"best":false,"attrs":[{"type":1,"value":2},{"type":3,"nexthop":"0.0.0.0"}]},{"nlri":{"prefix":"10.24.2.0/26"},"attrs":[{"type":1,"value":0},{"type":2,"as_paths":[{"segment_type":2,"num":1,"asns":[64512]}]},{"type":3,"nexthop":"10.9.0.1"}],"stale":false,"source-id":"10.9.0.1","neighbor-ip":"10.9.0.1"}]',
  '[{"nlri":{"prefix":"10.24.2.0/26"},"attrs":[{"type":1,"value":0},{"type":2,"as_paths":[{"segment_type":2,"num":1,"asns":[64512]}]},{"type":3,"nexthop":"10.9.0.1"}],"stale":false,"withdrawal":true,"source-id":"10.9.0.1","neighbor-ip":"10.9.0.1"}]',
];
// Captured from ExaBGP 4.2, heads shortened.
const exabgpHead =
  '{ "exabgp": "4.0.1", "type": "update", "neighbor": { "address": { "local": "10.9.0.3", "peer": "10.9.0.1" }, "asn": { "local": 65002, "peer": 64512 }';
const exabgpLines = [
  `${exabgpHead} , "direction": "receive", "message": { "update": { "attribute": { "origin": "igp", "as-path": [ 64512 ], "confederation-path": [] }, "announce": { "ipv4 unicast": { "10.9.0.1": [ { "nlri": "10.24.2.0/26" }, { "nlri": "10.24.1.0/26" } ] } } } } } }`,
  `${exabgpHead} , "direction": "receive", "message": { "eor": { "afi" : "ipv4", "safi" : "unicast" } } } }`,
  `${exabgpHead} , "direction": "receive", "message": { "update": { "withdraw": { "ipv4 unicast": [ { "nlri": "10.24.2.0/26" } ] } } } } }`,
];
const exabgpDown =
  '{ "exabgp": "4.0.1", "type": "state", "neighbor": { "address": { "local": "10.9.0.3", "peer": "10.9.0.1" }, "state": "down", "reason": "peer reset" } }';

test('GoBGP: best paths and withdrawals -> news, its own routes left out', () => {
  assert.deepEqual(gobgpLines.flatMap(parseGobgpLine), [
    { kind: 'announce', peer: 'best', network: '10.24.2.0/26', path: { nextHop: '10.9.0.1', length: 1 } },
    { kind: 'withdraw', peer: 'best', network: '10.24.2.0/26' },
  ]);
});

test('ExaBGP: announcements, end of table, withdrawals, lost session -> news', () => {
  const path = { nextHop: '10.9.0.1', length: 1 };
  assert.deepEqual([...exabgpLines, exabgpDown].flatMap(parseExabgpLine), [
    { kind: 'announce', peer: '10.9.0.1', network: '10.24.2.0/26', path },
    { kind: 'announce', peer: '10.9.0.1', network: '10.24.1.0/26', path },
    { kind: 'withdraw', peer: '10.9.0.1', network: '10.24.2.0/26' },
    { kind: 'peer lost', peer: '10.9.0.1' },
  ]);
});

for (const [name, parse] of [
  ['GoBGP', parseGobgpLine],
  ['ExaBGP', parseExabgpLine],
] as const) {
  test(`${name}: lines of another shape -> no news`, () => {
    for (const line of ['{}', '[]', '[1]', '{"type":"update"}', '{"type":"state","neighbor":[]}', 'null']) {
      assert.deepEqual(parse(line), []);
    }
  });
}

test('several peers: shortest path, then lowest next hop; the next best when it goes', () => {
  const routes = new LearnedRoutes();
  const say = (peer: string, length: number) =>
    parseExabgpLine(
      exabgpLines[0]
        ?.replaceAll('10.9.0.1', peer)
        .replace('[ 64512 ]', `[ ${Array(length).fill(64512).join(', ')} ]`)
        .replace(', { "nlri": "10.24.1.0/26" }', '') ?? '',
    ).flatMap((news) => routes.apply(news));
  const network = '10.24.2.0/26';
  assert.deepEqual(say('10.9.0.9', 2), [{ network, nextHop: '10.9.0.9' }]);
  assert.deepEqual(say('10.9.0.5', 1), [{ network, nextHop: '10.9.0.5' }]);
  assert.deepEqual(say('10.9.0.4', 1), [{ network, nextHop: '10.9.0.4' }]);
  assert.deepEqual(say('10.9.0.4', 1), []);
  assert.deepEqual(routes.apply({ kind: 'peer lost', peer: '10.9.0.4' }), [{ network, nextHop: '10.9.0.5' }]);
  assert.deepEqual(routes.apply({ kind: 'peer lost', peer: '10.9.0.5' }), [{ network, nextHop: '10.9.0.9' }]);
  assert.deepEqual(routes.apply({ kind: 'peer lost', peer: '10.9.0.9' }), [{ network, nextHop: undefined }]);
  assert.deepEqual(routes.apply({ kind: 'peer lost', peer: '10.9.0.9' }), []);
});
