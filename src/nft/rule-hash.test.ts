import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from './model.ts';
import { ruleHash } from './rule-hash.ts';

const rule: Rule = { match: 'tcp dport 80', action: 'accept', comment: 'web' };
const others: readonly (readonly [what: string, chain: string, rule: Rule])[] = [
  ['chain', 'b', rule],
  ['match', 'a', { ...rule, match: 'tcp dport 81' }],
  ['action', 'a', { ...rule, action: 'drop' }],
  ['comment', 'a', { ...rule, comment: 'why' }],
  ['rule that does not count', 'a', { ...rule, uncounted: true }],
];
for (const [what, chain, other] of others) {
  test(`rule hash: another ${what} -> another hash`, () => {
    assert.notEqual(ruleHash(chain, other), ruleHash('a', rule));
  });
}
