import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeSetInetConf, encodeSetProxyDelay } from './inet-conf.ts';
import { toHexWords } from './testing/hex.ts';

test('inet conf: settings of a device -> nested in IFLA_AF_SPEC, AF_INET', () => {
  const message = encodeSetInetConf(7, new Map([['proxy_arp', 1] as const, ['route_localnet', 1] as const]));
  assert.equal(message.type, 19);
  assert.equal(
    toHexWords(message.body),
    '00000000 07000000 00000000 00000000 1c001a80 18000280 14000180 08000300 01000000 08001a00 01000000',
  );
});

test('proxy delay: of one device -> parameters of arp_cache, 64 bits', () => {
  const message = encodeSetProxyDelay(7, 800);
  assert.equal(message.type, 67);
  assert.equal(
    toHexWords(message.body),
    '02000000 0e000100 6172705f 63616368 65000000 18000600 08000100 07000000 0c000d00 20030000 00000000',
  );
});
