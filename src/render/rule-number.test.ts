import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleNumber } from './rule-number.ts';

test('rule number: 5000 rules -> a number of its own for each, above the ids of folds, and always the same', () => {
  const rules = Array.from({ length: 5000 }, (_, index) => {
    const policy = { kind: 'np', namespace: 'default', name: `p${index % 50}` } as const;
    return { policy, direction: index % 2 === 0 ? 'ingress' : 'egress', index } as const;
  });
  const numbers = rules.map(ruleNumber);
  assert.equal(new Set(numbers).size, rules.length);
  assert.ok(numbers.every((number) => number >= 0x20000 && number < 0xffffffff));
  assert.deepEqual(rules.map(ruleNumber), numbers);
});
