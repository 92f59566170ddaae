import assert from 'node:assert/strict';
import { test } from 'node:test';
import { degraded, type FailureStreaks, nextStreaks } from './degraded.ts';
import type { Outcome } from './outcome.ts';

const outcome = (failing: readonly string[], drifting: readonly string[] = []): Outcome => ({
  changed: new Map(),
  failures: failing.map((resource) => ({ resource, key: 'k', error: new Error(`${resource} is broken`) })),
  drift: drifting.map((resource) => ({ resource, key: 'k' })),
});
const all = new Set(['link', 'route']);

const table: readonly { name: string; passes: readonly Outcome[]; looked?: readonly string[][]; want: string[] }[] = [
  { name: 'one failure -> not degraded yet', passes: [outcome(['route'])], want: [] },
  { name: 'two in a row -> degraded by name', passes: [outcome(['route']), outcome(['route'])], want: ['route'] },
  {
    name: 'success in between -> starts over',
    passes: [outcome(['route']), outcome([]), outcome(['route'])],
    want: [],
  },
  { name: 'drift counts as failure', passes: [outcome([], ['link']), outcome([], ['link'])], want: ['link'] },
  {
    name: 'a pass that did not look at it -> keeps its streak',
    passes: [outcome(['route']), outcome(['route']), outcome([])],
    looked: [['link', 'route'], ['link', 'route'], ['link']],
    want: ['route'],
  },
];

for (const { name, passes, looked, want } of table) {
  test(`degraded: ${name}`, () => {
    let streaks: FailureStreaks = new Map();
    passes.forEach((pass, index) => {
      streaks = nextStreaks(streaks, pass, new Set(looked?.[index] ?? all));
    });
    assert.deepEqual([...degraded(streaks).keys()], want);
  });
}

test('degraded: the reason is the text of the first failure', () => {
  const streaks = nextStreaks(nextStreaks(new Map(), outcome(['route']), all), outcome(['route']), all);
  assert.equal(degraded(streaks).get('route'), 'route is broken');
});
