import assert from 'node:assert/strict';
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { SpdyClient } from '../testing/spdy-client.ts';
import { SpdySession } from './session.ts';
import type { SpdyStream } from './stream.ts';

async function until(what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + 3000;
  while (!condition()) {
    assert.ok(performance.now() < end, `${what} expected`);
    await turn();
  }
}

/** A session whose streams are collected, and a client of it. */
function connect() {
  const [near, far] = duplexPair();
  const streams: SpdyStream[] = [];
  const session = new SpdySession(near, (stream) => streams.push(stream));
  return { session, streams, client: new SpdyClient(far) };
}

test('session: stream opened -> replied to with its headers known, data both ways, ends apart', async () => {
  const { streams, client } = connect();
  const stream = await client.open({ streamType: 'stdin' });
  await until('the stream', () => streams.length === 1);
  const [served] = streams;
  assert.ok(served !== undefined);
  assert.equal(served.headers.get('streamtype'), 'stdin');
  stream.send('to the server', true);
  served.setEncoding('utf8');
  assert.deepEqual(await once(served, 'data'), ['to the server']);
  await once(served, 'end');
  served.end('to the client');
  assert.equal(await stream.ended, 'to the client');
  assert.equal(client.frames[0]?.kind, 'syn-reply');
  client.close();
});

test('session: ping of the client -> answered; of nobody -> not', async () => {
  const { client } = connect();
  client.write({ kind: 'ping', id: 2 });
  client.write({ kind: 'ping', id: 7 });
  await until('an answer', () => client.frames.length > 0);
  assert.deepEqual(client.frames, [{ kind: 'ping', id: 7 }]);
  client.close();
});

test('session: connection ends -> streams end, closed resolves', async () => {
  const { session, streams, client } = connect();
  await client.open({ a: 'b' });
  await until('the stream', () => streams.length === 1);
  client.close();
  await session.closed;
  assert.ok(streams.every((one) => one.destroyed));
});

test('session: stream id even or used before -> reset, the others live', async () => {
  const { streams, client } = connect();
  const good = await client.open({ a: 'b' }, false, 3);
  await until('the stream', () => streams.length === 1);
  for (const id of [2, 1]) {
    await client.open({ c: 'd' }, false, id);
    await until('a reset', () => client.frames.some((one) => one.kind === 'rst-stream' && one.stream === id));
  }
  assert.equal(streams.length, 1);
  streams[0]?.end('x');
  assert.equal(await good.ended, 'x');
  client.close();
});

test('session: what is no SPDY -> goodbye with an error, closed', async () => {
  const { session, client } = connect();
  client.writeRaw(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  client.writeRaw(Buffer.from('80020006000000040000000180020006', 'hex'));
  await session.closed;
});

test('session: any bytes -> it ends or waits, nothing is thrown', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }), async (pieces) => {
      const [near, far] = duplexPair();
      const session = new SpdySession(near, (stream) => stream.resume());
      far.on('error', () => {}).resume();
      for (const piece of pieces)
        if (!far.destroyed) far.write(Buffer.concat([Buffer.of(0x80, 3, 0, piece.length % 12), piece]));
      far.end();
      await session.closed;
    }),
    { numRuns: 200 },
  );
});

test('windows: client that grants none (as kubectl) -> gets all there is', async () => {
  const { streams, client } = connect();
  const stream = await client.open({ a: 'b' });
  await until('the stream', () => streams.length === 1);
  streams[0]?.end(Buffer.alloc(1_000_000, 'x'));
  assert.equal((await stream.ended).length, 1_000_000);
  client.close();
});

test('windows: client that grants them -> never sent more than granted', async () => {
  const { streams, client } = connect();
  client.write({ kind: 'settings', settings: [{ id: 7, flags: 0, value: 1000 }] });
  const stream = await client.open({ a: 'b' });
  await until('the stream', () => streams.length === 1);
  streams[0]?.end(Buffer.alloc(2500, 'x'));
  const size = () => stream.received.reduce((sum, one) => sum + one.length, 0);
  await until('the first window', () => size() === 1000);
  for (let index = 0; index < 50; index++) await turn();
  assert.equal(size(), 1000);
  client.write({ kind: 'window-update', stream: stream.id, delta: 1000 });
  await until('the second', () => size() === 2000);
  client.write({ kind: 'window-update', stream: stream.id, delta: 1000 });
  assert.equal((await stream.ended).length, 2500);
  client.close();
});

test('windows: data that is read -> granted again', async () => {
  const { streams, client } = connect();
  const stream = await client.open({ a: 'b' });
  await until('the stream', () => streams.length === 1);
  streams[0]?.resume();
  for (let index = 0; index < 8; index++) stream.send(Buffer.alloc(16_000));
  await until('a grant', () => client.frames.some((one) => one.kind === 'window-update' && one.stream === stream.id));
  client.close();
});

test('memory: nobody reads a stream, client knows no windows -> the client has to wait', async () => {
  const [near, far] = duplexPair({ highWaterMark: 16 * 1024 });
  const streams: SpdyStream[] = [];
  new SpdySession(near, (stream) => streams.push(stream));
  const client = new SpdyClient(far);
  const stream = await client.open({ a: 'b' });
  await until('the stream', () => streams.length === 1);
  for (let index = 0; index < 200; index++) stream.send(Buffer.alloc(16 * 1024));
  for (let index = 0; index < 200; index++) await turn();
  const [served] = streams;
  assert.ok(served !== undefined && served.readableLength <= 128 * 1024, `${served?.readableLength} bytes held`);
  let read = 0;
  served.on('data', (piece: Buffer) => {
    read += piece.length;
  });
  await until('all of it', () => read === 200 * 16 * 1024);
  client.close();
});

test('memory: client does not read -> the writer has to wait', async () => {
  const { streams, client } = connect();
  await client.open({ a: 'b' });
  await until('the stream', () => streams.length === 1);
  client.pause();
  const [served] = streams;
  let written = 0;
  while (served?.write(Buffer.alloc(16 * 1024)) === true && written < 1000) written += 1;
  assert.ok(written < 100, 'never had to wait');
  client.resume();
  if (served !== undefined) await once(served, 'drain');
  client.close();
});
