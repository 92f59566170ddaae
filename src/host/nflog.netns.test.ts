import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { test } from 'node:test';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { decodePacketHeaders } from '../net/packet-headers.ts';
import type { NflogPacket } from '../netlink/nflog.ts';
import { openNflog } from './nflog.ts';

const ruleset = `table inet t {
  chain out {
    type filter hook output priority 0
    meta mark set 0x00050000
    udp dport 1000 log prefix "DPE0|np/default/x" group 2
    udp dport 1001 log prefix "DPI|default" group 1
    udp dport 1002 log group 3
  }
}
`;

async function send(host: string, port: number): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.send('hello', port, host, () => resolve());
  await promise;
  socket.close();
}

/** The packets that were logged until there are so many. */
async function logged(groups: readonly number[], count: number, run: () => Promise<void>): Promise<NflogPacket[]> {
  const packets: NflogPacket[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const log = openNflog(groups, (packet) => {
    packets.push(packet);
    if (packets.length === count) resolve();
  });
  try {
    await run();
    await promise;
  } finally {
    log.close();
    log.close();
  }
  return packets;
}

if (inPrivateNamespace(import.meta.filename)) {
  execFileSync('sh', ['-c', 'ip link set lo up && nft -f -'], { input: ruleset });

  test('nflog: packets of two groups -> prefix, group, mark, device, headers; other groups are not ours', {
    timeout: 5000,
  }, async () => {
    const packets = await logged([1, 2], 3, async () => {
      await send('127.0.0.1', 1002);
      await send('127.0.0.1', 1000);
      await send('127.0.0.1', 1001);
      await send('::1', 1001);
    });
    const seen = packets.map(({ group, mark, outDevice, payload, prefix }) => {
      const { destination, destinationPort, protocol } = decodePacketHeaders(payload) ?? {};
      return [group, prefix, mark, outDevice, protocol, destination, destinationPort].join(' ');
    });
    assert.deepEqual(seen.toSorted(), [
      '1 DPI|default 327680 1 17 127.0.0.1 1001',
      '1 DPI|default 327680 1 17 ::1 1001',
      '2 DPE0|np/default/x 327680 1 17 127.0.0.1 1000',
    ]);
  });

  test('nflog: a group that another one listens to -> HOST_NFLOG_TAKEN; closed -> free again', () => {
    const first = openNflog([1], () => {});
    assert.throws(() => openNflog([1], () => {}), {
      code: 'HOST_NFLOG_TAKEN',
      message: /NFLOG group 1: another program/,
    });
    first.close();
    openNflog([1], () => {}).close();
  });

  test('nflog: more packets than are read -> losses are counted, traffic goes on', { timeout: 10_000 }, async () => {
    execFileSync('nft', ['add rule inet t out udp dport 1003 log prefix "x" group 1']);
    let heard = 0;
    const log = openNflog([1], () => heard++);
    const flood = `const s = require('node:dgram').createSocket('udp4'); let n = 0;
      const go = () => { for (let i = 0; i < 500; i++) s.send(Buffer.alloc(100), 1003, '127.0.0.1'); if (++n < 120) setImmediate(go); else s.close(); }; go();`;
    // Nothing is read while this runs.
    execFileSync(process.execPath, ['-e', flood]);
    while (log.losses === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(heard > 0);
    log.close();
  });
}
