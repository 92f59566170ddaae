import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outgoing } from './message.ts';
import { decodeNflogPacket, encodeNflogBind } from './nflog.ts';
import { fromHex, toHexWords } from './testing/hex.ts';

test('nflog: bind to a group -> command, then how packets come', () => {
  const messages = encodeNflogBind(2, { copyBytes: 128, delayMs: 100, queueLength: 32 });
  assert.deepEqual(
    messages.map(({ type, body }) => [type, toHexWords(body)]),
    [
      [0x401, '00000002 05000100 01000000'],
      [0x401, '00000002 0a000200 00000080 02000000 08000400 0000000a 08000500 00000020'],
    ],
  );
});

const cases: readonly (readonly [name: string, hex: string, packet: object])[] = [
  [
    'prefix, devices, mark, payload',
    `02000001 08000100 08000300 0d000a00 44504930 7c6e702f 78000000 08000200 00050000 08000400 00000003
     08000500 0000000a 08000900 45000034`,
    { group: 1, prefix: 'DPI0|np/x', mark: 0x50000, inDevice: 3, outDevice: 10, payload: Uint8Array.of(69, 0, 0, 52) },
  ],
  ['nothing but the header', '0a000102', { group: 258, prefix: '', payload: new Uint8Array(0) }],
  [
    'a mark beyond 2^31',
    '02000001 08000200 ffff0000',
    { group: 1, prefix: '', mark: 0xffff0000, payload: new Uint8Array(0) },
  ],
];
for (const [name, hex, packet] of cases) {
  test(`nflog: packet with ${name} -> read`, () => {
    assert.deepEqual(decodeNflogPacket(outgoing(0x400, 0, fromHex(hex))), packet);
  });
}

test('nflog: another message -> undefined; too short -> NETLINK_MALFORMED', () => {
  assert.equal(decodeNflogPacket(outgoing(0x401, 0, fromHex('00000001'))), undefined);
  assert.throws(() => decodeNflogPacket(outgoing(0x400, 0, fromHex('0000'))), { code: 'NETLINK_MALFORMED' });
});
