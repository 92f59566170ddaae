import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bgpOf, seedBgpSnapshot, seedFilter, seedPeer } from '../../test/support/seed-bgp.ts';
import type { BGPFilter, BGPFilterRule } from '../api/calico-bgp.ts';
import type { BgpFilterRule } from './bgp-state.ts';

const plain = { fromRemotePeers: false, communities: [], asPathPrefix: [], operations: [] };

const rules: readonly (readonly [name: string, rule: BGPFilterRule, read: BgpFilterRule | object])[] = [
  ['an action alone', { action: 'Reject' }, { ...plain, action: 'Reject' }],
  ...(['Equal', 'NotEqual', 'In', 'NotIn'] as const).map(
    (matchOperator) =>
      [
        `cidr ${matchOperator}`,
        { cidr: '10.0.0.0/8', matchOperator, action: 'Accept' },
        { ...plain, cidr: { network: '10.0.0.0/8', operator: matchOperator }, action: 'Accept' },
      ] as const,
  ),
  [
    'prefix length without bounds -> from the network to a host',
    { cidr: '10.0.0.0/8', matchOperator: 'In', prefixLength: {}, action: 'Accept' },
    {
      ...plain,
      cidr: { network: '10.0.0.0/8', operator: 'In' },
      prefixLength: { min: 8, max: 32 },
      action: 'Accept',
    },
  ],
  [
    'everything at once',
    {
      source: 'RemotePeers',
      interface: '*.calico',
      peerType: 'eBGP',
      communities: { values: ['65000:1:2'] },
      asPathPrefix: [65_000, 65_001],
      priority: 1024,
      action: 'Accept',
      operations: [
        { addCommunity: { value: '1:2' } },
        { prependASPath: { prefix: [7, 8] } },
        { setPriority: { value: 99 } },
      ],
    },
    {
      fromRemotePeers: true,
      interface: '*.calico',
      peerType: 'eBGP',
      communities: ['65000:1:2'],
      asPathPrefix: [65_000, 65_001],
      priority: 1024,
      action: 'Accept',
      operations: [
        { kind: 'add community', value: '1:2' },
        { kind: 'prepend AS path', path: [7, 8] },
        { kind: 'set priority', value: 99 },
      ],
    },
  ],
];

const using = (filters: readonly BGPFilter[], ...names: string[]) =>
  bgpOf(
    seedBgpSnapshot({
      filters,
      peers: [seedPeer('rack', { peerIP: '192.168.122.1', asNumber: 65_000, filters: names })],
    }),
  );

for (const [name, rule, read] of rules) {
  test(`filters: ${name} -> the same in all four lists`, () => {
    const six = rule.cidr === undefined ? rule : { ...rule, cidr: 'fd00::/8' };
    const { bgp, warnings } = using(
      [seedFilter('f', { importV4: [rule], exportV4: [rule], importV6: [six], exportV6: [six] })],
      'f',
    );
    const [filter] = bgp.filters;
    assert.deepEqual([filter?.importV4, filter?.exportV4], [[read], [read]]);
    const action = rule.cidr === undefined ? read : undefined;
    if (action !== undefined) assert.deepEqual([filter?.importV6, filter?.exportV6], [[read], [read]]);
    assert.equal(filter?.importV6[0]?.prefixLength?.max, rule.prefixLength === undefined ? undefined : 128);
    assert.deepEqual(warnings, []);
  });
}

test('filters: only those that sessions use, sorted; the order of a session stays', () => {
  const { bgp } = using([seedFilter('a'), seedFilter('c'), seedFilter('b')], 'c', 'a', 'c');
  assert.deepEqual(
    bgp.filters.map(({ name }) => name),
    ['a', 'c'],
  );
  assert.deepEqual(bgp.sessions[0]?.filters, ['c', 'a']);
});

const broken: readonly (readonly [name: string, filters: readonly BGPFilter[], warning: RegExp])[] = [
  ['one that does not exist', [], /^BGPFilter "f" does not exist: BGPPeer "rack" uses it, all routes .* are refused$/],
  [
    'a network of the other family',
    [seedFilter('f', { importV4: [{ action: 'Accept', cidr: 'fd00::/8', matchOperator: 'In' }] })],
    /^BGPFilter "f" is wrong at spec\.importV4\[0\]\.cidr: /,
  ],
  [
    'bounds the wrong way round',
    [
      seedFilter('f', {
        exportV4: [{ action: 'Reject', cidr: '10.0.0.0/8', matchOperator: 'In', prefixLength: { min: 24, max: 16 } }],
      }),
    ],
    /^BGPFilter "f" is wrong at spec\.exportV4\[0\]\.prefixLength: min 24 is above max 16: /,
  ],
  [
    'an upper bound above the network',
    [
      seedFilter('f', {
        importV6: [{ action: 'Accept', cidr: 'fd00::/48', matchOperator: 'In', prefixLength: { max: 32 } }],
      }),
    ],
    /^BGPFilter "f" is wrong at spec\.importV6\[0\]\.prefixLength: min 48 is above max 32: /,
  ],
];
for (const [name, filters, warning] of broken) {
  test(`filters: ${name} -> missing, so that every route is refused; named`, () => {
    const { bgp, warnings } = using(filters, 'f');
    assert.deepEqual(bgp.filters, [
      { name: 'f', missing: true, importV4: [], exportV4: [], importV6: [], exportV6: [] },
    ]);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', warning);
  });
}
