import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatReplacement, formatTable } from './format.ts';
import type { Rule, SetElement, Table } from './model.ts';
import { hashedComment, hashOfComment, ruleHash } from './rule-hash.ts';

const table: Table = {
  family: 'inet',
  name: 'weft',
  comment: 'A table with one of everything',
  sets: [
    { name: 'empty', key: ['inet_service'], flags: [], elements: [] },
    {
      name: 'workload-addresses-4',
      comment: 'interface and address',
      key: ['ifname', 'ipv4_addr'],
      flags: [],
      elements: [{ key: ['calic440f455693', '10.24.0.3'], comment: 'default/nginx' }, { key: ['cali2', '10.24.0.4'] }],
    },
    {
      name: 'pools',
      key: ['ipv6_addr'],
      flags: ['interval'],
      elements: [{ key: ['fd00:10:24::/48'] }, { key: ['fd01::1'] }],
    },
  ],
  maps: [
    {
      name: 'to-workload',
      key: ['ifname'],
      value: 'verdict',
      flags: [],
      elements: [{ key: ['cali2'], value: 'goto cali-tw-cali2', comment: 'default/web' }],
    },
    {
      name: 'frontends',
      key: ['ipv4_addr', 'inet_proto', 'inet_service'],
      value: ['ipv4_addr', 'inet_service'],
      flags: [],
      elements: [{ key: ['10.96.0.1', '6', '443'], value: '192.168.122.20 . 6443' }],
    },
  ],
  chains: [
    {
      name: 'nat-postrouting',
      comment: 'after routing',
      hook: { type: 'nat', hook: 'postrouting', priority: 110, policy: 'accept' },
      rules: [{ match: 'ip6 saddr @pools', action: 'masquerade fully-random', comment: 'leaves the pools' }],
    },
    {
      name: 'filter-forward',
      hook: { type: 'filter', hook: 'forward', priority: 0, policy: 'drop' },
      rules: [{ match: '', action: 'oifname vmap @to-workload', comment: 'dispatch' }],
    },
    {
      name: 'raw',
      hook: { type: 'filter', hook: 'prerouting', priority: -300, policy: 'accept' },
      rules: [],
    },
    { name: 'cali-tw-cali2', rules: [{ match: '', action: 'accept', comment: 'np default/allow: rule 1' }] },
  ],
};

test('format: one of everything -> the golden text, accepted by nft', () => {
  const path = join(import.meta.dirname, 'testdata/everything.nft');
  const text = formatReplacement(table);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text);
  assert.equal(text, readFileSync(path, 'utf8'));
  execFileSync('unshare', ['-n', 'nft', '--check', '-f', path]);
});

const priorities: readonly [Table['chains'][number]['hook'], string][] = [
  [{ type: 'filter', hook: 'prerouting', priority: -300, policy: 'accept' }, 'raw'],
  [{ type: 'filter', hook: 'prerouting', priority: -290, policy: 'accept' }, 'raw + 10'],
  [{ type: 'nat', hook: 'prerouting', priority: -100, policy: 'accept' }, 'dstnat'],
  [{ type: 'filter', hook: 'input', priority: -5, policy: 'accept' }, 'filter - 5'],
  [{ type: 'nat', hook: 'postrouting', priority: 110, policy: 'accept' }, 'srcnat + 10'],
  [{ type: 'filter', hook: 'input', priority: 100, policy: 'accept' }, '100'],
];
for (const [hook, words] of priorities) {
  test(`format: priority ${hook?.priority} at ${hook?.hook} -> ${words}`, () => {
    const text = formatTable({
      ...table,
      sets: [],
      maps: [],
      chains: [{ name: 'c', rules: [], ...(hook && { hook }) }],
    });
    assert.match(text, new RegExp(`priority ${words.replace('+', '\\+')};`));
  });
}

const bad: readonly { name: string; element?: SetElement; rule?: Rule; tableName?: string }[] = [
  { name: 'an interface name with a quote', element: { key: ['a" . 1; flush ruleset', '10.0.0.1'] } },
  { name: 'an address with a space', element: { key: ['cali1', '10.0.0.1 }; flush ruleset'] } },
  { name: 'an element with too few parts', element: { key: ['cali1'] } },
  { name: 'an element comment with a line feed', element: { key: ['cali1', '10.0.0.1'], comment: 'a\nb' } },
  { name: 'a rule comment with a backslash', rule: { match: '', action: 'drop', comment: 'a\\' } },
  { name: 'a rule comment of 116 bytes', rule: { match: '', action: 'drop', comment: 'x'.repeat(116) } },
  { name: 'a table name with a brace', tableName: 'x { }' },
];
for (const { name, element, rule, tableName } of bad) {
  test(`format: ${name} -> NFT_BAD_TEXT`, () => {
    const set = { name: 's', key: ['ifname', 'ipv4_addr'] as const, flags: [], elements: element ? [element] : [] };
    const chains = [{ name: 'c', rules: rule ? [rule] : [] }];
    assert.throws(() => formatTable({ ...table, name: tableName ?? 'weft', sets: [set], maps: [], chains }), {
      code: 'NFT_BAD_TEXT',
    });
  });
}

test('rule hash: any part changes -> another hash; read back from the comment', () => {
  const rule: Rule = { match: 'ip saddr 10.0.0.7/8', action: 'drop', comment: 'why' };
  const others = [
    ruleHash('b', rule),
    ruleHash('a', { ...rule, match: '' }),
    ruleHash('a', { ...rule, action: 'accept' }),
    ruleHash('a', { ...rule, comment: 'why not' }),
  ];
  assert.equal(new Set([ruleHash('a', rule), ...others]).size, 5);
  assert.equal(hashOfComment(hashedComment('a', rule)), ruleHash('a', rule));
  assert.equal(hashOfComment('cali:abc'), undefined);
});
