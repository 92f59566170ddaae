import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NormalPolicy, NormalTier } from './normal-policy.ts';
import { formatPolicyId } from './policy-id.ts';
import { comparePolicies } from './policy-order.ts';
import { policy } from './testing/normal-cases.ts';

const tiers = new Map<string, NormalTier>(
  (
    [
      ['late', 20],
      ['early', 10],
      ['none', Number.POSITIVE_INFINITY],
      ['also-none', Number.POSITIVE_INFINITY],
    ] as const
  ).map(([name, order]) => [name, { name, order, defaultAction: 'Deny' }]),
);

const never = Number.POSITIVE_INFINITY;

const cases: readonly (readonly [string, readonly NormalPolicy[]])[] = [
  ['tier: by order, not by name', [policy('gnp/z', { tier: 'early' }), policy('gnp/a', { tier: 'late' })]],
  [
    'tier: its order goes before the policies',
    [policy('gnp/z', { tier: 'early', order: 9 }), policy('gnp/a', { tier: 'late', order: 1 })],
  ],
  ['tier: none is last', [policy('gnp/z', { tier: 'late' }), policy('gnp/a', { tier: 'none' })]],
  ['tier: one order -> by name', [policy('gnp/z', { tier: 'also-none' }), policy('gnp/a', { tier: 'none' })]],
  ['tier: does not exist -> after all that do', [policy('gnp/z', { tier: 'none' }), policy('gnp/a', { tier: 'a' })]],
  ['tier: neither exists -> by name', [policy('gnp/z', { tier: 'a' }), policy('gnp/a', { tier: 'b' })]],
  [
    'order: smaller first',
    [policy('gnp/z', { order: -1 }), policy('gnp/a', { order: 0.5 }), policy('gnp/b', { order: 2 })],
  ],
  ['order: none is last', [policy('gnp/z', { order: 1e9 }), policy('gnp/a', { order: never })]],
  ['order: none twice -> by name', [policy('gnp/a', { order: never }), policy('gnp/b', { order: never })]],
  ['order: the same -> by name', [policy('np/z/a'), policy('gnp/b'), policy('np/a/c')]],
  ['order: the same name -> by namespace, global ones first', [policy('gnp/a'), policy('np/x/a'), policy('np/y/a')]],
  ['order: the same name and namespace -> by kind', [policy('knp/x/a'), policy('np/x/a')]],
  ['order: capitals before small letters, in every language', [policy('gnp/B'), policy('gnp/a')]],
];

for (const [name, expected] of cases) {
  test(`policy order: ${name}`, () => {
    const sorted = expected.toReversed().sort((a, b) => comparePolicies(a, b, tiers));
    assert.deepEqual(
      sorted.map(({ id }) => formatPolicyId(id)),
      expected.map(({ id }) => formatPolicyId(id)),
    );
  });
}
