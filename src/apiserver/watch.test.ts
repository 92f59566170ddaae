import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordsAt, stringAt, valueAt } from './json.ts';
import { startTestServer, type TestServer, type WatchLine } from './testing/test-client.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer({ bookmarkEveryMs: 30, retention: { maxEvents: 2500, maxAgeMs: 1e9 } });
});
after(() => api.stop());

async function namespace(name: string): Promise<string> {
  await api.call('POST', '/api/v1/namespaces', { metadata: { name } });
  return `/api/v1/namespaces/${name}/configmaps`;
}
const configMap = (name: string, value: string, labels: object = {}) => ({
  metadata: { name, labels },
  data: { value },
});
const brief = (line: WatchLine) =>
  `${line.type} ${stringAt(line.object, 'metadata', 'name')} ${valueAt(line.object, 'data', 'value')}`;
const named = (name: string, type: string) => (line: WatchLine) =>
  line.type === type && valueAt(line.object, 'metadata', 'name') === name;

test('watch: no resourceVersion -> what there is as ADDED, then changes in order', async () => {
  const path = await namespace('w1');
  await api.call('POST', path, configMap('a', '1'));
  const watch = await api.watch(`${path}?watch=1`);
  await watch.until(named('a', 'ADDED'));
  await api.call('PUT', `${path}/a`, configMap('a', '2'));
  await api.call('POST', path, configMap('b', '1'));
  await api.call('DELETE', `${path}/a`);
  await watch.until(named('a', 'DELETED'));
  assert.deepEqual(watch.lines.map(brief), ['ADDED a 1', 'MODIFIED a 2', 'ADDED b 1', 'DELETED a 2']);
  const versions = watch.lines.slice(1).map((line) => Number(valueAt(line.object, 'metadata', 'resourceVersion')));
  assert.deepEqual(
    versions,
    versions.toSorted((a, b) => a - b),
  );
  watch.end();
});

test('watch: from a list version -> exactly what came after, also when it came before the watch', async () => {
  const path = await namespace('w2');
  await api.call('POST', path, configMap('old', '1'));
  const version = valueAt((await api.call('GET', path)).body, 'metadata', 'resourceVersion');
  await api.call('POST', path, configMap('between', '1'));
  await api.call('DELETE', `${path}/old`);
  const watch = await api.watch(`${path}?watch=true&resourceVersion=${version}`);
  await api.call('POST', path, configMap('live', '1'));
  await watch.until(named('live', 'ADDED'));
  assert.deepEqual(watch.lines.map(brief), ['ADDED between 1', 'DELETED old 1', 'ADDED live 1']);
  watch.end();
});

test('watch: label selector -> entering is ADDED, leaving is DELETED, others are silent', async () => {
  const path = await namespace('w3');
  const watch = await api.watch(`${path}?watch=1&labelSelector=on%3Dyes`);
  const start = valueAt((await api.call('GET', path)).body, 'metadata', 'resourceVersion');
  await api.call('POST', path, configMap('a', '1'));
  await api.call('PUT', `${path}/a`, configMap('a', '2', { on: 'yes' }));
  await api.call('PUT', `${path}/a`, configMap('a', '3', { on: 'yes' }));
  await api.call('PUT', `${path}/a`, configMap('a', '4'));
  await api.call('DELETE', `${path}/a`);
  await api.call('POST', path, configMap('end', '1', { on: 'yes' }));
  await watch.until(named('end', 'ADDED'));
  const expected = ['ADDED a 2', 'MODIFIED a 3', 'DELETED a 4', 'ADDED end 1'];
  assert.deepEqual(watch.lines.map(brief), expected);
  watch.end();
  const resumed = await api.watch(`${path}?watch=1&labelSelector=on%3Dyes&resourceVersion=${start}`);
  await resumed.until(named('end', 'ADDED'));
  assert.deepEqual(resumed.lines.map(brief), expected);
  resumed.end();
});

test('watch: one object by name, by path and by field selector', async () => {
  const path = await namespace('w4');
  const byPath = await api.watch(`${path}/a?watch=1`);
  const byField = await api.watch(`${path}?watch=1&fieldSelector=metadata.name%3Da`);
  await api.call('POST', path, configMap('b', '1'));
  await api.call('POST', path, configMap('a', '1'));
  for (const watch of [byPath, byField]) {
    await watch.until(named('a', 'ADDED'));
    assert.deepEqual(watch.lines.map(brief), ['ADDED a 1']);
    watch.end();
  }
});

test('watch: allowWatchBookmarks -> bookmarks carry the newest version though nothing selected changed', async () => {
  const path = await namespace('w5');
  const watch = await api.watch(`${path}?watch=1&allowWatchBookmarks=true`);
  const other = await api.call('POST', '/api/v1/namespaces/default/configmaps', configMap('elsewhere', '1'));
  const version = Number(valueAt(other.body, 'metadata', 'resourceVersion'));
  const line = await watch.until(
    ({ type, object }) => type === 'BOOKMARK' && Number(valueAt(object, 'metadata', 'resourceVersion')) >= version,
  );
  assert.equal(line.object.kind, 'ConfigMap');
  watch.end();
});

test('watch: sendInitialEvents -> state, then the bookmark that ends it', async () => {
  const path = await namespace('w6');
  await api.call('POST', path, configMap('a', '1'));
  const query = 'watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';
  const watch = await api.watch(`${path}?${query}`);
  const bookmark = await watch.until((line) => line.type === 'BOOKMARK');
  assert.equal(valueAt(bookmark.object, 'metadata', 'annotations', 'k8s.io/initial-events-end'), 'true');
  assert.deepEqual(
    watch.lines.slice(0, 2).map((line) => line.type),
    ['ADDED', 'BOOKMARK'],
  );
  watch.end();
});

test('watch: timeoutSeconds=1 -> the server ends it', async () => {
  const path = await namespace('w7');
  const watch = await api.watch(`${path}?watch=1&timeoutSeconds=1`);
  await watch.ended;
});

test('watch: its time is over while the client does not read -> ended, nothing written afterwards, server up', async () => {
  const path = await namespace('w7b');
  for (let i = 0; i < 4; i++) await api.call('POST', path, configMap(`big${i}`, 'x'.repeat(1_000_000)));
  const client = connect(api.socket);
  client.pause();
  client.write(`GET ${path}?watch=1&timeoutSeconds=1&allowWatchBookmarks=true HTTP/1.1\r\nHost: a\r\n\r\n`);
  // The end is due after one second, and a bookmark and a change after that.
  await sleep(1200);
  await api.call('POST', path, configMap('late', '1'));
  let text = '';
  client.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    if (text.endsWith('\r\n0\r\n\r\n')) client.destroy();
  });
  client.resume();
  await once(client, 'close');
  assert.match(text, /"name":"big3"/);
  assert.doesNotMatch(text, /"name":"late"/);
  assert.equal((await api.call('GET', '/readyz')).status, 200);
});

test('watch: version of the future -> 504; no number -> 400', async () => {
  assert.equal((await api.call('GET', '/api/v1/pods?watch=1&resourceVersion=99999999')).status, 504);
  assert.equal((await api.call('GET', '/api/v1/pods?watch=1&resourceVersion=x')).status, 400);
});

test('watch: many watchers, random resumption -> every event once, in order', async () => {
  const path = await namespace('w8');
  const start = String(valueAt((await api.call('GET', path)).body, 'metadata', 'resourceVersion'));
  const total = 300;
  const collect = async (cutEvery: number) => {
    const seen: string[] = [];
    let version = start;
    while (seen.length < total) {
      const watch = await api.watch(`${path}?watch=1&resourceVersion=${version}`);
      const wanted = Math.min(total, seen.length + cutEvery) - seen.length;
      await watch.until(() => watch.lines.length >= wanted);
      watch.end();
      for (const line of watch.lines.slice(0, wanted)) {
        seen.push(brief(line));
        version = String(valueAt(line.object, 'metadata', 'resourceVersion'));
      }
    }
    return seen;
  };
  const watchers = [7, 31, 64, 299, total].map(collect);
  for (let i = 0; i < total; i += 10) {
    await Promise.all(
      Array.from({ length: 10 }, (_, j) => api.call('POST', path, configMap(`n${i + j}`, String(i + j)))),
    );
  }
  const [first, ...others] = await Promise.all(watchers);
  assert.equal(new Set(first).size, total);
  for (const other of others) assert.deepEqual(other, first);
});

test('watch and list: version older than the log -> ERROR event and response with 410 Expired', async () => {
  const path = await namespace('w9');
  await api.call('POST', path, configMap('a', '0'));
  await api.call('POST', path, configMap('b', '0'));
  const first = (await api.call('GET', `${path}?limit=1`)).body;
  const version = valueAt(first, 'metadata', 'resourceVersion');
  for (let i = 0; i < 5000; i += 250) {
    await Promise.all(
      Array.from({ length: 250 }, (_, j) => api.call('PUT', `${path}/a`, configMap('a', String(i + j + 1)))),
    );
  }
  const watch = await api.watch(`${path}?watch=1&resourceVersion=${version}`);
  const line = await watch.until(() => true);
  assert.deepEqual([line.type, line.object.reason, line.object.code], ['ERROR', 'Expired', 410]);
  await watch.ended;
  const page = await api.call('GET', `${path}?limit=1&continue=${stringAt(first, 'metadata', 'continue')}`);
  assert.deepEqual([page.status, page.body.reason], [410, 'Expired']);
  assert.equal(recordsAt((await api.call('GET', path)).body, 'items').length, 2);
});
