import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type SmallSet, sizeOf, withItem, withoutItem } from './small-set.ts';

test('small set: any additions and removals -> the same as a Set', () => {
  const step = fc.record({ item: fc.nat(15), add: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const expected = new Set<number>();
      let set: SmallSet<number> | undefined;
      for (const { item, add } of steps) {
        if (add) expected.add(item);
        else expected.delete(item);
        set = add ? withItem(set, item) : withoutItem(set, item);
        assert.deepEqual([...(set ?? [])].sort(), [...expected].sort());
        assert.equal(sizeOf(set), expected.size);
        assert.equal(set === undefined, expected.size === 0);
      }
    }),
    { seed: 20_261_121, numRuns: 300 },
  );
});
