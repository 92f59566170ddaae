import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arrayAt, recordsAt, stringAt, valueAt } from './json.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

const configMaps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const spec = { containers: [{ name: 'main', image: 'x' }] };
const configMap = (name: string, more: object = {}) => ({ metadata: { name, ...more } });

/** Resolves when the object is gone (a watch tells, nothing polls). */
async function gone(collection: string, name: string): Promise<void> {
  const watch = await api.watch(`${collection}?watch=1&fieldSelector=metadata.name%3D${name}`);
  if ((await api.call('GET', `${collection}/${name}`)).status !== 404) {
    await watch.until((line) => line.type === 'DELETED');
  }
  watch.end();
}

test('delete: plain object -> Status Success with its uid, then 404', async () => {
  const created = (await api.call('POST', configMaps, configMap('plain'))).body;
  const { status, body } = await api.call('DELETE', `${configMaps}/plain`);
  assert.deepEqual([status, body.kind, body.status], [200, 'Status', 'Success']);
  assert.equal(valueAt(body, 'details', 'uid'), valueAt(created, 'metadata', 'uid'));
  assert.equal((await api.call('DELETE', `${configMaps}/plain`)).status, 404);
});

test('delete: finalizers -> marked, kept, gone when the last finalizer goes', async () => {
  await api.call('POST', configMaps, configMap('held', { finalizers: ['example.com/hold'] }));
  const marked = (await api.call('DELETE', `${configMaps}/held`)).body;
  assert.ok(stringAt(marked, 'metadata', 'deletionTimestamp'));
  const more = await api.call(
    'PUT',
    `${configMaps}/held`,
    configMap('held', { finalizers: ['example.com/hold', 'example.com/new'] }),
  );
  assert.equal(more.status, 422);
  assert.equal((await api.call('PUT', `${configMaps}/held`, configMap('held', { finalizers: [] }))).status, 200);
  assert.equal((await api.call('GET', `${configMaps}/held`)).status, 404);
});

test('delete: preconditions uid and resourceVersion -> 409 unless they fit', async () => {
  const { body } = await api.call('POST', configMaps, configMap('pre'));
  const uid = valueAt(body, 'metadata', 'uid');
  const resourceVersion = valueAt(body, 'metadata', 'resourceVersion');
  const tries: [object, number][] = [
    [{ uid: 'other' }, 409],
    [{ resourceVersion: '1' }, 409],
    [{ uid, resourceVersion }, 200],
  ];
  for (const [preconditions, status] of tries) {
    assert.equal((await api.call('DELETE', `${configMaps}/pre`, { preconditions })).status, status);
  }
});

test('delete: dryRun -> still there', async () => {
  await api.call('POST', configMaps, configMap('dry'));
  assert.equal((await api.call('DELETE', `${configMaps}/dry?dryRun=All`)).status, 200);
  assert.equal((await api.call('GET', `${configMaps}/dry`)).status, 200);
});

test('delete collection: label selector -> only those', async () => {
  for (const name of ['k1', 'k2']) await api.call('POST', configMaps, configMap(name, { labels: { kill: 'yes' } }));
  await api.call('POST', configMaps, configMap('k3'));
  const { body } = await api.call('DELETE', `${configMaps}?labelSelector=kill=yes`);
  assert.deepEqual(
    recordsAt(body, 'items').map((item) => valueAt(item, 'metadata', 'name')),
    ['k1', 'k2'],
  );
  assert.equal((await api.call('GET', `${configMaps}/k3`)).status, 200);
});

test('delete pod: unscheduled -> at once; on a node -> marked with grace, gone with grace 0', async () => {
  await api.call('POST', pods, { metadata: { name: 'loose' }, spec });
  await api.call('DELETE', `${pods}/loose`);
  assert.equal((await api.call('GET', `${pods}/loose`)).status, 404);
  await api.call('POST', pods, {
    metadata: { name: 'on' },
    spec: { ...spec, nodeName: 'n1', terminationGracePeriodSeconds: 20 },
  });
  const marked = (await api.call('DELETE', `${pods}/on`)).body;
  assert.equal(valueAt(marked, 'metadata', 'deletionGracePeriodSeconds'), 20);
  const shorter = (await api.call('DELETE', `${pods}/on`, { gracePeriodSeconds: 5 })).body;
  assert.equal(valueAt(shorter, 'metadata', 'deletionGracePeriodSeconds'), 5);
  const longer = (await api.call('DELETE', `${pods}/on`, { gracePeriodSeconds: 50 })).body;
  assert.equal(valueAt(longer, 'metadata', 'deletionGracePeriodSeconds'), 5);
  await api.call('DELETE', `${pods}/on?gracePeriodSeconds=0`);
  assert.equal((await api.call('GET', `${pods}/on`)).status, 404);
});

async function owned(prefix: string, block: boolean) {
  const owner = (await api.call('POST', configMaps, configMap(`${prefix}-owner`))).body;
  const reference = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: `${prefix}-owner`,
    uid: stringAt(owner, 'metadata', 'uid'),
    blockOwnerDeletion: block,
  };
  const child = configMap(`${prefix}-child`, { ownerReferences: [reference], finalizers: ['example.com/slow'] });
  await api.call('POST', configMaps, child);
  return { owner: `${prefix}-owner`, child: `${prefix}-child` };
}
const release = (name: string) =>
  api.call('PATCH', `${configMaps}/${name}`, { metadata: { finalizers: null } }, 'application/merge-patch+json');

test('owner: background -> owner goes at once, dependents follow', async () => {
  const { owner, child } = await owned('bg', false);
  await api.call('DELETE', `${configMaps}/${owner}`);
  assert.equal((await api.call('GET', `${configMaps}/${owner}`)).status, 404);
  const watch = await api.watch(`${configMaps}/${child}?watch=1`);
  await watch.until((line) => stringAt(line.object, 'metadata', 'deletionTimestamp') !== undefined);
  watch.end();
  await release(child);
  await gone(configMaps, child);
});

test('owner: foreground -> owner stays until blocking dependents are gone', async () => {
  const { owner, child } = await owned('fg', true);
  const marked = (await api.call('DELETE', `${configMaps}/${owner}`, { propagationPolicy: 'Foreground' })).body;
  assert.deepEqual(arrayAt(marked, 'metadata', 'finalizers'), ['foregroundDeletion']);
  const watch = await api.watch(`${configMaps}/${child}?watch=1`);
  await watch.until((line) => stringAt(line.object, 'metadata', 'deletionTimestamp') !== undefined);
  watch.end();
  assert.equal((await api.call('GET', `${configMaps}/${owner}`)).status, 200);
  await release(child);
  await gone(configMaps, owner);
  assert.equal((await api.call('GET', `${configMaps}/${child}`)).status, 404);
});

test('owner: orphan -> dependents stay and forget the owner', async () => {
  const { owner, child } = await owned('or', false);
  await api.call('DELETE', `${configMaps}/${owner}`, { propagationPolicy: 'Orphan' });
  await gone(configMaps, owner);
  const left = (await api.call('GET', `${configMaps}/${child}`)).body;
  assert.equal(valueAt(left, 'metadata', 'ownerReferences'), undefined);
  assert.equal(valueAt(left, 'metadata', 'deletionTimestamp'), undefined);
});

test('owner: two owners, one goes -> dependent stays with the other', async () => {
  const one = (await api.call('POST', configMaps, configMap('two-a'))).body;
  const two = (await api.call('POST', configMaps, configMap('two-b'))).body;
  const reference = (owner: unknown, name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    uid: stringAt(owner, 'metadata', 'uid'),
  });
  await api.call(
    'POST',
    configMaps,
    configMap('two-c', { ownerReferences: [reference(one, 'two-a'), reference(two, 'two-b')] }),
  );
  await api.call('DELETE', `${configMaps}/two-a`);
  const watch = await api.watch(`${configMaps}/two-c?watch=1`);
  await watch.until((line) => arrayAt(line.object, 'metadata', 'ownerReferences').length === 1);
  watch.end();
});

test('owner: never existed -> dependent is collected', async () => {
  const reference = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'nobody',
    uid: '00000000-0000-4000-8000-000000000000',
  };
  await api.call('POST', configMaps, configMap('foundling', { ownerReferences: [reference] }));
  await gone(configMaps, 'foundling');
});

test('namespace: delete -> Terminating, no new content, contents go, running pods and finalizers hold it', async () => {
  await api.call('POST', '/api/v1/namespaces', { metadata: { name: 'ns' } });
  const inside = '/api/v1/namespaces/ns';
  await api.call('POST', `${inside}/configmaps`, configMap('a'));
  await api.call('POST', `${inside}/pods`, { metadata: { name: 'p' }, spec: { ...spec, nodeName: 'n1' } });
  const marked = (await api.call('DELETE', '/api/v1/namespaces/ns')).body;
  assert.equal(valueAt(marked, 'status', 'phase'), 'Terminating');
  const refused = await api.call('POST', `${inside}/configmaps`, configMap('b'));
  assert.equal(refused.status, 403);
  assert.match(String(refused.body.message), /because it is being terminated/);
  await gone(`${inside}/configmaps`, 'a');
  const watch = await api.watch(`${inside}/pods/p?watch=1`);
  await watch.until((line) => stringAt(line.object, 'metadata', 'deletionTimestamp') !== undefined);
  watch.end();
  assert.equal((await api.call('GET', '/api/v1/namespaces/ns')).status, 200);
  await api.call('DELETE', `${inside}/pods/p?gracePeriodSeconds=0`);
  await gone('/api/v1/namespaces', 'ns');
});

test('namespace: default -> 403', async () => {
  assert.equal((await api.call('DELETE', '/api/v1/namespaces/default')).status, 403);
});

test('namespace: spec.finalizers taken out by an update -> kept, contents still hold it', async () => {
  const path = '/api/v1/namespaces/kept';
  await api.call('POST', '/api/v1/namespaces', { metadata: { name: 'kept' } });
  const body = { metadata: { name: 'kept' }, spec: { finalizers: [] } };
  assert.deepEqual(valueAt((await api.call('PUT', path, body)).body, 'spec', 'finalizers'), ['kubernetes']);
});
