import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { overlayFields } from './overlay-fields.ts';

describe('overlayFields', () => {
  const table: readonly [name: string, live: unknown, wanted: unknown, merged: unknown][] = [
    ['fields of the server stay', { a: 1, b: { c: 2 } }, { b: { d: 3 } }, { a: 1, b: { c: 2, d: 3 } }],
    [
      'items of the same name merge, others go',
      { list: [{ name: 'x', policy: 'Always' }, { name: 'y' }] },
      { list: [{ name: 'z' }, { name: 'x', image: 'i' }] },
      { list: [{ name: 'z' }, { name: 'x', policy: 'Always', image: 'i' }] },
    ],
    [
      'ports keep what the server chose',
      [{ port: 80, nodePort: 30_000 }],
      [{ port: 80 }],
      [{ port: 80, nodePort: 30_000 }],
    ],
    ['scalars are replaced', [1, 2], [3], [3]],
    ['another type is replaced', { a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
  ];
  for (const [name, live, wanted, merged] of table) {
    test(`${name}: -> ${JSON.stringify(merged)}`, () => assert.deepEqual(overlayFields(live, wanted), merged));
  }
});
