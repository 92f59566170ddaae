import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart } from './apart.ts';

const cases: readonly (readonly [name: string, before: string, after: string, left: readonly [string, string]])[] = [
  ['the same', 'abc', 'abc', ['', '']],
  ['both empty', '', '', ['', '']],
  ['one more within', 'abc', 'abxc', ['', 'x']],
  ['one more at the end', 'ab', 'abc', ['', 'c']],
  ['one less at the beginning', 'abc', 'bc', ['a', '']],
  ['one more of the same', 'aa', 'aaa', ['', 'a']],
  ['another one', 'abc', 'axc', ['b', 'x']],
  ['another order', 'abcd', 'acbd', ['bc', 'cb']],
  ['all gone', 'abc', '', ['abc', '']],
];
for (const [name, before, after, left] of cases) {
  test(`apart: ${name} -> only what differs`, () => {
    const found = apart([...before], [...after], (a, b) => a === b);
    assert.deepEqual([found.before.join(''), found.after.join('')], left);
  });
}
