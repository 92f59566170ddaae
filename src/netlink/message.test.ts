import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeAck, formatAck } from './ack.ts';
import { eachAttribute } from './attribute.ts';
import { errnoName } from './errno.ts';
import { decodeMessages, encodeMessages } from './message.ts';
import { fromHex, toHexWords } from './testing/hex.ts';
import { writeBody } from './writer.ts';

const two = '15000000 10000503 07000000 00000000 01000000 02000000 10000000 03000200 08000000 00000000';

test('messages: two, the first padded <-> bytes', () => {
  const messages = [
    { type: 16, flags: 0x305, sequence: 7, port: 0, body: fromHex('0100000002') },
    { type: 3, flags: 2, sequence: 8, port: 0, body: fromHex('') },
  ];
  assert.equal(toHexWords(encodeMessages(messages)), two);
  assert.deepEqual(decodeMessages(fromHex(two)), messages);
});

for (const [name, hex] of [
  ['half a header', '10000000 10000503'],
  ['length below the header', '0f000000 10000503 07000000 00000000'],
  ['length beyond the datagram', '11000000 10000503 07000000 00000000'],
  ['length 0', '00000000 00000000 00000000 00000000'],
] as const) {
  test(`messages: ${name} -> NETLINK_MALFORMED`, () => {
    assert.throws(() => decodeMessages(fromHex(hex)), { code: 'NETLINK_MALFORMED' });
  });
}

type Found = readonly (readonly [type: number, value: string])[];
const attributes: readonly (readonly [name: string, hex: string, found: Found])[] = [
  ['none', '', []],
  ['one, padded', '05000100 ff000000', [[1, 'ff']]],
  ['last one without its padding', '05000100 ff', [[1, 'ff']]],
  ['empty value', '04000200', [[2, '']]],
  ['nested flag is no part of the number', '08000380 01020304', [[3, '01020304']]],
  ['zero padding behind the last', '05000100 ff000000 0000', [[1, 'ff']]],
];
for (const [name, hex, expected] of attributes) {
  test(`attributes: ${name}`, () => {
    const bytes = fromHex(hex);
    const found: [number, string][] = [];
    eachAttribute(bytes, 0, bytes.length, (type, start, end) => {
      found.push([type, toHexWords(bytes.subarray(start, end)).replaceAll(' ', '')]);
    });
    assert.deepEqual(found, expected);
  });
}

for (const [name, hex] of [
  ['length 3', '03000100'],
  ['longer than the message', '09000100 ffffffff'],
  ['rubbish behind the last', '05000100 ff000000 01'],
] as const) {
  test(`attributes: ${name} -> NETLINK_MALFORMED`, () => {
    const bytes = fromHex(hex);
    assert.throws(() => eachAttribute(bytes, 0, bytes.length, () => {}), { code: 'NETLINK_MALFORMED' });
  });
}

const request = '10000000 18000500 01000000 00000000';
const acks: readonly (readonly [name: string, flags: number, hex: string, text: string])[] = [
  ['done', 0x100, `00000000 ${request}`, 'E0'],
  ['EEXIST without words', 0x100, `efffffff ${request}`, 'EEXIST'],
  ['EINVAL with words and offset', 0x300, `eaffffff ${request} 08000100 4e6f2100 08000200 18000000`, 'EINVAL (No!)'],
  [
    'words behind an uncapped request',
    0x200,
    `eaffffff 14000000 18000500 01000000 00000000 aabbccdd 08000100 4e6f2100`,
    'EINVAL (No!)',
  ],
];
for (const [name, flags, hex, text] of acks) {
  test(`acknowledgement: ${name}`, () => {
    const ack = decodeAck({ type: 2, flags, sequence: 1, port: 0, body: fromHex(hex) });
    assert.equal(formatAck(ack), text);
    if (name.includes('offset')) assert.equal(ack.offset, 24);
  });
}

test('end of dump: with status, with words, or bare', () => {
  const done = (flags: number, hex: string) => decodeAck({ type: 3, flags, sequence: 1, port: 0, body: fromHex(hex) });
  assert.deepEqual(done(2, ''), { errno: 0 });
  assert.deepEqual(done(2, '00000000'), { errno: 0 });
  assert.deepEqual(done(0x202, 'eaffffff 08000100 4e6f2100'), { errno: 22, text: 'No!' });
});

test('acknowledgement: shorter than a status -> NETLINK_MALFORMED', () => {
  const message = { type: 2, flags: 0, sequence: 1, port: 0, body: fromHex('0000') };
  assert.throws(() => decodeAck(message), { code: 'NETLINK_MALFORMED' });
});

test('errno names: known, with two names, unknown', () => {
  assert.equal(errnoName(17), 'EEXIST');
  assert.equal(errnoName(95), 'EOPNOTSUPP');
  assert.equal(errnoName(11), 'EAGAIN');
  assert.equal(errnoName(999), 'E999');
});

test('writer: a body written while another is being written -> both whole', () => {
  let inner = fromHex('');
  const outer = writeBody((writer) => {
    writer.u32(1);
    inner = writeBody((second) => second.attributeText(3, 'lo'));
    writer.attributeU8(2, 9);
  });
  assert.equal(toHexWords(outer), '01000000 05000200 09000000');
  assert.equal(toHexWords(inner), '07000300 6c6f0000');
});

test('writer: body larger than its first buffer -> whole', () => {
  const body = writeBody((writer) => {
    for (let i = 0; i < 1000; i++) writer.u32(i);
  });
  assert.equal(body.length, 4000);
  assert.equal(new DataView(body.buffer).getUint32(3996, true), 999);
});
