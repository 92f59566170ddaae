import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ThrowawayNetns } from '../../test/support/throwaway-netns.ts';
import { inNetns } from '../host/netns.ts';
import { changeElements } from '../host/nft-elements.ts';
import { diffTable, ruleAccounts, type TableChange } from './diff.ts';
import { formatReplacement, formatTable } from './format.ts';
import type { ListedTable } from './listed-table.ts';
import type { Rule, Table } from './model.ts';
import { parseTableListing } from './testing/parse-json.ts';

const returnRule: Rule = { match: 'iifname . ip saddr @addresses', action: 'return', comment: 'own source' };
const dropRule: Rule = { match: '', action: 'drop', comment: 'everything else' };

const desired: Table = {
  family: 'inet',
  name: 'sample',
  comment: 'Sample for tests',
  sets: [
    {
      name: 'addresses',
      comment: 'who may use what',
      key: ['ifname', 'ipv4_addr'],
      flags: [],
      elements: [{ key: ['cali1', '10.0.0.1'], comment: 'default/a' }, { key: ['cali2', '10.0.0.2'] }],
    },
    {
      name: 'pools',
      key: ['ipv4_addr'],
      flags: ['interval'],
      elements: [{ key: ['10.0.0.0/16'] }, { key: ['10.1.0.0/16'] }, { key: ['192.168.0.1'] }],
    },
    { name: 'v6', key: ['ipv6_addr'], flags: ['interval'], elements: [{ key: ['fd00::/64'] }, { key: ['fd01::1'] }] },
    {
      name: 'ports',
      key: ['inet_proto', 'inet_service'],
      flags: [],
      elements: [{ key: ['6', '80'] }, { key: ['17', '53'] }],
    },
  ],
  maps: [
    {
      name: 'dispatch',
      key: ['ifname'],
      value: 'verdict',
      flags: [],
      elements: [
        { key: ['cali1'], value: 'goto cali-fw-one', comment: 'default/a' },
        { key: ['cali2'], value: 'drop' },
      ],
    },
  ],
  chains: [
    {
      name: 'raw-prerouting',
      comment: 'entry',
      hook: { type: 'filter', hook: 'prerouting', priority: -300, policy: 'accept' },
      rules: [{ match: 'iifname "cali*"', action: 'jump cali-from', comment: 'from a pod' }],
    },
    {
      name: 'filter-forward',
      hook: { type: 'filter', hook: 'forward', priority: 0, policy: 'accept' },
      rules: [{ match: '', action: 'iifname vmap @dispatch', comment: 'by interface' }, dropRule],
    },
    { name: 'cali-from', rules: [returnRule, dropRule] },
    { name: 'cali-fw-one', rules: [{ match: 'ip daddr @pools', action: 'accept', comment: 'to the pools' }] },
  ],
};

let netns: ThrowawayNetns;
before(() => {
  netns = new ThrowawayNetns('nftdiff');
});
after(() => netns.remove());
beforeEach(() => netns.nft(formatReplacement(desired)));

function listed(): ListedTable | undefined {
  return parseTableListing(netns.nftTable('inet sample'));
}

function apply(change: TableChange): void {
  if (change.kind === 'structure') netns.nft(change.text);
  if (change.kind === 'elements') inNetns(netns.name, () => changeElements(desired, change.changes));
}

/** Foreign hands, and the kind of change that repairs. */
const damages: readonly { name: string; command: string; kind: TableChange['kind']; reason?: RegExp }[] = [
  { name: 'nothing', command: 'true', kind: 'none' },
  { name: 'an element deleted', command: "nft delete element inet sample pools '{ 10.1.0.0/16 }'", kind: 'elements' },
  {
    name: 'an element added',
    command: "nft add element inet sample addresses '{ cali9 . 10.0.0.9 }'",
    kind: 'elements',
  },
  {
    name: 'a network split',
    command: "nft 'delete element inet sample pools { 10.0.0.0/16 }; add element inet sample pools { 10.0.0.0/17 }'",
    kind: 'elements',
  },
  { name: 'a set flushed', command: 'nft flush set inet sample addresses', kind: 'elements' },
  {
    name: 'a map element replaced',
    command: "nft 'delete element inet sample dispatch { cali2 }; add element inet sample dispatch { cali2 : accept }'",
    kind: 'elements',
  },
  {
    name: 'a chain flushed',
    command: 'nft flush chain inet sample cali-from',
    kind: 'structure',
    reason: /cali-from: rule "own source" is missing/,
  },
  {
    name: 'the table flushed',
    command: 'nft flush table inet sample',
    kind: 'structure',
    reason: /filter-forward: rule/,
  },
  {
    name: 'a rule inserted',
    command: 'nft insert rule inet sample cali-from accept',
    kind: 'structure',
    reason: /cali-from: rule .* is not ours/,
  },
  {
    name: 'a policy changed',
    command: "nft 'chain inet sample filter-forward { policy drop; }'",
    kind: 'structure',
    reason: /filter-forward has another hook/,
  },
  {
    name: 'a foreign chain with a rule',
    command:
      "nft 'add chain inet sample x; add rule inet sample x ip saddr @pools accept; add rule inet sample cali-from jump x'",
    kind: 'structure',
    reason: /chain x is not ours/,
  },
  {
    name: 'a foreign set',
    command: "nft add set inet sample y '{ type mark; }'",
    kind: 'structure',
    reason: /set y is not ours/,
  },
  {
    name: 'a set of another type',
    command:
      "nft 'flush chain inet sample cali-fw-one; delete set inet sample pools; add set inet sample pools { type ipv6_addr; }'",
    kind: 'structure',
    reason: /set pools has another type/,
  },
  { name: 'the table deleted', command: 'nft delete table inet sample', kind: 'structure', reason: /missing/ },
  { name: 'the ruleset flushed', command: 'nft flush ruleset', kind: 'structure', reason: /missing/ },
  {
    name: 'the table made dormant',
    command: "nft add table inet sample '{ flags dormant; }'",
    kind: 'structure',
    reason: /flags/,
  },
  {
    name: 'rules in another order',
    command:
      'h=$(nft -a list chain inet sample cali-from | sed -n "s/.*own source.*handle //p"); nft delete rule inet sample cali-from handle $h; nft add rule inet sample cali-from \'iifname . ip saddr @addresses counter return comment "HASHED"\'',
    kind: 'structure',
    reason: /order/,
  },
];

for (const { name, command, kind, reason } of damages) {
  test(`diff: ${name} -> ${kind}, repaired at once`, () => {
    const hashed = /own source #\w+/.exec(formatTable(desired))?.[0] ?? '';
    netns.run(command.replace('HASHED', hashed));
    const gone = !netns.succeeds('nft list table inet sample');
    const change = diffTable(desired, gone ? undefined : listed());
    assert.equal(change.kind, kind);
    if (reason !== undefined && change.kind === 'structure') assert.match(change.reasons.join('\n'), reason);
    apply(change);
    assert.deepEqual(diffTable(desired, listed()), { kind: 'none' });
  });
}

test('diff: rule that says something else under our comment -> found by its account', () => {
  const first = withAccounts(listed(), 'as written');
  const trusted = ruleAccounts(first);
  assert.equal(diffTable(desired, first, trusted).kind, 'none');
  const change = diffTable(desired, withAccounts(listed(), 'something else'), trusted);
  assert.ok(change.kind === 'structure');
  assert.match(change.reasons.join(), /rule "everything else #\w+" was altered/);
});

/** The listing with accounts of rules, one of them as given. */
function withAccounts(table: ListedTable | undefined, ofDrop: string): ListedTable {
  assert.ok(table !== undefined);
  const chains = table.chains.map((chain) => ({
    ...chain,
    rules: chain.rules.map((rule) => ({ ...rule, account: rule.comment.startsWith('everything') ? ofDrop : 'same' })),
  }));
  return { ...table, chains };
}

test('diff: one chain differs -> counters of the others and elements stay', () => {
  netns.run('nft insert rule inet sample filter-forward accept');
  const before = listed()?.chains.find((chain) => chain.name === 'raw-prerouting')?.rules[0];
  const handle = before?.handle;
  const change = diffTable(desired, listed());
  assert.ok(change.kind === 'structure' && !/delete table|element/.test(change.text), JSON.stringify(change));
  apply(change);
  const later = listed()?.chains.find((chain) => chain.name === 'raw-prerouting')?.rules[0];
  assert.equal(later?.handle, handle);
});

test('diff: desired structure changes -> new sets, chains and rules in one transaction', () => {
  const changed: Table = {
    ...desired,
    sets: [...desired.sets.slice(0, 3), { name: 'fresh', key: ['mark'], flags: [], elements: [{ key: ['1'] }] }],
    maps: desired.maps.map((map) => ({ ...map, elements: [{ key: ['cali3'], value: 'goto cali-fw-three' }] })),
    chains: [
      ...desired.chains.slice(0, 3),
      { name: 'cali-fw-three', comment: 'new', rules: [{ match: 'meta mark @fresh', action: 'accept', comment: 'x' }] },
    ],
  };
  const change = diffTable(changed, listed());
  assert.ok(change.kind === 'structure' && !change.text.includes('delete table'));
  apply(change);
  assert.deepEqual(diffTable(changed, listed()), { kind: 'none' });
});
