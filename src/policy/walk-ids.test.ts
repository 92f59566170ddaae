import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WalkIds } from './walk-ids.ts';

describe('walk ids', () => {
  test('one content: taken anywhere -> the same id', () => {
    assert.equal(new WalkIds().take('a'), new WalkIds().take('a'));
  });

  test('many contents: all ids differ, within the limits', () => {
    const ids = new WalkIds(100);
    const taken = Array.from({ length: 100 }, (_, i) => ids.take(`content ${i}`));
    assert.deepEqual(new Set(taken), new Set(Array.from({ length: 100 }, (_, i) => i + 1)));
    assert.equal(ids.take('one more'), undefined);
  });

  test('freed: other content before settle -> does not get it', () => {
    const ids = new WalkIds(1);
    assert.equal(ids.take('a'), 1);
    ids.free(1);
    assert.equal(ids.take('b'), undefined);
  });

  test('freed: the same content before settle -> gets it back', () => {
    const ids = new WalkIds(1);
    ids.take('a');
    ids.free(1);
    assert.equal(ids.take('a'), 1);
  });

  test('freed: other content after settle -> gets it when no other is free', () => {
    const ids = new WalkIds(3);
    const [a, b, c] = [ids.take('a'), ids.take('b'), ids.take('c')];
    ids.free(b ?? 0);
    ids.settle();
    ids.free(a ?? 0);
    ids.settle();
    assert.equal(ids.take('d'), b);
    assert.equal(ids.take('e'), a);
    assert.equal(ids.take('f'), undefined);
    assert.notEqual(c, undefined);
  });

  test('freed: fresh ids go before those at rest', () => {
    const ids = new WalkIds(2);
    const first = ids.take('a') ?? 0;
    ids.free(first);
    ids.settle();
    assert.equal(ids.take('b'), first === 1 ? 2 : 1);
  });
});
