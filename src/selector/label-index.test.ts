import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LabelIndex } from './label-index.ts';
import { matchSelector } from './match-selector.ts';
import { parseSelector } from './parse-selector.ts';
import type { Labels } from './selector.ts';

const seed = 20_261_121;

const selectors = [
  'all()',
  "app == 'web'",
  "app == 'web' && env == 'prod'",
  "app in {'web', 'db'}",
  'app in {}',
  "app != 'web'",
  "app not in {'web', 'db'}",
  'has(env)',
  '!has(env)',
  'has(env) && !has(env)',
  "has(app) && env == 'test'",
  "app == 'web' || env == 'prod'",
  "app starts with 'w'",
  "!(app contains 'e') && has(constructor)",
].map(parseSelector);

type Step =
  | { readonly kind: 'set-item'; readonly item: string; readonly labels: Labels }
  | { readonly kind: 'delete-item'; readonly item: string }
  | { readonly kind: 'set-selector'; readonly id: string; readonly selector: number }
  | { readonly kind: 'delete-selector'; readonly id: string };

const item = fc.constantFrom('i1', 'i2', 'i3', 'i4');
const id = fc.constantFrom('s1', 's2', 's3', 's4', 's5');
const labels = fc.record(
  {
    app: fc.constantFrom('web', 'db', 'api'),
    env: fc.constantFrom('prod', 'test', ''),
    constructor: fc.constant('x'),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('set-item'), item, labels }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-item'), item }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('set-selector'), id, selector: fc.nat(selectors.length - 1) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-selector'), id }) },
);

/** The index, what its listener has been told so far, and what it was given. */
class Rig {
  readonly told = new Set<string>();
  readonly items = new Map<string, Labels>();
  readonly selectors = new Map<string, number>();
  readonly index = new LabelIndex<string>((selector, one, matches) => {
    const pair = `${selector} ${one}`;
    assert.notEqual(this.told.has(pair), matches, `${pair} told twice`);
    if (matches) this.told.add(pair);
    else this.told.delete(pair);
  });

  run(one: Step): void {
    switch (one.kind) {
      case 'set-item':
        this.items.set(one.item, one.labels);
        this.index.setItem(one.item, one.labels);
        break;
      case 'delete-item':
        this.items.delete(one.item);
        this.index.deleteItem(one.item);
        break;
      case 'set-selector':
        this.selectors.set(one.id, one.selector);
        this.index.setSelector(one.id, selectors[one.selector] ?? { kind: 'all' });
        break;
      case 'delete-selector':
        this.selectors.delete(one.id);
        this.index.deleteSelector(one.id);
        break;
    }
  }

  matches(): string[] {
    return [...this.selectors].flatMap(([selector, number]) =>
      [...this.items]
        .filter(([, own]) => matchSelector(selectors[number] ?? { kind: 'all' }, own))
        .map(([one]) => `${selector} ${one}`),
    );
  }
}

describe('LabelIndex', () => {
  test('any changes: after each -> the same matches as by trying all, each told once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const rig = new Rig();
        for (const one of steps) {
          rig.run(one);
          const expected = rig.matches().sort();
          assert.deepEqual([...rig.told].sort(), expected);
          const bySelector = [...rig.selectors.keys()].flatMap((s) =>
            [...rig.index.itemsOf(s)].map((i) => `${s} ${i}`),
          );
          const byItem = [...rig.items.keys()].flatMap((i) => [...rig.index.selectorsOf(i)].map((s) => `${s} ${i}`));
          assert.deepEqual(bySelector.sort(), expected);
          assert.deepEqual(byItem.sort(), expected);
          for (const pair of expected) assert.ok(rig.index.matches(pair.slice(0, 2), pair.slice(3)));
        }
      }),
      { seed, numRuns: 1_000 },
    );
  });

  test('item: labels change -> ends of matches before beginnings', () => {
    const told: string[] = [];
    const index = new LabelIndex<string>((selector, one, matches) => told.push(`${one} ${selector} ${matches}`));
    index.setSelector('web', parseSelector("app == 'web'"));
    index.setSelector('any', parseSelector('has(app)'));
    index.setSelector('db', parseSelector("app == 'db'"));
    index.setItem('one', { app: 'web' });
    told.length = 0;
    index.setItem('one', { app: 'db' });
    assert.deepEqual(told, ['one web false', 'one db true']);
  });
});

describe('LabelIndex at size', () => {
  const items = 20_000;
  const namespaces = 500;
  const podLabels = (i: number): Labels => ({
    ns: `ns-${i % namespaces}`,
    app: `app-${i % 2_000}`,
    tier: ['front', 'back', 'data'][i % 3] ?? '',
    pod: `pod-${i}`,
  });
  const selectorAt = (i: number): string =>
    [
      `ns == 'ns-${i % namespaces}' && app == 'app-${i % 2_000}'`,
      `ns == 'ns-${i % namespaces}'`,
      `ns == 'ns-${i % namespaces}' && tier in {'front', 'data'}`,
      `has(ns) && app == 'app-${i % 2_000}' && tier != 'data'`,
      `(ns == 'ns-${i % namespaces}' || ns == 'ns-${(i + 1) % namespaces}') && has(tier)`,
    ][i % 5] ?? '';

  function filled(selectorCount: number): LabelIndex<number, number> {
    const index = new LabelIndex<number, number>();
    for (let i = 0; i < selectorCount; i++) index.setSelector(i, parseSelector(selectorAt(i)));
    for (let i = 0; i < items; i++) index.setItem(i, podLabels(i));
    return index;
  }

  test('one item changes: 10,000 selectors of which few match -> well under 1 ms', () => {
    const index = filled(10_000);
    const times = Array.from({ length: 500 }, (_, i) => {
      const start = performance.now();
      index.setItem(i * 37, { ...podLabels(i * 37), app: `app-${(i * 7) % 2_000}` });
      return performance.now() - start;
    });
    // The median, so that a busy machine does not count.
    const median = times.sort((a, b) => a - b)[250] ?? 0;
    assert.ok(median < 0.5, `${median} ms`);
  });
});
