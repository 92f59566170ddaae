import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startTestServer } from '../../test/support/test-server.ts';
import type { ConfigMap } from '../api/core.ts';
import { configMaps } from '../api/kinds.ts';
import { startApiServer } from '../apiserver/server.ts';
import { hasCode } from '../base/errors.ts';
import { HttpCluster } from './http-cluster.ts';
import { retryOnConflict } from './retry-on-conflict.ts';
import { connectionTo, sendJson, serve } from './testing/http-server.ts';
import { type CacheEvent, WatchCache } from './watch-cache.ts';

const quick = { firstMs: 1, maxMs: 5 };

/** Records events and lets a test wait until there are as many as it expects. */
class Recorder {
  readonly texts: string[] = [];
  #waiting: { count: number; resolve: () => void } | undefined;

  readonly listen = (event: CacheEvent<ConfigMap>): void => {
    this.texts.push(`${event.type} ${event.object.metadata.name} ${event.object.data?.value ?? ''}`.trim());
    if (this.#waiting !== undefined && this.texts.length >= this.#waiting.count) this.#waiting.resolve();
  };

  async until(count: number): Promise<readonly string[]> {
    if (this.texts.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting = { count, resolve };
      });
    }
    return this.texts;
  }
}

const stored = (name: string, version: number, value = '', uid = name) => ({
  metadata: { name, namespace: 'default', uid, resourceVersion: String(version) },
  data: { value },
});
const listOf = (version: number, ...items: object[]) => ({ metadata: { resourceVersion: String(version) }, items });

/** A server that answers lists and watches in turn from a script; what is not answered hangs. */
async function scripted(t: TestContext, lists: readonly object[], watches: readonly ((out: ServerResponse) => void)[]) {
  const urls: string[] = [];
  let list = 0;
  let watch = 0;
  const connection = await serve(t, ({ url = '' }, response) => {
    urls.push(new URL(url, 'http://x').searchParams.get('watch') === null ? 'list' : `watch ${version(url)}`);
    if (url.includes('watch=true')) {
      response.writeHead(200).flushHeaders();
      watches[watch++]?.(response);
      return;
    }
    const body = lists[list++] ?? lists.at(-1);
    if (body === undefined || 'code' in body) sendJson(response, Number(body?.code ?? 503), body ?? {});
    else sendJson(response, 200, body);
  });
  return { cluster: new HttpCluster(connection), urls };
}

const version = (url: string): string => new URL(url, 'http://x').searchParams.get('resourceVersion') ?? '';
const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

function cacheOf(t: TestContext, cluster: HttpCluster): { cache: WatchCache<ConfigMap>; seen: Recorder } {
  const cache = new WatchCache(cluster, configMaps, { backoff: quick });
  const seen = new Recorder();
  cache.onChange(seen.listen);
  t.after(() => cache.stop());
  return { cache, seen };
}

test('watch cut: -> resumed at the last version, no event twice', async (t) => {
  const { cluster, urls } = await scripted(
    t,
    [listOf(5, stored('a', 3))],
    [
      (out) => {
        out.write(line('ADDED', stored('b', 6)) + line('BOOKMARK', { metadata: { resourceVersion: '8' } }));
        // The bookmark has arrived when what follows it has.
        out.end(line('MODIFIED', stored('b', 8, 'x')));
      },
      (out) => out.write(line('DELETED', stored('a', 9))),
    ],
  );
  const { cache, seen } = cacheOf(t, cluster);
  await cache.start();
  assert.deepEqual(await seen.until(4), ['added a', 'added b', 'updated b x', 'deleted a']);
  assert.deepEqual(urls, ['list', 'watch 5', 'watch 8']);
  assert.equal(cache.get('b', 'default')?.data?.value, 'x');
  assert.equal(cache.items().length, 1);
  assert.equal(cache.items(), cache.items());
});

test('version expired: -> listed again, only the difference is reported, the deleted included', async (t) => {
  const expired = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } };
  const { cluster } = await scripted(
    t,
    [
      listOf(5, stored('kept', 1), stored('changed', 2), stored('gone', 3), stored('remade', 4)),
      listOf(20, stored('kept', 1), stored('changed', 12, 'x'), stored('remade', 13, '', 'other'), stored('new', 14)),
    ],
    [(out) => out.end(`${JSON.stringify(expired)}\n`)],
  );
  const { cache, seen } = cacheOf(t, cluster);
  await cache.start();
  const events = await seen.until(9);
  assert.deepEqual(events.slice(4), [
    'updated changed x',
    'deleted remade',
    'added remade',
    'added new',
    'deleted gone',
  ]);
});

test('server not there at first: -> synced when it is, trouble named meanwhile', async (t) => {
  const { cluster } = await scripted(
    t,
    [{ code: 503, message: 'not yet' }, { code: 503 }, listOf(1, stored('a', 1))],
    [],
  );
  const { cache } = cacheOf(t, cluster);
  const started = cache.start();
  assert.equal(cache.hasSynced, false);
  await started;
  assert.equal(cache.hasSynced, true);
  assert.equal(cache.problem, undefined);
});

test('stopped before the first list: -> synced rejects', async (t) => {
  const connection = await serve(t, () => {});
  const { cache } = cacheOf(t, new HttpCluster(connection));
  const abort = new AbortController();
  const started = cache.start(abort.signal);
  abort.abort();
  await assert.rejects(started, (error) => hasCode(error, 'DATASTORE_STOPPED'));
});

test('embedded API server: -> changes arrive; killed and started again: the rest arrives', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'weft-cache-'));
  const socket = join(directory, 's');
  const start = () => startApiServer({ data: join(directory, 'db'), listen: [{ unix: socket }] });
  let server = await start();
  t.after(async () => {
    await server.stop();
    rmSync(directory, { recursive: true });
  });
  const cluster = new HttpCluster(connectionTo(`unix://${socket}`));
  const { cache, seen } = cacheOf(t, cluster);
  await cache.start();
  const before = seen.texts.length;
  const created = await cluster.create(configMaps, { metadata: { name: 'a' }, data: { value: '1' } });
  await seen.until(before + 1);
  await server.stop();
  server = await start();
  await cluster.update(configMaps, { ...created, data: { value: '2' } });
  const lost = cluster.update(configMaps, { ...created, data: { value: '3' } });
  await assert.rejects(lost, (error) => hasCode(error, 'API_CONFLICT'));
  assert.deepEqual((await seen.until(before + 2)).slice(before), ['added a 1', 'updated a 2']);
});

test('retryOnConflict: others write in between -> every change survives', async (t) => {
  const server = await startTestServer();
  t.after(() => server.stop());
  const cluster = server.connect();
  await cluster.create(configMaps, { metadata: { name: 'count' }, data: { value: '0' } });
  const increment = (): Promise<unknown> =>
    retryOnConflict(cluster, configMaps, { name: 'count' }, (current) => ({
      ...current,
      data: { value: String(Number(current.data?.value) + 1) },
    }));
  await Promise.all(Array.from({ length: 8 }, increment));
  assert.equal((await cluster.get(configMaps, 'count'))?.data?.value, '8');
  assert.equal(await retryOnConflict(cluster, configMaps, { name: 'gone' }, (current) => current), undefined);
});

test('kind that is not served: may be absent -> synced and empty without trouble, found when it comes, emptied when it goes', async (t) => {
  const missing = { kind: 'Status', code: 404, reason: 'NotFound', message: 'the server could not find it' };
  const { cluster, urls } = await scripted(
    t,
    [missing, listOf(5, stored('a', 3)), missing],
    [(out) => out.end(`${JSON.stringify({ type: 'ERROR', object: missing })}\n`)],
  );
  const cache = new WatchCache(cluster, configMaps, { backoff: quick, absentLookMs: 20 });
  const seen = new Recorder();
  cache.onChange(seen.listen);
  t.after(() => cache.stop());
  await cache.start();
  assert.deepEqual([cache.hasSynced, cache.items().length, cache.problem], [true, 0, undefined]);
  assert.deepEqual(await seen.until(2), ['added a', 'deleted a']);
  assert.deepEqual(urls.slice(0, 3), ['list', 'list', 'watch 5']);
});

test('trim: given -> only what it keeps is stored and reported', async (t) => {
  const { cluster } = await scripted(
    t,
    [listOf(5, stored('a', 3, 'secret'))],
    [(out) => out.write(line('MODIFIED', stored('a', 6, 'secret')))],
  );
  const trim = ({ metadata }: ConfigMap): ConfigMap => ({ metadata });
  const cache = new WatchCache(cluster, configMaps, { backoff: quick, trim });
  const seen = new Recorder();
  cache.onChange(seen.listen);
  t.after(() => cache.stop());
  await cache.start();
  assert.deepEqual(await seen.until(2), ['added a', 'updated a']);
  assert.equal(cache.get('a', 'default')?.data, undefined);
  assert.equal(cache.version, '6');
});
