import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ip } from '../net/ip.ts';
import type { Mac } from '../net/mac.ts';
import { describeDatagram } from './describe.ts';
import { encodeNewLink } from './link.ts';
import { encodeMessages, type NetlinkMessage } from './message.ts';
import { encodeReplaceFdbEntry } from './neighbour.ts';
import { encodeNewElements } from './nft-element.ts';
import { encodeListRules } from './nft-rule.ts';
import { encodeNewRule } from './rule.ts';
import { fromHex } from './testing/hex.ts';

const message = (type: number, hex: string, flags = 0): NetlinkMessage => ({
  type,
  flags,
  sequence: 7,
  port: 0,
  body: fromHex(hex),
});

const cases: readonly (readonly [name: string, protocol: number, message: NetlinkMessage, text: string])[] = [
  [
    'route',
    0,
    message(24, '021a0000 fe500001 04000000 08000100 0a180100 0c000800 08000200 aa050000 08000400 07000000'),
    'NEWROUTE flags=0x0 seq=7 inet /26 table=254 protocol=80 scope=0 type=1 flags=0x4 DST=10.24.1.0 METRICS={MTU=1450} OIF=7',
  ],
  [
    'address',
    0,
    message(20, '02180000 03000000 08000200 c0a87a14'),
    'NEWADDR flags=0x0 seq=7 inet /24 flags=0 scope=0 index=3 LOCAL=192.168.122.20',
  ],
  [
    'veth with its peer',
    0,
    encodeNewLink({ name: 'cali0', type: { kind: 'veth', peer: 'eth0' }, mtuBytes: 1440, up: false }, () => 0, {
      peerNetns: 9,
      peerMac: '02:00:00:00:00:01' as Mac,
    }),
    'NEWLINK flags=0x600 seq=0 unspec index=0 flags=0x0/0x0 IFNAME="cali0" MTU=1440 LINKINFO={KIND="veth" ' +
      'DATA={PEER={IFNAME="eth0" MTU=1440 ADDRESS=02:00:00:00:00:01 NET_NS_FD=9}}}',
  ],
  [
    'tun device',
    0,
    message(
      16,
      '00000000 05000000 00000000 00000000 20001280 08000100 74756e00 14000280 05000300 01000000 05000600 01000000',
    ),
    'NEWLINK flags=0x0 seq=7 unspec index=5 flags=0x0/0x0 LINKINFO={KIND="tun" DATA={TYPE=1 PERSIST=1}}',
  ],
  [
    'forwarding entry',
    0,
    encodeReplaceFdbEntry({ device: 'x', mac: '66:01:02:03:04:05' as Mac, remote: '10.0.0.2' as Ip }, 7),
    'NEWNEIGH flags=0x500 seq=0 bridge index=7 state=0x80 flags=2 LLADDR=66:01:02:03:04:05 DST=10.0.0.2',
  ],
  [
    'rule',
    0,
    encodeNewRule({ family: 4, priority: 99, table: 300 }),
    'NEWRULE flags=0x600 seq=0 inet to=/0 from=/0 table=0 action=1 flags=0x0 PRIORITY=99 TABLE=300',
  ],
  ['done', 0, message(2, '00000000 10000000 18000500 07000000 00000000', 0x100), 'ACK flags=0x100 seq=7'],
  [
    'refusal in the kernel words',
    0,
    message(2, 'eaffffff 10000000 18000500 07000000 00000000 08000100 4e6f2100 08000200 18000000', 0x300),
    'ERROR flags=0x300 seq=7 EINVAL (No!) at byte 24',
  ],
  ['end of dump', 0, message(3, '00000000', 2), 'DONE flags=0x2 seq=7'],
  [
    'set elements',
    12,
    encodeNewElements({
      family: 1,
      table: 'weft',
      set: 's',
      elements: [{ key: fromHex('0a000001'), data: { kind: 'goto', chain: 'c' } }],
    })[0] ?? message(0, ''),
    'NEWSETELEM flags=0x400 seq=0 family=1 resource=0 TABLE="weft" SET="s" ' +
      'ELEMENTS={ELEM={KEY={VALUE=0a000001} DATA={VERDICT={CODE=-4 CHAIN="c"}}}}',
  ],
  [
    'rules of a chain asked for',
    12,
    encodeListRules(1, 'weft', 'c'),
    'GETRULE flags=0x300 seq=0 family=1 resource=0 TABLE="weft" CHAIN="c"',
  ],
  [
    'packet that was logged',
    12,
    message(1024, '02000001 08000400 00000003 09000a00 44505800 00000000 08000900 45000034'),
    'NFLOG flags=0x0 seq=7 family=2 resource=1 IFINDEX_INDEV=3 PREFIX="DPX" PAYLOAD=45000034',
  ],
  [
    'attributes without a name -> counted',
    0,
    message(20, '02180000 03000000 04006300'),
    'NEWADDR flags=0x0 seq=7 inet /24 flags=0 scope=0 index=3 +1',
  ],
  ['unknown type -> hex', 0, message(99, 'abcd'), 'type 99 flags=0x0 seq=7 abcd'],
];
for (const [name, protocol, value, text] of cases) {
  test(`describe: ${name}`, () => {
    assert.deepEqual(describeDatagram(protocol, encodeMessages([value])), [text]);
  });
}

test('describe: broken message -> what is wrong, and the bytes', () => {
  const [line] = describeDatagram(0, encodeMessages([message(24, '02180000 03000000 04000000 ff')]));
  assert.match(line ?? '', /^NEWROUTE .* 1 bytes left, an attribute needs 4: 0218/);
  assert.match(describeDatagram(0, fromHex('00ff'))[0] ?? '', /header needs 16: 00ff$/);
});
