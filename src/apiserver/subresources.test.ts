import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { recordsAt, valueAt } from './json.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

const pods = '/api/v1/namespaces/default/pods';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const protobuf = 'application/vnd.kubernetes.protobuf';
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

function fleet(scale: object) {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const version = { name: 'v1', served: true, storage: true, schema, subresources: { status: {}, scale } };
  const names = { plural: 'fleets', kind: 'Fleet' };
  return {
    metadata: { name: 'fleets.example.org' },
    spec: { group: 'example.org', scope: 'Namespaced', names, versions: [version] },
  };
}

async function createPod(name: string): Promise<void> {
  const spec = { containers: [{ name: 'a', image: 'x' }] };
  const { status } = await api.call('POST', pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
  assert.equal(status, 201);
}

test('eviction: POST -> 201, the pod is deleted; dryRun -> it stays; no such pod -> 404', async () => {
  await createPod('evicted');
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'evicted' } };
  const dry = await api.call('POST', `${pods}/evicted/eviction`, { ...body, deleteOptions: { dryRun: ['All'] } });
  assert.equal(dry.status, 201);
  assert.equal((await api.call('GET', `${pods}/evicted`)).status, 200);
  assert.equal((await api.call('POST', `${pods}/evicted/eviction`, body)).status, 201);
  assert.equal((await api.call('GET', `${pods}/evicted`)).status, 404);
  assert.equal((await api.call('POST', `${pods}/evicted/eviction`, body)).status, 404);
  assert.equal((await api.call('GET', `${pods}/evicted/eviction`)).status, 405);
});

test('bindings: POST to the collection -> the pod named in the body gets its node', async () => {
  await createPod('bound');
  const binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'bound' },
    target: { kind: 'Node', name: 'n1' },
  };
  const { status } = await api.call('POST', '/api/v1/namespaces/default/bindings', binding);
  assert.equal(status, 201);
  assert.equal(valueAt((await api.call('GET', `${pods}/bound`)).body, 'spec', 'nodeName'), 'n1');
  assert.equal((await api.call('POST', '/api/v1/namespaces/default/bindings', { target: { name: 'n' } })).status, 422);
});

test('finalize: finalizers taken from a namespace that is being deleted -> it is gone', async () => {
  const path = '/api/v1/namespaces/final';
  await api.call('POST', '/api/v1/namespaces', { metadata: { name: 'final' }, spec: { finalizers: ['kubernetes'] } });
  const set = { metadata: { name: 'final' }, spec: { finalizers: ['example.org/mine', 'kubernetes'] } };
  assert.equal((await api.call('PUT', `${path}/finalize`, set)).status, 200);
  assert.deepEqual(valueAt((await api.call('GET', path)).body, 'spec', 'finalizers'), set.spec.finalizers);
  await api.call('DELETE', path);
  const stale = { metadata: { name: 'final', resourceVersion: '1' }, spec: { finalizers: [] } };
  assert.equal((await api.call('PUT', `${path}/finalize`, stale)).status, 409);
  assert.equal((await api.call('PUT', `${path}/finalize`, { ...stale, metadata: { name: 'final' } })).status, 200);
  assert.equal((await api.call('GET', path)).status, 404);
});

test('scale: GET as a Table -> desired and available', async () => {
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'x' }] } };
  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  const spec = { replicas: 3, selector: { matchLabels: labels }, template };
  await api.call('POST', deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec });
  const { body } = await api.get(`${deployments}/web/scale`, table);
  assert.deepEqual(
    recordsAt(body, 'columnDefinitions').map(({ name }) => name),
    ['Name', 'Desired', 'Available', 'Age'],
  );
  const rows = recordsAt(body, 'rows').map(({ cells }) => cells);
  assert.match(JSON.stringify(rows), /^\[\["web",3,0,"\d+s"\]\]$/);
});

test('scale of a custom kind: GET, PATCH, PUT at the paths of its definition; listed for discovery', async () => {
  const replicas = { specReplicasPath: '.spec.size.wanted', statusReplicasPath: '.status.n' };
  await api.call('POST', definitions, fleet({ ...replicas, labelSelectorPath: '.status.which' }));
  const fleets = '/apis/example.org/v1/namespaces/default/fleets';
  await api.call('POST', fleets, { apiVersion: 'example.org/v1', kind: 'Fleet', metadata: { name: 'a' }, spec: {} });
  const merge = 'application/merge-patch+json';
  await api.call('PATCH', `${fleets}/a/status`, { status: { n: 2, which: 'a=b' } }, merge);
  const patched = await api.call('PATCH', `${fleets}/a/scale`, { spec: { replicas: 5 } }, merge);
  assert.deepEqual([patched.status, patched.body.kind, patched.body.spec], [200, 'Scale', { replicas: 5 }]);
  assert.deepEqual(patched.body.status, { replicas: 2, selector: 'a=b' });
  const put = await api.call('PUT', `${fleets}/a/scale`, { ...patched.body, spec: { replicas: 7 } });
  assert.equal(put.status, 200);
  assert.deepEqual((await api.call('GET', `${fleets}/a/scale`)).body.spec, { replicas: 7 });
  assert.deepEqual((await api.call('GET', `${fleets}/a`)).body.spec, { size: { wanted: 7 } });
  const { body } = await api.call('GET', '/apis/example.org/v1');
  const found = recordsAt(body, 'resources').find(({ name }) => name === 'fleets/scale');
  assert.deepEqual([found?.group, found?.kind], ['autoscaling', 'Scale']);
});

test('scale of a custom kind: a path that is no plain path below spec or status -> 422 with the field', async () => {
  const { status, body } = await api.call('POST', definitions, fleet({ specReplicasPath: '.status.replicas' }));
  assert.equal(status, 422);
  const fields = recordsAt(body, 'details', 'causes').map(({ field }) => String(field).split('.').at(-1));
  assert.deepEqual(fields, ['specReplicasPath', 'statusReplicasPath']);
});

test('what is not served -> 404 that names it, with details, whatever form the body has', async () => {
  const token = await api.call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', 'k8s\0', protobuf);
  assert.deepEqual([token.status, token.body.details], [404, {}]);
  assert.match(String(token.body.message), /does not serve serviceaccounts\/token$/);
  const job = await api.call('POST', '/apis/batch/v1/namespaces/default/jobs', {});
  assert.match(String(job.body.message), /could not find the requested resource: .* does not serve jobs in batch\/v1$/);
});

test('subresource that is not served -> 404', async () => {
  await createPod('plain');
  assert.equal((await api.call('GET', `${pods}/plain/nothing`)).status, 404);
  assert.equal((await api.call('PUT', `${pods}/plain/scale`, {})).status, 404);
  assert.equal((await api.call('POST', `${pods}/plain/status`, {})).status, 405);
});
