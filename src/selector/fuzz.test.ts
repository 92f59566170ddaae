import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../base/errors.ts';
import { formatSelector } from './format-selector.ts';
import { labelRestrictions } from './label-restrictions.ts';
import { matchSelector } from './match-selector.ts';
import { parseSelector } from './parse-selector.ts';
import type { Selector } from './selector.ts';

const seed = 20_261_121;
const maxMs = 50;

const label = fc.stringMatching(/^[a-zA-Z0-9_./-]{1,20}$/);
// The grammar has no escapes, so no string can hold both quotes.
const value = fc.string({ maxLength: 12 }).filter((text) => !(text.includes('"') && text.includes("'")));
const values = fc.array(value, { maxLength: 4 }).map((all) => [...new Set(all)].sort());

const { selector } = fc.letrec<{ selector: Selector }>((tie) => ({
  selector: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.constantFrom<Selector>({ kind: 'all' }, { kind: 'global' }),
    label.map((name): Selector => ({ kind: 'has', label: name })),
    fc
      .tuple(fc.constantFrom('equal', 'not-equal', 'contains', 'starts-with', 'ends-with'), label, value)
      .map(([kind, name, text]): Selector => ({ kind, label: name, value: text })),
    fc
      .tuple(fc.constantFrom('in', 'not-in'), label, values)
      .map(([kind, name, texts]): Selector => ({ kind, label: name, values: texts })),
    tie('selector').map(
      (operand): Selector =>
        // Two negations cancel out when they are read.
        operand.kind === 'not' ? operand : { kind: 'not', operand },
    ),
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie('selector'), { minLength: 2, maxLength: 4 }))
      .map(([kind, operands]): Selector => ({ kind, operands })),
  ),
}));

const pieces = ["'", '"', ' ', '\t', '(', ')', '{', '}', ',', '!', '&&', '||', '==', '!=', '=', 'in', 'not', 'not in'];
const words = ['has(', 'all()', 'global()', 'contains', 'starts with', 'ends with', 'a', "'v'", '\n', 'é', '𐍈', '\0'];
const nearly = fc.array(fc.constantFrom(...pieces, ...words), { maxLength: 60 }).map((parts) => parts.join(''));

describe('fuzz', () => {
  test('round trip: any selector -> parse(format(x)) is x', () => {
    fc.assert(
      fc.property(selector, (one) => assert.deepEqual(parseSelector(formatSelector(one)), one)),
      { seed, numRuns: 2_000 },
    );
  });

  test('hostile text: anything -> a selector or SELECTOR_SYNTAX with an offset inside the text', () => {
    const text = fc.oneof(nearly, fc.string({ maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 200 }));
    fc.assert(
      fc.property(text, (one) => {
        try {
          const parsed = parseSelector(one);
          matchSelector(parsed, { a: 'v' });
          labelRestrictions(parsed);
        } catch (error) {
          assert.ok(hasCode(error, 'SELECTOR_SYNTAX'), String(error));
          const offset = Number(/at offset (\d+):/.exec(error.message)?.[1] ?? Number.NaN);
          assert.ok(offset >= 0 && offset <= one.length, error.message);
        }
      }),
      { seed, numRuns: 5_000 },
    );
  });

  const long: readonly string[] = [
    '('.repeat(10_000),
    '!'.repeat(10_000),
    `${'!'.repeat(9_990)}has(a)`,
    `a in {${"'x',".repeat(2_500)}}`,
    `has(a)${' && has(a)'.repeat(1_100)}`,
    `has(a)${' || !has(b)'.repeat(900)}`,
    `a not${' '.repeat(10_000)}`,
    `a starts${'\t'.repeat(10_000)}`,
    `all(${' '.repeat(10_000)}`,
    `a == '${'x'.repeat(10_000)}`,
    'a'.repeat(10_000),
    `has(${'a'.repeat(10_000)})`,
    `${'(has(a)||'.repeat(1_100)}has(a)${')'.repeat(1_100)}`,
  ];
  for (const text of long) {
    test(`10 kB of ${JSON.stringify(text.slice(0, 14))}...: -> answered within ${maxMs} ms`, () => {
      // The best of three, so that a busy machine does not count.
      const times = [1, 2, 3].map(() => timeMs(() => labelRestrictions(parseSelector(text))));
      assert.ok(Math.min(...times) < maxMs, `${times} ms`);
    });
  }
});

function timeMs(read: () => unknown): number {
  const start = performance.now();
  try {
    read();
  } catch (error) {
    assert.ok(hasCode(error, 'SELECTOR_SYNTAX'), String(error));
  }
  return performance.now() - start;
}
