import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDump } from './dump.ts';
import type { NetlinkMessage } from './message.ts';
import { fromHex } from './testing/hex.ts';

const message = (type: number, flags: number, hex = '00000000', sequence = 7): NetlinkMessage => ({
  type,
  flags,
  sequence,
  port: 0,
  body: fromHex(hex),
});
const object = message(24, 2);
const done = message(3, 2);

const cases: readonly (readonly [
  name: string,
  datagrams: NetlinkMessage[][],
  objects: number,
  interrupted: boolean,
])[] = [
  [
    'two datagrams -> all objects',
    [
      [object, object],
      [object, done],
    ],
    3,
    false,
  ],
  ['nothing there -> no objects', [[done]], 0, false],
  ['flag on an object -> interrupted', [[message(24, 0x12), object], [done]], 2, true],
  ['flag on the end -> interrupted', [[object], [message(3, 0x12)]], 1, true],
  [
    'answers to another request -> dropped',
    [[message(3, 2, '00000000', 6), message(24, 0x12, '', 6), object, done]],
    1,
    false,
  ],
];
for (const [name, datagrams, objects, interrupted] of cases) {
  test(`dump: ${name}`, () => {
    const dump = readDump(7, () => datagrams.shift() ?? assert.fail('read beyond the end'));
    assert.deepEqual([dump.objects.length, dump.interrupted, dump.refusal], [objects, interrupted, undefined]);
  });
}

test('dump: objects that are not wanted -> left out, the end and its flags are seen', () => {
  const dump = readDump(
    7,
    () => [object, message(24, 0x12, '01000000'), done],
    ({ body }) => body[0] === 1,
  );
  assert.deepEqual([dump.objects.length, dump.interrupted], [1, true]);
});

test('dump: failed midway, or refused at once -> the kernel error', () => {
  assert.equal(readDump(7, () => [object, message(3, 2, 'eaffffff')]).refusal?.errno, 22);
  const refused = message(2, 0x100, 'feffffff 10000000 18000500 01000000 00000000');
  assert.equal(readDump(7, () => [refused]).refusal?.errno, 2);
});
