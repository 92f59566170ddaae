import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { silentLogger } from '../base/log.ts';
import { stringAt, valueAt } from './json.ts';
import { Store } from './storage/store.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

const directory = mkdtempSync(join(tmpdir(), 'weft-history-'));
const data = join(directory, 'api.db');
const path = '/api/v1/namespaces/default/configmaps';
let api: TestServer;
before(async () => {
  api = await startTestServer({ data });
});
after(async () => {
  await api.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('history: eight writers compare-and-swap one counter -> no update lost, watch shows every step once', async () => {
  const created = await api.call('POST', path, { metadata: { name: 'counter' }, data: { value: '0' } });
  const watch = await api.watch(
    `${path}/counter?watch=1&resourceVersion=${valueAt(created.body, 'metadata', 'resourceVersion')}`,
  );
  const rounds = 25;
  let lost = 0;
  const writer = async () => {
    for (let done = 0; done < rounds; ) {
      const { body } = await api.call('GET', `${path}/counter`);
      const next = { ...body, data: { value: String(Number(valueAt(body, 'data', 'value')) + 1) } };
      const { status } = await api.call('PUT', `${path}/counter`, next);
      assert.ok(status === 200 || status === 409);
      if (status === 200) done += 1;
      else lost += 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, writer));
  const total = 8 * rounds;
  assert.equal(valueAt((await api.call('GET', `${path}/counter`)).body, 'data', 'value'), String(total));
  assert.ok(lost > 0, 'the writers never met');
  await watch.until((line) => valueAt(line.object, 'data', 'value') === String(total));
  assert.deepEqual(
    watch.lines.map((line) => Number(valueAt(line.object, 'data', 'value'))),
    Array.from({ length: total }, (_, i) => i + 1),
  );
  watch.end();
});

test('history: a write that was answered is in every later read; versions only grow', async () => {
  let newest = 0;
  const worker = async (id: number) => {
    for (let i = 0; i < 40; i++) {
      const name = `seen-${id}-${i}`;
      const before = newest;
      const answer = await api.call('POST', path, { metadata: { name } });
      const version = Number(valueAt(answer.body, 'metadata', 'resourceVersion'));
      assert.ok(version > before);
      newest = Math.max(newest, version);
      const list = await api.call('GET', `${path}?fieldSelector=metadata.name%3D${name}`);
      assert.equal(stringAt((list.body.items as unknown[])[0], 'metadata', 'name'), name);
      assert.ok(Number(valueAt(list.body, 'metadata', 'resourceVersion')) >= version);
    }
  };
  await Promise.all(Array.from({ length: 6 }, (_, id) => worker(id)));
});

test('restart: unfinished deletion of a namespace and a dangling owner -> finished by the next server', async () => {
  await api.call('POST', '/api/v1/namespaces', { metadata: { name: 'ending' } });
  await api.call('POST', '/api/v1/namespaces/ending/configmaps', { metadata: { name: 'inside' } });
  const owner = (await api.call('POST', path, { metadata: { name: 'owner' } })).body;
  const ownerReferences = [
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: stringAt(owner, 'metadata', 'uid') },
  ];
  await api.call('POST', path, { metadata: { name: 'owned', ownerReferences } });
  await api.stop();
  // What a server leaves behind that was killed between a deletion and what follows from it.
  const store = Store.open({ file: data, log: silentLogger, now: Date.now });
  store.remove({ resource: 'configmaps', namespace: 'default', name: 'owner' });
  const ending = store.get({ resource: 'namespaces', namespace: '', name: 'ending' });
  assert.ok(ending);
  const marked = ending.copy();
  marked.metadata.deletionTimestamp = '2030-01-01T00:00:00Z';
  store.put(ending, marked);
  store.close();
  api = await startTestServer({ data });
  const isGone = async (collection: string, name: string) => {
    const watch = await api.watch(`${collection}?watch=1&fieldSelector=metadata.name%3D${name}`);
    if ((await api.call('GET', `${collection}/${name}`)).status !== 404) {
      await watch.until((line) => line.type === 'DELETED');
    }
    watch.end();
  };
  await isGone('/api/v1/namespaces', 'ending');
  await isGone(path, 'owned');
});
