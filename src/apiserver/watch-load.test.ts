import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestClient, startTestServer } from './testing/test-client.ts';

const watchers = 100;
const events = 1000;
const maps = '/api/v1/namespaces/default/configmaps';

test(`watch: ${watchers} watchers, ${events} events -> every one sees every event once, in order`, async (t) => {
  const api = await startTestServer();
  // Also when the test fails: a server that goes on keeps the process, and whoever waits for it.
  t.after(() => api.stop());
  const { body } = await api.call('GET', maps);
  const start = String((body.metadata as { readonly resourceVersion: string }).resourceVersion);
  // A client each: one has no more than 64 connections.
  const clients = [createTestClient(api.socket), createTestClient(api.socket)];
  t.after(() => {
    for (const client of clients) client.close();
  });
  const watchWith = (client: (typeof clients)[number] | undefined) =>
    Promise.all(
      Array.from({ length: watchers / 2 }, () => (client ?? api).watch(`${maps}?watch=1&resourceVersion=${start}`)),
    );
  const early = await watchWith(clients[0]);
  const create = async (index: number) => {
    const { status, body: answer } = await api.call('POST', maps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `m-${index}` },
      data: { index: `${index}` },
    });
    assert.equal(status, 201, JSON.stringify(answer));
  };
  for (let from = 0; from < events; from += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => create(from + index)));
  }
  // The other half comes when all is over and reads the same from the log.
  const late = await watchWith(clients[1]);
  const all = [...early, ...late];
  await Promise.all(all.map((watch) => watch.until(() => watch.lines.length >= events)));
  const versions = (lines: (typeof all)[number]['lines']) =>
    lines.map(({ object }) => Number((object.metadata as { readonly resourceVersion: string }).resourceVersion));
  const expected = versions(all[0]?.lines ?? []);
  assert.equal(new Set(expected).size, events);
  assert.deepEqual(
    expected,
    expected.toSorted((a, b) => a - b),
  );
  for (const watch of all) assert.deepEqual(versions(watch.lines), expected);
});
