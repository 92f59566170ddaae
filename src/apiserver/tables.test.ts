import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isRecord } from '../base/is-record.ts';
import { recordsAt, stringAt, valueAt } from './json.ts';
import { definitionsPath, testDefinition } from './testing/definition.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const partial = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';
const maps = '/api/v1/namespaces/default/configmaps';

let api: TestServer;
before(async () => {
  api = await startTestServer();
  for (const name of ['a', 'b', 'c']) {
    const labels = { part: name };
    await api.call('POST', maps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels },
      data: { x: name },
    });
  }
});
after(() => api.stop());

/** The first cells of a Table's rows. */
const names = (body: unknown) => recordsAt(body, 'rows').map((row) => (Array.isArray(row.cells) ? row.cells[0] : row));

test('table: list -> definitions, cells and metadata of the objects', async () => {
  const { status, body } = await api.get(`${maps}?labelSelector=part!=c`, table);
  assert.equal(status, 200);
  assert.equal(body.kind, 'Table');
  assert.equal(body.apiVersion, 'meta.k8s.io/v1');
  assert.match(stringAt(body, 'metadata', 'resourceVersion') ?? '', /^\d+$/);
  assert.deepEqual(
    recordsAt(body, 'columnDefinitions').map(({ name, format, priority }) => [name, format, priority]),
    [
      ['Name', 'name', 0],
      ['Data', '', 0],
      ['Age', '', 0],
    ],
  );
  const [first] = recordsAt(body, 'rows');
  assert.deepEqual(names(body), ['a', 'b']);
  assert.equal(valueAt(first, 'object', 'kind'), 'PartialObjectMetadata');
  assert.equal(valueAt(first, 'object', 'metadata', 'labels', 'part'), 'a');
  assert.equal(valueAt(first, 'object', 'data'), undefined);
});

test('table: includeObject -> nothing, the whole object, or 422', async () => {
  const none = await api.get(`${maps}?includeObject=None`, table);
  assert.equal(valueAt(recordsAt(none.body, 'rows')[0], 'object'), undefined);
  const object = await api.get(`${maps}?includeObject=Object`, table);
  assert.equal(valueAt(recordsAt(object.body, 'rows')[0], 'object', 'data', 'x'), 'a');
  assert.equal((await api.get(`${maps}?includeObject=Some`, table)).status, 422);
});

test('table: pages -> continue and remainingItemCount in its metadata', async () => {
  const first = await api.get(`${maps}?limit=2`, table);
  assert.deepEqual(names(first.body), ['a', 'b']);
  assert.equal(valueAt(first.body, 'metadata', 'remainingItemCount'), 1);
  const token = encodeURIComponent(stringAt(first.body, 'metadata', 'continue') ?? '');
  const second = await api.get(`${maps}?limit=2&continue=${token}`, table);
  assert.deepEqual(names(second.body), ['c']);
  assert.equal(valueAt(second.body, 'metadata', 'continue'), undefined);
});

test('list: pages of a selection -> how many are left is not said; continue with a version -> 400', async () => {
  const { body } = await api.call('GET', `${maps}?limit=1&labelSelector=part`);
  assert.equal(valueAt(body, 'metadata', 'remainingItemCount'), undefined);
  const token = encodeURIComponent(stringAt(body, 'metadata', 'continue') ?? '');
  assert.equal((await api.call('GET', `${maps}?continue=${token}&resourceVersion=1`)).status, 400);
  assert.equal((await api.call('GET', `${maps}?continue=nonsense`)).status, 400);
});

test('table: one object -> one row; v1beta1 when asked', async () => {
  const { body } = await api.get(`${maps}/a`, 'application/json;as=Table;v=v1beta1;g=meta.k8s.io');
  assert.equal(body.apiVersion, 'meta.k8s.io/v1beta1');
  assert.deepEqual(names(body), ['a']);
});

test('table: watch -> a Table in every event, definitions in the first only', async () => {
  const watch = await api.watch(`${maps}?watch=1&allowWatchBookmarks=1&labelSelector=part=a`, table);
  const added = await watch.until(({ type }) => type === 'ADDED');
  assert.equal(added.object.kind, 'Table');
  assert.equal(recordsAt(added.object, 'columnDefinitions').length, 3);
  await api.call('PATCH', `${maps}/a`, { data: { y: 'z' } }, 'application/merge-patch+json');
  const modified = await watch.until(({ type }) => type === 'MODIFIED');
  assert.equal(modified.object.columnDefinitions, null);
  assert.match(JSON.stringify(valueAt(recordsAt(modified.object, 'rows')[0], 'cells')), /^\["a",2,"\d+s"\]$/);
  watch.end();
});

test('table: bookmark of a watch -> a row without cells that carries the version', async () => {
  const path = `${maps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`;
  const watch = await api.watch(path, table);
  const { object } = await watch.until(({ type }) => type === 'BOOKMARK');
  const [row] = recordsAt(object, 'rows');
  assert.equal(valueAt(row, 'object', 'metadata', 'annotations', 'k8s.io/initial-events-end'), 'true');
  assert.match(stringAt(row, 'object', 'metadata', 'resourceVersion') ?? '', /^\d+$/);
  watch.end();
});

test('watch: sendInitialEvents and resourceVersionMatch that do not go together -> 422', async () => {
  for (const query of ['sendInitialEvents=true', 'resourceVersionMatch=NotOlderThan&resourceVersion=1']) {
    assert.equal((await api.call('GET', `${maps}?watch=1&${query}`)).status, 422, query);
  }
});

test('watch: sendInitialEvents=false -> only what comes later', async () => {
  const watch = await api.watch(`${maps}?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`);
  await api.call('PATCH', `${maps}/b`, { data: { y: 'z' } }, 'application/merge-patch+json');
  await watch.until(({ type }) => type === 'MODIFIED');
  assert.equal(watch.lines.length, 1);
  watch.end();
});

test('partial metadata: object, list and watch -> metadata and nothing else', async () => {
  const one = await api.get(`${maps}/a`, partial);
  assert.deepEqual(Object.keys(one.body).sort(), ['apiVersion', 'kind', 'metadata']);
  assert.equal(one.body.kind, 'PartialObjectMetadata');
  const list = await api.get(maps, partial.replace('Metadata;', 'MetadataList;'));
  assert.equal(list.body.kind, 'PartialObjectMetadataList');
  assert.ok(recordsAt(list.body, 'items').every((item) => item.data === undefined && isRecord(item.metadata)));
  const watch = await api.watch(`${maps}?watch=1`, partial);
  const { object } = await watch.until(() => true);
  assert.equal(object.data, undefined);
  watch.end();
});

test('table: custom kind -> its printer columns, in priority', async () => {
  const columns = [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Note', type: 'string', jsonPath: '.spec.note', priority: 1 },
  ];
  const keepsAll = { 'x-kubernetes-preserve-unknown-fields': true };
  const version = { additionalPrinterColumns: columns };
  const definition = testDefinition('example.org', 'Thing', keepsAll, { version });
  assert.equal((await api.call('POST', definitionsPath, definition)).status, 201);
  const things = '/apis/example.org/v1/things';
  await api.call('POST', things, {
    apiVersion: 'example.org/v1',
    kind: 'Thing',
    metadata: { name: 't' },
    spec: { size: 3 },
  });
  const { body } = await api.get(things, table);
  assert.deepEqual(
    recordsAt(body, 'columnDefinitions').map(({ name, priority }) => [name, priority]),
    [
      ['Name', 0],
      ['Size', 0],
      ['Note', 1],
    ],
  );
  assert.deepEqual(recordsAt(body, 'rows')[0]?.cells, ['t', 3, null]);
});

test('accept: protobuf alone -> 406 Status; protobuf or JSON -> JSON', async () => {
  const refused = await api.get(maps, 'application/vnd.kubernetes.protobuf');
  assert.equal(refused.status, 406);
  assert.equal(refused.body.reason, 'NotAcceptable');
  const answered = await api.get(maps, 'application/vnd.kubernetes.protobuf,application/json');
  assert.equal(answered.headers['content-type'], 'application/json');
});

test('gzip: large list and accepted -> packed; small or not accepted -> plain', async () => {
  const big = 'x'.repeat(200_000);
  await api.call('POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'big' }, data: { big } });
  const get = (path: string, encoding: string) =>
    api.call('GET', path, undefined, undefined, { 'accept-encoding': encoding });
  const packed = await get(`${maps}/big`, 'gzip, deflate');
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.equal(valueAt(packed.body, 'data', 'big'), big);
  for (const [path, encoding] of [
    [`${maps}/big`, 'identity'],
    [`${maps}/big`, 'gzip;q=0'],
    [`${maps}/a`, 'gzip'],
  ] as const) {
    assert.equal((await get(path, encoding)).headers['content-encoding'], undefined, `${path} ${encoding}`);
  }
});
