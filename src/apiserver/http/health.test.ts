import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createLogger } from '../../base/log.ts';
import { startTestServer, type TestServer } from '../testing/test-client.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

const paths: readonly [path: string, status: number, expected: RegExp][] = [
  ['/healthz', 200, /^ok$/],
  ['/livez', 200, /^ok$/],
  ['/readyz', 200, /^ok$/],
  ['/readyz?verbose', 200, /^\[\+\]ping ok\n\[\+\]etcd ok\nreadyz check passed\n$/],
  ['/livez?verbose', 200, /^\[\+\]ping ok\nlivez check passed\n$/],
  ['/readyz/etcd', 200, /^ok$/],
  ['/livez/ping?verbose', 200, /^\[\+\]ping ok\nlivez check passed\n$/],
  ['/readyz?verbose&exclude=etcd', 200, /\[\+\]etcd excluded: ok/],
  ['/readyz?verbose&exclude=nothing', 200, /warn: some health checks cannot be excluded: no matches for "nothing"/],
];
for (const [path, status, expected] of paths) {
  test(`health: ${path} -> ${status} ${expected.source.slice(0, 30)}`, async () => {
    const answer = await api.call('GET', path);
    assert.equal(answer.status, status);
    assert.match(String(answer.body.text), expected);
  });
}

test('health: unknown check -> 404; POST -> 405', async () => {
  assert.equal((await api.call('GET', '/readyz/nothing')).status, 404);
  assert.equal((await api.call('POST', '/readyz', {})).status, 405);
});

test('health: writes fail -> /readyz 500 with the reason, /livez ok; a write succeeds again -> ok', async (t) => {
  const lines: string[] = [];
  const log = createLogger((line) => lines.push(line), Date.now);
  const small = await startTestServer({ maxPages: 400, log });
  t.after(() => small.stop());
  const maps = '/api/v1/namespaces/default/configmaps';
  const create = (name: string, size: number) =>
    small.call('POST', maps, { metadata: { name }, data: { x: 'x'.repeat(size) } });
  let status = 201;
  for (let count = 0; status === 201 && count < 20; count++) status = (await create(`m${count}`, 200_000)).status;
  assert.equal(status, 507);
  const ready = await small.call('GET', '/readyz');
  assert.equal(ready.status, 500);
  assert.match(String(ready.body.text), /\[-\]etcd failed: .*full/);
  assert.ok(lines.some((line) => line.includes('health check failed')));
  assert.equal((await small.call('GET', '/livez')).status, 200);
  assert.equal((await create('small', 10)).status, 201);
  assert.equal((await small.call('GET', '/readyz')).status, 200);
});

test('metrics: names people know, requests counted, nonsense paths are no labels', async () => {
  await api.call('GET', '/api/v1/pods');
  await api.call('GET', '/api/v1/nonsense');
  const watch = await api.watch('/api/v1/pods?watch=1');
  const { body, headers } = await api.call('GET', '/metrics');
  const text = String(body.text);
  assert.match(String(headers['content-type']), /^text\/plain/);
  assert.match(text, /apiserver_request_total\{verb="LIST",.*resource="pods",.*scope="cluster".*code="200"\} 1/);
  assert.match(text, /apiserver_request_duration_seconds_count\{verb="LIST".*resource="pods"/);
  assert.match(text, /apiserver_longrunning_requests\{verb="WATCH".*resource="pods".*\} 1/);
  assert.match(text, /apiserver_current_inflight_requests\{request_kind="readOnly"\} 1/);
  assert.match(text, /apiserver_storage_objects\{resource="namespaces"\} 4/);
  assert.match(text, /process_cpu_seconds_total/);
  assert.doesNotMatch(text, /nonsense/);
  watch.end();
});

test('too large resourceVersion -> 504 that is not logged as an error', async (t) => {
  const lines: string[] = [];
  const log = createLogger((line) => lines.push(line), Date.now);
  const quiet = await startTestServer({ log });
  t.after(() => quiet.stop());
  assert.equal((await quiet.call('GET', '/api/v1/pods?resourceVersion=999999')).status, 504);
  assert.deepEqual(lines, []);
});
