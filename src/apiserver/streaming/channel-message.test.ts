import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ChannelMessage,
  type ChannelProtocol,
  channelProtocols,
  decodeChannelMessage,
  encodeChannelClose,
  encodeChannelMessage,
} from './channel-message.ts';
import { exitStatus, failureStatus, readExitStatus } from './exit-status.ts';
import { parseTerminalSize } from './remote-command.ts';

const protocol = (name: string): ChannelProtocol => {
  const found = channelProtocols.find((one) => one.name === name);
  assert.ok(found !== undefined);
  return found;
};
const [v5, v4, base64] = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io'].map(protocol);
assert.ok(v5 !== undefined && v4 !== undefined && base64 !== undefined);

const messages: readonly (readonly [string, ChannelProtocol, string, ChannelMessage | undefined])[] = [
  ['data', v5, '\x01hi', { kind: 'data', channel: 1, bytes: Buffer.from('hi') }],
  ['data without bytes', v5, '\x01', { kind: 'data', channel: 1, bytes: Buffer.alloc(0) }],
  ['end of input in version 5', v5, '\xff\x00', { kind: 'close', channel: 0 }],
  ['255 in version 4 is a channel like any', v4, '\xff\x00', { kind: 'data', channel: 255, bytes: Buffer.of(0) }],
  ['base64', base64, '1aGk=', { kind: 'data', channel: 1, bytes: Buffer.from('hi') }],
  ['nothing', v5, '', undefined],
  ['end of nothing', v5, '\xff', undefined],
];
for (const [name, spoken, text, expected] of messages) {
  test(`channel message: ${name} -> taken apart`, () => {
    assert.deepEqual(decodeChannelMessage(spoken, Buffer.from(text, 'latin1')), expected);
  });
}

test('channel message: any bytes on any protocol -> themselves again', () => {
  fc.assert(
    fc.property(fc.constantFrom(v5, v4, base64), fc.nat(4), fc.uint8Array(), (spoken, channel, bytes) => {
      const message = Buffer.from(encodeChannelMessage(spoken, channel, bytes));
      assert.deepEqual(decodeChannelMessage(spoken, message), { kind: 'data', channel, bytes: Buffer.from(bytes) });
    }),
  );
});

test('channel close: only version 5 -> has one', () => {
  assert.deepEqual(
    [v5, v4, base64].map((one) => encodeChannelClose(one, 0)),
    [Buffer.of(255, 0), undefined, undefined],
  );
});

test('exit status: what is told -> what is read', () => {
  for (const code of [0, 1, 7, 137]) assert.deepEqual(readExitStatus(JSON.stringify(exitStatus(code))), { code });
  assert.deepEqual(readExitStatus(JSON.stringify(failureStatus('Cannot do it'))), { failure: 'Cannot do it' });
  assert.deepEqual(readExitStatus('no JSON'), { failure: 'no JSON' });
  assert.deepEqual(readExitStatus('[]'), { failure: '[]' });
});

test('terminal size: numbers in range -> taken; anything else -> ignored', () => {
  assert.deepEqual(parseTerminalSize('{"Width":80,"Height":24}'), { columns: 80, rows: 24 });
  for (const bad of [
    '',
    '{}',
    'null',
    '{"Width":-1,"Height":2}',
    '{"Width":1.5,"Height":2}',
    '{"Width":80,"Height":99999}',
  ]) {
    assert.equal(parseTerminalSize(bad), undefined, bad);
  }
});
