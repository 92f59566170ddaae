import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import type { ConfigMap } from '../api/core.ts';
import { configMaps } from '../api/kinds.ts';
import { silentLogger } from '../base/log.ts';
import type { Cluster, WatchEvent } from '../datastore/cluster.ts';
import { FreshCache } from './fresh-cache.ts';

/** A server whose watch delivers when the test says so. `answer` is what the next write returns. */
async function scripted(t: TestContext, items: ConfigMap[]) {
  const events: WatchEvent<ConfigMap>[] = [];
  let wake = () => {};
  let answer: ConfigMap | undefined;
  const stopping = new AbortController();
  async function* watch() {
    while (!stopping.signal.aborted) {
      const event = events.shift();
      if (event !== undefined) yield event;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  const write = async () => answer;
  const cluster = { list: async () => ({ items, resourceVersion: '1' }), watch, create: write, delete: write };
  const cache = new FreshCache(cluster as unknown as Cluster, configMaps, silentLogger);
  await cache.start(stopping.signal);
  t.after(() => {
    stopping.abort();
    wake();
    return cache.stop();
  });
  return {
    cache,
    answers: (object: ConfigMap | undefined) => (answer = object),
    deliver: async (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: ConfigMap) => {
      events.push({ type, object });
      wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
    names: () => cache.items().map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`),
  };
}

const map = (name: string, resourceVersion: string, uid = name): ConfigMap => ({
  metadata: { name, namespace: 'default', resourceVersion, uid },
});

it('created: visible at once, once, and replaced by what the watch shows later', async (t) => {
  const { cache, answers, deliver, names } = await scripted(t, []);
  answers(map('a', '5'));
  await cache.create(map('a', ''));
  assert.deepEqual(names(), ['a@5']);
  await deliver('ADDED', map('a', '5'));
  assert.deepEqual(names(), ['a@5']);
  await deliver('MODIFIED', map('a', '10'));
  assert.deepEqual(names(), ['a@10']);
});

it('watch is older than our write: the write stays visible', async (t) => {
  const { cache, answers, deliver, names } = await scripted(t, []);
  answers(map('a', '9'));
  await cache.create(map('a', ''));
  await deliver('ADDED', map('a', '7'));
  assert.deepEqual(names(), ['a@9']);
});

it('deleted by others before the answer of our write: does not come back', async (t) => {
  const { cache, answers, deliver, names } = await scripted(t, []);
  await deliver('ADDED', map('a', '5'));
  await deliver('DELETED', map('a', '6'));
  answers(map('a', '5'));
  await cache.create(map('a', ''));
  assert.deepEqual(names(), []);
});

it('deleted by us: gone at once; made anew under the same name: visible', async (t) => {
  const { cache, answers, deliver, names } = await scripted(t, [map('a', '1')]);
  answers(map('a', '1'));
  await cache.delete(map('a', '1'));
  assert.deepEqual(names(), []);
  await deliver('DELETED', map('a', '2'));
  await deliver('ADDED', map('a', '3', 'a2'));
  assert.deepEqual(names(), ['a@3']);
});

it('deletion that waits for its end: stays visible, marked', async (t) => {
  const { cache, answers } = await scripted(t, [map('a', '1')]);
  const ending = {
    ...map('a', '2').metadata,
    deletionTimestamp: '2026-01-01T00:00:00Z',
    deletionGracePeriodSeconds: 30,
  };
  answers({ metadata: ending });
  await cache.delete(map('a', '1'));
  assert.equal(cache.get('a', 'default')?.metadata.deletionGracePeriodSeconds, 30);
});
