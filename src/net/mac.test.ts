import assert from 'node:assert/strict';
import { test } from 'node:test';
import { macFromBytes, macToBytes, parseMac } from './mac.ts';

for (const text of ['', 'ee:ee:ee:ee:ee', 'ee:ee:ee:ee:ee:ee:ee', 'gg:ee:ee:ee:ee:ee', 'eeeeeeeeeeee', 'e:e:e:e:e:e']) {
  test(`MAC: "${text}" -> refused`, () => assert.throws(() => parseMac(text), { code: 'NET_BAD_MAC' }));
}

test('MAC: capitals and dashes -> canonical, bytes and back', () => {
  const mac = parseMac('0A-1b-2C-3d-4E-5f');
  assert.equal(mac, '0a:1b:2c:3d:4e:5f');
  assert.equal(macFromBytes(macToBytes(mac)), mac);
});
