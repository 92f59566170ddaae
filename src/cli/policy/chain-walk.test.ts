import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Chain, NftMap } from '../../nft/model.ts';
import { ruleMapNames } from '../../render/rule-chains.ts';
import { walkChains } from './chain-walk.ts';

const chain = (name: string, ...actions: readonly string[]): Chain => ({
  name,
  rules: actions.map((action) => ({ match: '', action, comment: `why ${action}` })),
});
const map = (name: string, key: NftMap['key'], elements: NftMap['elements']): NftMap => ({
  name,
  key,
  value: 'verdict',
  flags: [],
  elements,
});

const table = {
  chains: [
    chain('dispatch', 'iifname vmap @devices', 'drop'),
    chain('pod', 'goto tier'),
    chain('tier', 'meta priority set 0:5 jump finder', 'jump log', 'goto end'),
    chain('finder', 'meta priority set meta priority . ip saddr map @rules'),
    chain('log'),
    chain('rule-a', 'return'),
    chain('rule-b', 'return'),
    chain('end', 'drop'),
    chain('elsewhere', 'goto end'),
  ],
  maps: [
    map(
      'devices',
      ['ifname'],
      [
        { key: ['cali1'], value: 'goto pod' },
        { key: ['cali2'], value: 'goto elsewhere' },
      ],
    ),
    map(
      'rules',
      ['classid', 'ipv4_addr'],
      [
        { key: ['0:5', '10.0.0.1'], value: '2:1', comment: 'default/a' },
        { key: ['0:6', '10.0.0.1'], value: '2:2' },
      ],
    ),
    map(
      ruleMapNames.decide,
      ['classid'],
      [
        { key: ['2:1'], value: 'goto rule-a' },
        { key: ['2:2'], value: 'goto rule-b' },
      ],
    ),
  ],
};

test('chain walk: what the device and the numbers of folds and rules lead to, each chain once, in order', () => {
  const walked = walkChains(table, 'dispatch', 'cali1');
  assert.deepEqual(
    walked.map(({ name }) => name),
    ['dispatch', 'pod', 'tier', 'finder', 'rule-a', 'log', 'end'],
  );
  assert.deepEqual(
    walked.flatMap(({ rules }) => rules.flatMap(({ elements }) => elements.map(({ value }) => value))),
    ['goto pod', 'goto rule-a'],
  );
});

test('chain walk: an unknown start -> nothing', () => assert.deepEqual(walkChains(table, 'nowhere', 'cali1'), []));
