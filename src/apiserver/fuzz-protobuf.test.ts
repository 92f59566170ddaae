import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { createLogger } from '../base/log.ts';
import { decodeBody, protobufType } from './protobuf/decode-body.ts';
import { bodyKinds } from './protobuf/messages.ts';
import { StatusError } from './status-error.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

let api: TestServer;
const serverErrors: string[] = [];
const seed = 20_266;
before(async () => {
  api = await startTestServer({ log: createLogger((line) => serverErrors.push(line), Date.now, 'error') });
});
after(() => api.stop());

const kinds = Object.entries(bodyKinds).flatMap(([apiVersion, names]) => names.map((kind) => ({ apiVersion, kind })));

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
const delimited = (number: number, bytes: Uint8Array): Buffer =>
  Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length), ...bytes]);
const text = (number: number, value: string) => delimited(number, Buffer.from(value));

function envelope(kind: { readonly apiVersion: string; readonly kind: string }, raw: Uint8Array): Buffer {
  const meta = Buffer.concat([text(1, kind.apiVersion), text(2, kind.kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), delimited(1, meta), delimited(2, raw)]);
}

/** Messages of the right form with any fields in any order, some of them messages again. */
const { message } = fc.letrec<{ message: Uint8Array }>((tie) => ({
  message: fc
    .array(
      fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc
          .tuple(fc.integer({ min: 1, max: 60 }), fc.nat())
          .map(([number, value]) => Buffer.from([...varint(number * 8), ...varint(value)])),
        fc
          .tuple(fc.integer({ min: 1, max: 60 }), fc.string({ unit: 'binary', maxLength: 6 }))
          .map(([number, value]) => text(number, value)),
        fc.tuple(fc.integer({ min: 1, max: 60 }), tie('message')).map(([number, bytes]) => delimited(number, bytes)),
      ),
      { maxLength: 5 },
    )
    .map((parts) => Buffer.concat(parts)),
}));
const bodies = fc.tuple(fc.constantFrom(...kinds), fc.oneof(message, fc.uint8Array({ maxLength: 60 })));

test('fuzz: protobuf of every kind that is read -> an object, or a refusal', () => {
  fc.assert(
    fc.property(bodies, ([kind, raw]) => {
      try {
        JSON.stringify(decodeBody(envelope(kind, raw)));
      } catch (error) {
        assert.ok(error instanceof StatusError && error.status < 500, String(error));
      }
    }),
    { seed, numRuns: 3000 },
  );
});

test('fuzz: protobuf that is cut or has bytes changed -> an object, or a refusal', () => {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
  fc.assert(
    fc.property(bodies, edits, fc.nat(), ([kind, raw], changes, cut) => {
      const body = envelope(kind, raw);
      for (const [at, value] of changes) body[at % body.length] = value;
      try {
        decodeBody(body.subarray(0, body.length - (cut % 4)));
      } catch (error) {
        assert.ok(error instanceof StatusError && error.status < 500, String(error));
      }
    }),
    { seed, numRuns: 2000 },
  );
});

test('fuzz: protobuf nested a hundred thousand times -> refused within a second', () => {
  for (const number of [1, 2, 3, 5, 7]) {
    // From the inside out, and only the heads: what is inside is known by its length.
    const heads: Buffer[] = [];
    let length = 0;
    for (let depth = 0; depth < 100_000; depth++) {
      const head = Buffer.from([...varint(number * 8 + 2), ...varint(length)]);
      heads.push(head);
      length += head.length;
    }
    const nested = Buffer.concat(heads.toReversed());
    for (const kind of kinds) {
      const started = performance.now();
      try {
        decodeBody(envelope(kind, nested));
      } catch (error) {
        assert.ok(error instanceof StatusError && error.status < 500, String(error));
      }
      assert.ok(performance.now() - started < 1000, kind.kind);
    }
  }
});

test('fuzz: protobuf bodies on the server -> answer, never a failure', async () => {
  const paths = fc.constantFrom(
    '/api/v1/namespaces/default/configmaps',
    '/api/v1/namespaces/default/pods',
    '/apis/apps/v1/namespaces/default/deployments',
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('POST', 'DELETE'), paths, bodies, async (method, path, [kind, raw]) => {
      const target = method === 'DELETE' ? `${path}/none` : path;
      const { status, body } = await api.call(method, target, envelope(kind, raw), protobufType);
      assert.ok(status < 500, `${status} ${JSON.stringify(body)}`);
      assert.deepEqual(serverErrors, []);
    }),
    { seed, numRuns: 300 },
  );
});
