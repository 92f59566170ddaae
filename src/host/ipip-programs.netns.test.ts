import assert from 'node:assert/strict';
import { closeSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { encodeProgram, type Program } from '../bpf/assemble.ts';
import { decapsulate } from '../bpf/decapsulate.ts';
import { encapsulate } from '../bpf/encapsulate.ts';
import { type DropReason, dropReasons } from '../bpf/ipip-maps.ts';
import { parseIp } from '../net/ip.ts';
import { parseMac } from '../net/mac.ts';
import { createMap, lookupElement, updateElement } from './bpf-map.ts';
import { loadProgram, testRunProgram } from './bpf-program.ts';
import { linkIndex } from './links.ts';
import { NetlinkSocket } from './netlink-socket.ts';
import { createNetns, deleteNetns, inNetns } from './netns.ts';
import { run } from './run.ts';

const netns = `weft-ipip-programs-${process.pid}`;
const local = parseIp('192.168.122.21');
const node2 = '192.168.122.22';
const TCX = { next: -1, drop: 2, redirect: 7 };
const mac = parseMac('02:00:00:00:00:05');
const packet = { tos: 0, df: true, ttl: 63, protocol: 17, source: '10.24.1.2', destination: '10.24.2.3', payload: 40 };

let maps: Map<string, number>;
const programs = new Map<string, number>();

before(async () => {
  createNetns(netns);
  const ip = (...args: string[]) => run('ip', ['-n', netns, ...args]);
  await ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0p');
  await ip('link', 'add', 'tunl0', 'type', 'veth', 'peer', 'name', 'tunl0p');
  for (const device of ['eth0', 'eth0p', 'tunl0', 'tunl0p']) await ip('link', 'set', device, 'up');
  await ip('address', 'add', `${local}/24`, 'dev', 'eth0');
  await run('ip', ['netns', 'exec', netns, 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  await ip('route', 'add', '10.24.2.0/26', 'via', node2, 'dev', 'tunl0', 'onlink');
  await ip('route', 'add', '10.24.3.0/26', 'dev', 'tunl0');
  await ip('route', 'add', '10.24.4.0/26', 'via', '192.168.123.24', 'dev', 'tunl0', 'onlink');
  inNetns(netns, () => {
    const nl = NetlinkSocket.open();
    const [tunnelIndex, eth0] = [linkIndex(nl, 'tunl0'), linkIndex(nl, 'eth0')];
    nl.close();
    const peers = createMap({ name: 'test_peers', type: 'hash', keySize: 4, valueSize: 4, maxEntries: 8 });
    const drops = createMap({ name: 'test_drops', type: 'array', keySize: 4, valueSize: 8, maxEntries: 64 });
    updateElement(peers, { key: Uint8Array.from(bytesOf(node2)), value: Uint8Array.of(1, 0, 0, 0) });
    maps = new Map([
      ['peers', peers],
      ['drops', drops],
    ]);
    load('encapsulate', encapsulate({ tunnelIndex, local, underlayIndexes: [eth0] }));
    load('encapsulate, several underlays', encapsulate({ tunnelIndex, local, underlayIndexes: [eth0, tunnelIndex] }));
    load('decapsulate', decapsulate({ tunnelIndex, tunnelMac: mac, local }));
  });
});

after(() => {
  for (const fd of [...programs.values(), ...(maps?.values() ?? [])]) closeSync(fd);
  deleteNetns(netns);
});

describe('encapsulate', () => {
  const cases: readonly { name: string; packet: Partial<typeof packet>; outer: Partial<Record<string, unknown>> }[] = [
    { name: 'plain packet -> RFC 2003 header', packet: {}, outer: { df: true, ttl: 63, tos: 0, length: 80 } },
    { name: 'DF clear -> clear outside', packet: { df: false }, outer: { df: false } },
    { name: 'TTL 1 -> TTL 1 outside', packet: { ttl: 1 }, outer: { ttl: 1 } },
    { name: 'TTL 255 -> TTL 255 outside', packet: { ttl: 255 }, outer: { ttl: 255 } },
    { name: 'DSCP and not-ECT -> TOS 0', packet: { tos: 0xb8 }, outer: { tos: 0 } },
    { name: 'ECT(0) -> ECT(0)', packet: { tos: 0xba }, outer: { tos: 2 } },
    { name: 'ECT(1) -> ECT(1)', packet: { tos: 1 }, outer: { tos: 1 } },
    { name: 'CE -> ECT(0)', packet: { tos: 3 }, outer: { tos: 2 } },
    { name: 'TCP -> as any protocol', packet: { protocol: 6 }, outer: { length: 80 } },
    { name: 'empty payload -> 40 bytes', packet: { payload: 0 }, outer: { length: 40 } },
  ];
  for (const which of ['encapsulate', 'encapsulate, several underlays']) {
    for (const entry of cases) {
      it(`${which}: ${entry.name}`, () => {
        const sent = frame({ ...packet, ...entry.packet });
        const run = test(which, sent);
        assert.equal(run.result, TCX.redirect);
        const outer = readHeader(run.frame, 14);
        assert.deepEqual({ ...outer, ...entry.outer }, outer);
        assert.equal(outer.protocol, 4);
        assert.equal(outer.source, local);
        assert.equal(outer.destination, node2);
        assert.equal(checksum(run.frame.subarray(14, 34)), 0, 'outer header checksum');
        assert.deepEqual(run.frame.subarray(34), sent.subarray(14), 'the inner packet is whole');
      });
    }
    it(`${which}: two packets -> two identifications`, () => {
      const ids = Array.from({ length: 4 }, () => readHeader(test(which, frame(packet)).frame, 14).id);
      assert.notEqual(new Set(ids).size, 1);
    });
  }

  const refused: readonly { name: string; frame: Uint8Array; reason: DropReason; program?: string }[] = [
    {
      name: 'IPv6',
      frame: Uint8Array.from([...Array(12).fill(0), 0x86, 0xdd, 0x60, ...Array(60).fill(0)]),
      reason: 'not-ipv4',
    },
    { name: 'ARP', frame: Uint8Array.from([...Array(12).fill(0), 8, 6, ...Array(28).fill(0)]), reason: 'not-ipv4' },
    { name: 'no route', frame: frame({ ...packet, destination: '10.99.0.1' }), reason: 'no-gateway' },
    {
      name: 'route by another device',
      frame: frame({ ...packet, destination: '192.168.122.9' }),
      reason: 'no-gateway',
    },
    { name: 'route without gateway', frame: frame({ ...packet, destination: '10.24.3.1' }), reason: 'no-gateway' },
    {
      name: 'gateway that no underlay leads to',
      frame: frame({ ...packet, destination: '10.24.4.1' }),
      reason: 'no-underlay-route',
      program: 'encapsulate, several underlays',
    },
  ];
  for (const entry of refused) {
    it(`encapsulate: ${entry.name} -> dropped as ${entry.reason}`, () => {
      assertDropped(entry.program ?? 'encapsulate', entry.frame, entry.reason);
    });
  }
});

describe('decapsulate', () => {
  const tunnelled = (inner: Partial<typeof packet> = {}, outer: Partial<typeof packet> = {}) =>
    frame({ ...packet, protocol: 4, source: node2, destination: local, ...outer }, header({ ...packet, ...inner }));

  const ecn: readonly [outer: number, inner: number, result: number | 'drop'][] = [
    [0, 0, 0],
    [0, 1, 1],
    [0, 2, 2],
    [0, 3, 3],
    [1, 0, 0],
    [1, 1, 1],
    [1, 2, 1],
    [1, 3, 3],
    [2, 0, 0],
    [2, 1, 1],
    [2, 2, 2],
    [2, 3, 3],
    [3, 0, 'drop'],
    [3, 1, 3],
    [3, 2, 3],
    [3, 3, 3],
  ];
  for (const [outer, inner, result] of ecn) {
    it(`decapsulate: ECN ${outer} outside, ${inner} inside -> ${result}`, () => {
      const sent = tunnelled({ tos: 0xb8 | inner }, { tos: outer });
      if (result === 'drop') return assertDropped('decapsulate', sent, 'congestion');
      const run = test('decapsulate', sent);
      assert.equal(run.result, TCX.redirect);
      assert.equal(readHeader(run.frame, 14).tos, 0xb8 | result);
      assert.equal(checksum(run.frame.subarray(14, 34)), 0, 'inner header checksum');
    });
  }

  it('decapsulate: packet of a known node -> inner packet for the tunnel device', () => {
    const run = test('decapsulate', tunnelled());
    assert.equal(run.result, TCX.redirect);
    assert.equal(Buffer.from(run.frame.subarray(0, 6)).toString('hex'), mac.replaceAll(':', ''));
    assert.deepEqual(run.frame.subarray(14), frame(packet).subarray(14));
  });

  const dropped: readonly [name: string, sent: () => Uint8Array, reason: DropReason][] = [
    ['source is no known node', () => tunnelled({}, { source: '192.168.122.99' }), 'unknown-source'],
    ['first fragment', () => edit(tunnelled(), 14 + 6, 0x20), 'outer-fragment'],
    ['later fragment', () => edit(tunnelled(), 14 + 7, 0x10), 'outer-fragment'],
    ['inner packet is IPv6', () => edit(tunnelled(), 34, 0x60), 'malformed'],
    ['inner header cut short', () => tunnelled().subarray(0, 50), 'malformed'],
    ['no inner header', () => tunnelled().subarray(0, 34), 'malformed'],
  ];
  for (const [name, sent, reason] of dropped) {
    it(`decapsulate: ${name} -> dropped as ${reason}`, () => assertDropped('decapsulate', sent(), reason));
  }

  const passed: readonly [name: string, sent: () => Uint8Array][] = [
    ['not protocol 4', () => tunnelled({}, { protocol: 17 })],
    ['for another node', () => tunnelled({}, { destination: '192.168.122.1' })],
    ['outer options', () => edit(tunnelled(), 14, 0x46)],
    ['frame for another machine', () => edit(tunnelled(), 0, 0x02)],
    ['IPv6', () => edit(edit(tunnelled(), 12, 0x86), 13, 0xdd)],
  ];
  for (const [name, sent] of passed) {
    it(`decapsulate: ${name} -> left to the stack untouched`, () => {
      const run = test('decapsulate', sent());
      assert.equal(run.result, TCX.next);
      assert.deepEqual(run.frame, sent());
    });
  }
});

describe('decapsulate: path MTU', () => {
  const router = '192.168.122.254';
  const outside = { ...packet, ttl: 63, protocol: 4, source: local, destination: node2 };
  const inside = header(packet);
  /** The router's message about a tunnel packet, quoting all of it. */
  const message = (change: { mtu?: number; type?: number; length?: number; about?: Partial<typeof packet> } = {}) => {
    const quoted = Buffer.concat([header({ ...outside, ...change.about }, 60), inside, new Uint8Array(40).fill(7)]);
    const icmp = Buffer.concat([Uint8Array.of(change.type ?? 3, 4, 0, 0, 0, change.length ?? 0, 0, 0), quoted]);
    icmp.writeUInt16BE(change.mtu ?? 1400, 6);
    icmp.writeUInt16BE(checksum(icmp), 2);
    const to = {
      ...packet,
      df: false,
      tos: 0xc0,
      ttl: 64,
      protocol: 1,
      source: router,
      destination: local,
      payload: 0,
    };
    return frame(to, icmp);
  };

  it('relay: fragmentation needed about a tunnel packet -> 20 bytes less, about the inner packet, to its sender', () => {
    const run = test('decapsulate', message());
    assert.equal(run.result, TCX.next);
    assert.equal(run.frame.length, message().length - 20);
    const outer = readHeader(run.frame, 14);
    assert.equal(outer.source, router);
    assert.equal(outer.destination, packet.source);
    assert.equal(outer.length, run.frame.length - 14);
    assert.equal(checksum(run.frame.subarray(14, 34)), 0, 'header checksum');
    assert.equal(checksum(run.frame.subarray(34)), 0, 'ICMP checksum');
    assert.equal(Buffer.from(run.frame.subarray(34, 36)).toString('hex'), '0304');
    assert.equal(Buffer.from(run.frame.subarray(38, 42)).readUInt32BE(), 1380);
    assert.deepEqual(run.frame.subarray(42, 62), Uint8Array.from(inside));
  });

  const left: readonly [name: string, sent: () => Uint8Array][] = [
    ['another type', () => message({ type: 11 })],
    ['about a packet that is no tunnel packet', () => message({ about: { protocol: 17 } })],
    ['about a packet of another node', () => message({ about: { source: node2 } })],
    ['about a packet to an unknown node', () => message({ about: { destination: '192.168.122.99' } })],
    ['MTU that no link has', () => message({ mtu: 87 })],
    ['extended message', () => message({ length: 32 })],
    ['quotation too short', () => message().subarray(0, 80)],
  ];
  for (const [name, sent] of left) {
    it(`relay: ${name} -> left to the stack untouched`, () => {
      const run = test('decapsulate', sent());
      assert.equal(run.result, TCX.next);
      assert.deepEqual(run.frame, sent());
    });
  }
});

function load(name: string, program: Program): void {
  programs.set(name, loadProgram('weft_test', encodeProgram(program, maps)));
}

function test(name: string, sent: Uint8Array) {
  const run = inNetns(netns, () => testRunProgram(programs.get(name) ?? -1, sent));
  return { ...run, frame: Uint8Array.from(run.frame) };
}

function assertDropped(program: string, sent: Uint8Array, reason: DropReason): void {
  const before = dropCount(reason);
  assert.equal(test(program, sent).result, TCX.drop);
  assert.equal(dropCount(reason) - before, 1n, `counted as ${reason}`);
}

function dropCount(reason: DropReason): bigint {
  const key = Uint8Array.of(dropReasons.indexOf(reason), 0, 0, 0);
  const value = lookupElement(maps.get('drops') ?? -1, key, 8) ?? new Uint8Array(8);
  return Buffer.from(value).readBigUInt64LE();
}

/** Addresses of all zero: what the loopback device, on which the test runs, takes for its own. */
function frame(fields: typeof packet, body?: Uint8Array): Uint8Array {
  const payload = Uint8Array.from({ length: fields.payload }, (_, index) => index + 1);
  const inside = body === undefined ? payload : Buffer.concat([body, payload]);
  return Uint8Array.from(
    Buffer.concat([new Uint8Array(12), Uint8Array.of(8, 0), header(fields, inside.length), inside]),
  );
}

function header(fields: typeof packet, payload = fields.payload): Uint8Array {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt8(0x45, 0);
  bytes.writeUInt8(fields.tos, 1);
  bytes.writeUInt16BE(20 + payload, 2);
  bytes.writeUInt16BE(fields.df ? 0x4000 : 0, 6);
  bytes.writeUInt8(fields.ttl, 8);
  bytes.writeUInt8(fields.protocol, 9);
  bytes.set(bytesOf(fields.source), 12);
  bytes.set(bytesOf(fields.destination), 16);
  bytes.writeUInt16BE(checksum(bytes), 10);
  return bytes;
}

function readHeader(bytes: Uint8Array, at: number) {
  const view = Buffer.from(bytes.subarray(at, at + 20));
  return {
    version: view.readUInt8(0),
    tos: view.readUInt8(1),
    length: view.readUInt16BE(2),
    id: view.readUInt16BE(4),
    df: (view.readUInt16BE(6) & 0x4000) !== 0,
    ttl: view.readUInt8(8),
    protocol: view.readUInt8(9),
    source: view.subarray(12, 16).join('.'),
    destination: view.subarray(16, 20).join('.'),
  };
}

/** RFC 1071, halfword by halfword; 0 over a header whose checksum is right. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return sum ^ 0xffff;
}

function edit(bytes: Uint8Array, at: number, value: number): Uint8Array {
  bytes[at] = value;
  return bytes;
}

function bytesOf(ip: string): number[] {
  return ip.split('.').map(Number);
}
