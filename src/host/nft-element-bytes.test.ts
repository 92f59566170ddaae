import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHexWords } from '../netlink/testing/hex.ts';
import type { DataType } from '../nft/model.ts';
import { type ElementShape, elementToBytes } from './nft-element-bytes.ts';

const shape = (key: DataType[], interval = false, value?: ElementShape['value']): ElementShape => ({
  name: 's',
  key,
  flags: interval ? ['interval'] : [],
  ...(value === undefined ? {} : { value }),
});

const keys: readonly (readonly [type: DataType, text: string, hex: string])[] = [
  ['ipv4_addr', '10.24.0.3', '0a180003'],
  ['ipv6_addr', 'fd00::3', 'fd000000 00000000 00000000 00000003'],
  ['ether_addr', 'ee:ee:ee:ee:ee:ee', 'eeeeeeee eeee'],
  ['ifname', 'cali0', '63616c69 30000000 00000000 00000000'],
  ['inet_proto', '17', '11'],
  ['inet_service', '8080', '1f90'],
  ['mark', '0x10000', '00000100'],
  ['classid', '1f:2a', '2a001f00'],
];
for (const [type, text, hex] of keys) {
  test(`nft element: ${type} ${text} -> bytes`, () => {
    assert.deepEqual(
      elementToBytes(shape([type]), { key: [text] }).map(({ key }) => toHexWords(key)),
      [hex],
    );
  });
}

test('nft element: interval set -> start, and the first key after; none after the last address', () => {
  const intervals = (text: string, type: DataType = 'ipv4_addr') =>
    elementToBytes(shape([type], true), { key: [text] }).map((e) => [toHexWords(e.key), e.intervalEnd === true]);
  assert.deepEqual(intervals('10.0.0.0/24'), [
    ['0a000000', false],
    ['0a000100', true],
  ]);
  assert.deepEqual(intervals('10.0.0.1'), [
    ['0a000001', false],
    ['0a000002', true],
  ]);
  assert.deepEqual(intervals('10.0.0.0-10.0.0.9'), [
    ['0a000000', false],
    ['0a00000a', true],
  ]);
  assert.deepEqual(intervals('255.0.0.0/8'), [['ff000000', false]]);
  assert.deepEqual(intervals('80-90', 'inet_service'), [
    ['0050', false],
    ['005b', true],
  ]);
});

test('nft element: concatenated interval set -> key and key end', () => {
  const set = shape(['ipv4_addr', 'inet_proto', 'inet_service'], true);
  const [element] = elementToBytes(set, { key: ['10.0.0.0/24', '6', '80'], comment: 'web' });
  assert.deepEqual(
    [element?.comment, toHexWords(element?.key ?? new Uint8Array())],
    ['web', '0a000000 06000000 00500000'],
  );
  assert.equal(toHexWords(element?.keyEnd ?? new Uint8Array()), '0a0000ff 06000000 00500000');
});

test('nft element: map values -> verdicts and concatenated data', () => {
  const data = (value: ElementShape['value'], text: string) =>
    elementToBytes(shape(['inet_service'], false, value), { key: ['1'], value: text })[0]?.data;
  assert.deepEqual(data('verdict', 'goto cali-tw-x'), { kind: 'goto', chain: 'cali-tw-x' });
  assert.deepEqual(data('verdict', 'drop'), { kind: 'drop' });
  assert.deepEqual(data(['ipv4_addr', 'inet_service'], '10.0.0.1 . 80'), Uint8Array.of(10, 0, 0, 1, 0, 80, 0, 0));
});

const bad: readonly (readonly [name: string, set: ElementShape, key: string[], value?: string])[] = [
  ['too few parts', shape(['ipv4_addr', 'inet_proto']), ['10.0.0.1']],
  ['network in a set without intervals', shape(['ipv4_addr']), ['10.0.0.0/8']],
  ['IPv6 address for IPv4', shape(['ipv4_addr']), ['fd00::1']],
  ['port too large', shape(['inet_service']), ['65536']],
  ['unknown protocol', shape(['inet_proto']), ['tcp']],
  ['interface name too long', shape(['ifname']), ['cali0123456789abc']],
  ['classid with three digits too many', shape(['classid']), ['12345:1']],
  ['mark out of range', shape(['mark']), ['0x100000000']],
  ['unknown verdict', shape(['ifname'], false, 'verdict'), ['x'], 'reject'],
  ['value with too few parts', shape(['ifname'], false, ['ipv4_addr', 'inet_service']), ['x'], '10.0.0.1'],
];
for (const [name, set, key, value] of bad) {
  test(`nft element: ${name} -> HOST_NFT_ELEMENT`, () => {
    assert.throws(() => elementToBytes(set, value === undefined ? { key } : { key, value }), {
      code: 'HOST_NFT_ELEMENT',
    });
  });
}
