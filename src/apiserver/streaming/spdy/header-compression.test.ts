import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDeflate } from 'node:zlib';
import fc from 'fast-check';
import { spdyDictionary } from './dictionary.ts';
import { decodeHeaderBlock, encodeHeaderBlock } from './header-block.ts';
import { HeaderCompression } from './header-compression.ts';

test('dictionary: length and Adler-32 -> those that every SPDY/3 peer has', () => {
  let [a, b] = [1, 0];
  for (const byte of spdyDictionary) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  assert.equal(spdyDictionary.length, 1423);
  assert.equal((b * 65_536 + a).toString(16), 'e3c6a7c2');
});

test('header block: streamType error -> these bytes', () => {
  const block = encodeHeaderBlock(new Map([['streamType', 'error']]));
  const expected = `000000010000000a${Buffer.from('streamtype').toString('hex')}000000056572726f72`;
  assert.equal(Buffer.from(block).toString('hex'), expected);
});

const names = fc.stringMatching(/^[a-z-]{1,20}$/);
const headers = fc.array(fc.tuple(names, fc.string({ maxLength: 40 })), { maxLength: 10 }).map((list) => new Map(list));

test('compression: many blocks on one connection -> each as it was, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(headers, { maxLength: 6 }), async (blocks) => {
      const [from, to] = [new HeaderCompression(), new HeaderCompression()];
      for (const block of blocks) {
        const text = new Map([...block].map(([name, value]) => [name, Buffer.from(value).toString()]));
        assert.deepEqual(await to.decompress(await from.compress(block)), text);
      }
      from.close();
      to.close();
    }),
    { numRuns: 50 },
  );
});

test('compression: any bytes -> SPDY_PROTOCOL or headers', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
      const compression = new HeaderCompression();
      await compression
        .decompress(bytes)
        .catch((error: { code?: string }) => assert.equal(error.code, 'SPDY_PROTOCOL'));
      compression.close();
    }),
    { numRuns: 200 },
  );
});

test('compression: a small block that blows up to megabytes -> refused', async () => {
  const deflate = createDeflate({ dictionary: spdyDictionary });
  deflate.end(Buffer.alloc(10_000_000));
  const bomb = Buffer.concat(await deflate.toArray());
  assert.ok(bomb.length < 64 * 1024);
  await assert.rejects(new HeaderCompression().decompress(bomb), /too long/);
});

test('header block: doubled, empty, cut off, too many -> refused', () => {
  const block = (...parts: readonly (number | string)[]) =>
    Buffer.concat(
      parts.map((part) => {
        if (typeof part === 'string') return Buffer.from(part);
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(part);
        return bytes;
      }),
    );
  for (const bad of [
    block(2, 1, 'a', 1, 'b', 1, 'a', 1, 'b'),
    block(1, 0, 1, 'b'),
    block(1, 1, 'a', 9, 'b'),
    block(0xffffffff),
    block(0, 'x'),
    block(1),
  ]) {
    assert.throws(() => decodeHeaderBlock(bad), { code: 'SPDY_PROTOCOL' });
  }
});
