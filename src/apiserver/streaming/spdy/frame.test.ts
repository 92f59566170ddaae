import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeFrame, encodeFrame, type SpdyFrame } from './frame.ts';
import { FrameSplitter } from './frame-splitter.ts';

type Known = Exclude<SpdyFrame, { kind: 'unknown' }>;
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

// From the diagrams of the draft, §2.2 and §2.6.
const table: readonly (readonly [string, string, Known])[] = [
  [
    'SYN_STREAM with FIN',
    '80030001 0100000c 00000001 00000000 4000 abcd',
    {
      ...{ kind: 'syn-stream', stream: 1, associated: 0, priority: 2, fin: true, unidirectional: false },
      headers: hex('abcd'),
    },
  ],
  ['SYN_REPLY', '80030002 00000006 00000003 0102', { kind: 'syn-reply', stream: 3, fin: false, headers: hex('0102') }],
  ['RST_STREAM cancel', '80030003 00000008 00000005 00000005', { kind: 'rst-stream', stream: 5, status: 5 }],
  [
    'SETTINGS initial window 1 MiB',
    '80030004 0000000c 00000001 00000007 00100000',
    { kind: 'settings', settings: [{ id: 7, flags: 0, value: 0x100000 }] },
  ],
  ['PING', '80030006 00000004 00000001', { kind: 'ping', id: 1 }],
  ['GOAWAY', '80030007 00000008 00000009 00000000', { kind: 'goaway', lastStream: 9, status: 0 }],
  ['HEADERS', '80030008 01000005 00000001 ff', { kind: 'headers', stream: 1, fin: true, headers: hex('ff') }],
  ['WINDOW_UPDATE', '80030009 00000008 00000001 00010000', { kind: 'window-update', stream: 1, delta: 65_536 }],
  ['data with FIN', '00000007 01000003 616263', { kind: 'data', stream: 7, fin: true, bytes: hex('616263') }],
];

for (const [name, bytes, frame] of table) {
  test(`frame: ${name} -> these bytes and back`, () => {
    assert.equal(Buffer.from(encodeFrame(frame)).toString('hex'), bytes.replaceAll(' ', ''));
    assert.deepEqual(plain(decodeFrame(hex(bytes))), plain(frame));
  });
}

const refused: readonly (readonly [string, string, RegExp])[] = [
  ['version 2', '80020006 00000004 00000001', /version 2, 3 needed/],
  ['a PING without number', '80030006 00000000', /too short/],
  ['SETTINGS with a wrong count', '80030004 0000000c 00000002 00000007 00100000', /2 settings in 12 bytes/],
  ['a length that is not there', '80030006 00000008 00000001', /one whole frame needed/],
];
for (const [name, bytes, message] of refused) {
  test(`frame: ${name} -> refused`, () => assert.throws(() => decodeFrame(hex(bytes)), message));
}

test('frame: a type nobody knows -> to be ignored', () => {
  assert.deepEqual(decodeFrame(hex('8003000b 00000000')), { kind: 'unknown', type: 11 });
});

test('splitter: frames cut anywhere -> the same frames', () => {
  const frames = table.map(([, bytes]) => bytes.replaceAll(' ', ''));
  const whole = hex(frames.join(''));
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (cuts) => {
      const splitter = new FrameSplitter();
      const edges = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
      const found = edges.flatMap((edge, index) => splitter.push(whole.subarray(edges[index - 1] ?? 0, edge)));
      assert.deepEqual(
        found.map((one) => Buffer.from(one).toString('hex')),
        frames,
      );
    }),
  );
});

test('splitter and decoder: any bytes -> frames or SPDY_PROTOCOL, nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        for (const frame of new FrameSplitter().push(bytes)) decodeFrame(frame);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'SPDY_PROTOCOL');
      }
    }),
    { numRuns: 2000 },
  );
});

test('splitter: a frame longer than any honest one -> refused before it has come', () => {
  assert.throws(() => new FrameSplitter().push(hex('80030001 00ffffff')), /too long/);
  assert.throws(() => new FrameSplitter().push(hex('00000001 00ffffff')), /too long/);
});

function plain(frame: SpdyFrame): unknown {
  return JSON.parse(JSON.stringify(frame, (_key, value) => (value instanceof Uint8Array ? [...value] : value)));
}
