import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCidr } from '../net/cidr.ts';
import type { RuleMatch } from '../policy/policy-state.ts';
import { conditionsOf, type MatchContext } from './match-conditions.ts';
import { flatMatches, matchTree } from './match-rules.ts';

const cidrs = (...texts: readonly string[]) => texts.map(parseCidr);
const range = (first: number, last = first) => ({ first, last });
const ports = (...ranges: readonly { first: number; last: number }[]) => ({ ranges, endpointPorts: [] });

/** List 7 has addresses of both families and networks of IPv4; list 8 has none of these. */
const context: MatchContext = {
  hasAddresses: () => true,
  hasEndpointPorts: (family) => family === 4,
  networksOf: (id, family) => (id === 7 && family === 4 ? 'set' : undefined),
  portSetOf: (ranges) => (ranges.length > 4 ? 'ports-x' : undefined),
};

const cases: readonly (readonly [what: string, match: Partial<RuleMatch>, expected: readonly string[]])[] = [
  ['nothing', {}, ['']],
  ['a family', { family: 6 }, ['meta nfproto ipv6']],
  ['a protocol', { protocol: 47 }, ['meta l4proto 47']],
  ['not a protocol', { notProtocol: 6 }, ['meta l4proto != 6']],
  [
    'ports',
    { protocol: 6, destination: { ports: ports(range(80), range(90, 99)) } },
    ['tcp dport 80', 'tcp dport 90-99'],
  ],
  [
    'many ports',
    { protocol: 17, source: { ports: ports(...[1, 3, 5, 7, 9].map((port) => range(port))) } },
    ['udp sport @ports-x'],
  ],
  ['not a port', { protocol: 6, destination: { notPorts: ports(range(80)) } }, ['meta l4proto 6 tcp dport != 80']],
  [
    'networks of both families',
    { source: { nets: cidrs('10.0.0.0/8', '11.0.0.0/8', 'fd00::/8') } },
    ['ip saddr 10.0.0.0/8', 'ip saddr 11.0.0.0/8', 'ip6 saddr fd00::/8'],
  ],
  [
    'a network, not a part of it',
    { source: { nets: cidrs('10.0.0.0/8'), notNets: cidrs('10.1.0.0/16') } },
    ['ip saddr 10.0.0.0/8 ip saddr != 10.1.0.0/16'],
  ],
  [
    'a list with networks',
    { family: 4, source: { in: [7] } },
    ['meta mark & 0x00070000 | 0x00070000 . ip saddr @address-lists-4', 'ip saddr @nets-7-4'],
  ],
  [
    'not in a list',
    { family: 4, destination: { notIn: [7] } },
    ['meta mark & 0x00070000 | 0x00070000 . ip daddr != @address-lists-4 ip daddr != @nets-7-4'],
  ],
  [
    'a named port',
    { destination: { ports: { ranges: [], endpointPorts: [9] } } },
    ['meta mark & 0x00090000 | 0x00090000 . ip daddr . meta l4proto . th dport @endpoint-ports-4'],
  ],
  ['an ICMP message', { protocol: 1, icmp: { type: 8, code: 0 } }, ['meta nfproto ipv4 icmp type 8 icmp code 0']],
  ['an ICMPv6 message', { protocol: 58, icmp: { type: 128 } }, ['meta nfproto ipv6 icmpv6 type 128']],
  [
    'not an ICMP message',
    { family: 4, notIcmp: { type: 8, code: 0 } },
    [
      'meta nfproto ipv4 meta l4proto != 1',
      'meta nfproto ipv4 icmp type != 8',
      'meta nfproto ipv4 icmp type 8 icmp code != 0',
    ],
  ],
  ['networks of one family, the rule of the other', { family: 6, source: { nets: cidrs('10.0.0.0/8') } }, []],
  ['an ICMP message, the protocol of another family', { family: 6, protocol: 1, icmp: { type: 8 } }, []],
];
for (const [what, match, expected] of cases) {
  test(`match: ${what} -> ${expected.length === 0 ? 'no packet' : expected.join(', or ')}`, () => {
    const conditions = conditionsOf({ source: {}, destination: {}, ...match }, context);
    assert.deepEqual(flatMatches(conditions), expected);
  });
}

test('match: neither of two neighbouring fields -> no single rule: nft would make "not both" of it', () => {
  const match = { protocol: 6, source: { notPorts: ports(range(1)) }, destination: { notPorts: ports(range(2)) } };
  assert.equal(flatMatches(conditionsOf(match, context)), undefined);
});

test('match: 5 networks and 4 ports -> a tree of 9 alternatives instead of 20 rules', () => {
  const nets = cidrs('10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16', '10.4.0.0/16', '10.5.0.0/16');
  const wanted = ports(range(1), range(3), range(5), range(7));
  const match = { protocol: 6, source: { nets }, destination: { ports: wanted } };
  const conditions = conditionsOf(match, context);
  assert.equal(flatMatches(conditions), undefined);
  const chains = matchTree('tree', conditions, { match: '', action: 'goto rule', comment: 'why' }, 'return');
  assert.equal(chains.flatMap(({ rules }) => rules).filter(({ match: text }) => /saddr|dport/.test(text)).length, 9);
});
