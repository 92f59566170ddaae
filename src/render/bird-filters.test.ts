import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bgpFilter, filterRule } from '../../test/support/bgp-states.ts';
import { formatBirdConfiguration } from '../bird/format.ts';
import type { Cidr } from '../net/cidr.ts';
import type { BgpFilterRule } from '../routing/bgp-state.ts';
import { filterFunctionName, filterPart } from './bird-filters.ts';

type Conditions = Partial<BgpFilterRule>;
type Operator = NonNullable<BgpFilterRule['cidr']>['operator'];

const cidr = (operator: Operator, network = '10.0.0.0/8') => ({ cidr: { network: network as Cidr, operator } });

/** The rule's lines without indentation, as an import rule of IPv4 unless told otherwise. */
function written(rule: BgpFilterRule, list: 'importV4' | 'exportV4' | 'importV6' = 'importV4'): string {
  const part = filterPart(bgpFilter('f', { [list]: [rule] }), list === 'importV6' ? 6 : 4, 1024);
  const { text } = formatBirdConfiguration({ parts: part === undefined ? [] : [part] });
  return text.split('\n').slice(2, -2).join('\n').replaceAll(/^ +/gm, '');
}

describe('BGPFilter rule: conditions', () => {
  const cases: readonly (readonly [conditions: Conditions, text: string])[] = [
    [{}, 'accept;'],
    [cidr('Equal'), 'if net = 10.0.0.0/8 then accept;'],
    [cidr('NotEqual'), 'if net != 10.0.0.0/8 then accept;'],
    [cidr('In'), 'if net ~ [10.0.0.0/8+] then accept;'],
    [cidr('NotIn'), 'if net !~ [10.0.0.0/8+] then accept;'],
    [{ ...cidr('In'), prefixLength: { min: 9, max: 24 } }, 'if net ~ [10.0.0.0/8{9,24}] then accept;'],
    [{ ...cidr('In'), prefixLength: { min: 0, max: 32 } }, 'if net ~ [10.0.0.0/8+] then accept;'],
    [{ ...cidr('NotIn'), prefixLength: { min: 30, max: 32 } }, 'if net !~ [10.0.0.0/8{30,32}] then accept;'],
    [{ ...cidr('In'), prefixLength: { min: 30, max: 20 } }, 'if false then accept;'],
    [{ ...cidr('NotIn'), prefixLength: { min: 30, max: 20 } }, 'if true then accept;'],
    [
      { ...cidr('NotEqual'), prefixLength: { min: 9, max: 24 } },
      'if (net != 10.0.0.0/8) && (net.len >= 9) && (net.len <= 24) then accept;',
    ],
    [{ fromRemotePeers: true }, 'if source = RTS_BGP then accept;'],
    [{ interface: 'eth*' }, 'if ifname ~ "eth*" then accept;'],
    [{ peerType: 'iBGP' }, 'if same_as then accept;'],
    [{ peerType: 'eBGP' }, 'if !same_as then accept;'],
    [{ communities: ['64512:1'] }, 'if (64512, 1) ~ bgp_community then accept;'],
    [{ communities: ['64512:1:2'] }, 'if (64512, 1, 2) ~ bgp_large_community then accept;'],
    [{ asPathPrefix: [65001] }, 'if bgp_path ~ [= 65001 * =] then accept;'],
    [{ asPathPrefix: [65001, 65002] }, 'if bgp_path ~ [= 65001 65002 * =] then accept;'],
    [{ priority: 512 }, 'if defined(krt_metric) && (krt_metric = 512) then accept;'],
    [{ priority: 1024 }, 'if !defined(krt_metric) || (krt_metric = 1024) then accept;'],
    [
      { ...cidr('Equal'), priority: 1024 },
      'if (net = 10.0.0.0/8) && (!defined(krt_metric) || (krt_metric = 1024)) then accept;',
    ],
    [
      { ...cidr('In'), peerType: 'eBGP', communities: ['1:2'] },
      'if !same_as && (net ~ [10.0.0.0/8+]) && ((1, 2) ~ bgp_community) then accept;',
    ],
  ];
  for (const [conditions, text] of cases) {
    test(`${JSON.stringify(conditions)} -> ${text}`, () => {
      assert.equal(written(filterRule('Accept', conditions)), text);
    });
  }
  test('IPv6 In -> up to 128', () => {
    const rule = filterRule('Reject', { ...cidr('In', 'fd00::/64'), prefixLength: { min: 65, max: 128 } });
    assert.equal(written(rule, 'importV6'), 'if net ~ [fd00::/64{65,128}] then reject;');
  });
});

describe('BGPFilter rule: operations', () => {
  const cases: readonly (readonly [name: string, operations: BgpFilterRule['operations'], lines: readonly string[]])[] =
    [
      ['addCommunity', [{ kind: 'add community', value: '1:2' }], ['bgp_community.add((1, 2));']],
      ['addCommunity, large', [{ kind: 'add community', value: '1:2:3' }], ['bgp_large_community.add((1, 2, 3));']],
      [
        'prependASPath, the last first',
        [{ kind: 'prepend AS path', path: [7, 8] }],
        ['bgp_path.prepend(8);', 'bgp_path.prepend(7);'],
      ],
      [
        'setPriority, better than normal',
        [{ kind: 'set priority', value: 512 }],
        ['krt_metric = 512;', 'bgp_local_pref = 2147483135;', 'preference = 190;'],
      ],
      [
        'setPriority, normal or worse',
        [{ kind: 'set priority', value: 2000 }],
        ['krt_metric = 2000;', 'bgp_local_pref = 2147481647;', 'preference = 100;'],
      ],
    ];
  for (const [name, operations, lines] of cases) {
    test(`${name} -> before accept`, () => {
      assert.equal(written(filterRule('Accept', { operations })), [...lines, 'accept;'].join('\n'));
    });
  }
  test('setPriority in an export rule -> no preference, that is ours alone', () => {
    const rule = filterRule('Accept', { operations: [{ kind: 'set priority', value: 512 }] });
    assert.equal(written(rule, 'exportV4'), 'krt_metric = 512;\nbgp_local_pref = 2147483135;\naccept;');
  });
  test('Reject -> operations are of no use and left out', () => {
    const rule = filterRule('Reject', { operations: [{ kind: 'set priority', value: 512 }] });
    assert.equal(written(rule), 'reject;');
  });
});

describe('BGPFilter name of a function', () => {
  const long = 'a.b-'.repeat(60);
  const names: readonly (readonly [filter: string, name: RegExp])[] = [
    ['rack.a-b', /^bgp_rack\.a-b_importFilterV4$/],
    ['a'.repeat(45), /^bgp_a{45}_importFilterV4$/],
    ['a'.repeat(46), /^bgp_a{34}-[0-9a-f]{10}_importFilterV4$/],
    [long, /^bgp_[a.b-]{34}-[0-9a-f]{10}_importFilterV4$/],
    ["it's", /^bgp_it_s-[0-9a-f]{10}_importFilterV4$/],
  ];
  for (const [filter, name] of names) {
    test(`${filter} -> ${name.source}, at most 64`, () => {
      const found = filterFunctionName(filter, 4, 'import');
      assert.match(found, name);
      assert.ok(found.length <= 64);
    });
  }
  test('two long names that begin alike -> two functions', () => {
    assert.notEqual(filterFunctionName(`${long}x`, 4, 'import'), filterFunctionName(`${long}y`, 4, 'import'));
  });
});
