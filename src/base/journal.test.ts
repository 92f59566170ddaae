import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Journal, mapSnapshot } from './journal.ts';

interface Entry {
  readonly key: string;
  readonly value: number;
}

const entries = () =>
  new Journal<Entry>(
    (entry) => entry.key,
    (a, b) => a.value === b.value,
  );

test('Journal since: set, replaced, deleted -> the net change', () => {
  const journal = entries();
  journal.set({ key: 'a', value: 1 });
  journal.set({ key: 'b', value: 1 });
  const older = journal.snapshot();
  journal.set({ key: 'b', value: 2 });
  journal.delete('a');
  journal.set({ key: 'c', value: 1 });
  journal.delete('c');
  journal.delete('nobody');
  const delta = journal.snapshot().since(older);
  assert.deepEqual(delta, {
    removed: [
      { key: 'b', value: 1 },
      { key: 'a', value: 1 },
    ],
    added: [{ key: 'b', value: 2 }],
  });
});

test('Journal snapshot: nothing changed, or an equal value set -> the same object', () => {
  const journal = entries();
  journal.set({ key: 'a', value: 1 });
  const one = journal.snapshot();
  journal.set({ key: 'a', value: 1 });
  assert.equal(journal.snapshot(), one);
});

test('Journal since: another collection, a later state, a forgotten one -> undefined', () => {
  const journal = entries();
  const first = journal.snapshot();
  assert.equal(entries().snapshot().since(first), undefined);
  for (let value = 0; value < 25_000; value++) journal.set({ key: 'a', value });
  assert.equal(journal.snapshot().since(first), undefined);
  assert.equal(first.since(journal.snapshot()), undefined);
});

test('Journal snapshot: more changes ago than are remembered -> refused instead of wrong values; the latest is read', () => {
  const journal = entries();
  journal.set({ key: 'a', value: -1 });
  journal.set({ key: 'gone', value: 1 });
  const old = journal.snapshot();
  const mapped = mapSnapshot(old, ({ value }) => value);
  journal.delete('gone');
  for (let value = 0; value < 25_000; value++) journal.set({ key: 'a', value });
  for (const read of [() => [...old.values()], () => old.get('a'), () => old.get('gone'), () => [...mapped.values()]]) {
    assert.throws(read, { code: 'JOURNAL_FORGOTTEN' });
  }
  assert.deepEqual([...journal.snapshot().values()], [{ key: 'a', value: 24_999 }]);
});

test('Journal since: thousands of values replaced by others -> remembered', () => {
  const journal = entries();
  for (let i = 0; i < 3000; i++) journal.set({ key: `${i}`, value: 0 });
  for (let round = 0; round < 10; round++) {
    const before = journal.snapshot();
    for (let i = 0; i < 3000; i++) journal.set({ key: `${i} ${round}`, value: 0 });
    for (const { key } of [...before.values()]) journal.delete(key);
    assert.equal(journal.snapshot().since(before)?.removed.length, 3000);
  }
});

test('mapSnapshot: one function -> delta of mapped values; another function -> undefined', () => {
  const journal = entries();
  const text = ({ key, value }: Entry) => `${key}${value}`;
  const older = mapSnapshot(journal.snapshot(), text);
  journal.set({ key: 'a', value: 1 });
  const newer = mapSnapshot(journal.snapshot(), text);
  assert.deepEqual(newer.since(older), { removed: [], added: ['a1'] });
  assert.deepEqual([...newer.values()], ['a1']);
  assert.equal(newer.get('a'), 'a1');
  assert.equal(newer.since(mapSnapshot(journal.snapshot(), (entry) => entry.key)), undefined);
});

test('Journal, any changes: snapshots stay what they were, and deltas lead from each to each later one', () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.option(fc.nat(3)) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const journal = entries();
      const model = new Map<string, number>();
      const seen = [{ snapshot: journal.snapshot(), content: new Map(model) }];
      for (const { key, value } of steps) {
        if (value === null) {
          journal.delete(key);
          model.delete(key);
        } else {
          journal.set({ key, value });
          model.set(key, value);
        }
        seen.push({ snapshot: journal.snapshot(), content: new Map(model) });
      }
      for (const [i, { snapshot, content }] of seen.entries()) {
        assert.deepEqual(new Map([...snapshot.values()].map((one) => [one.key, one.value])), content);
        assert.equal(snapshot.size, content.size);
        for (const later of seen.slice(i)) {
          const delta = later.snapshot.since(snapshot);
          const followed = new Map(content);
          for (const { key } of delta?.removed ?? []) followed.delete(key);
          for (const one of delta?.added ?? []) followed.set(one.key, one.value);
          assert.deepEqual(followed, later.content);
        }
        for (const key of ['a', 'b', 'c', 'd']) assert.equal(snapshot.get(key)?.value, content.get(key));
      }
    }),
    { seed: 20_261_121, numRuns: 300 },
  );
});
