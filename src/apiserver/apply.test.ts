import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeFields, encodeFields, fieldsOf, formatPath, pathKey } from './field-set.ts';
import { recordsAt, valueAt } from './json.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

const deployments = '/apis/apps/v1/namespaces/default/deployments';
const apply = (path: string, manager: string, config: unknown, query = '') =>
  api.call('PATCH', `${path}?fieldManager=${manager}${query}`, config, 'application/apply-patch+yaml');
const container = (name: string, more: object = {}) => ({ name, image: 'nginx', ...more });
const deployment = (replicas: number | undefined, containers: object[], labels: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', labels },
  spec: {
    ...(replicas !== undefined && { replicas }),
    selector: { matchLabels: { app: 'd' } },
    template: { metadata: { labels: { app: 'd' } }, spec: { containers } },
  },
});
const names = (body: object) => recordsAt(body, 'spec', 'template', 'spec', 'containers').map((item) => item.name);

test('apply: missing object -> 201 with managedFields; the same again -> nothing changes', async () => {
  const first = await apply(`${deployments}/d`, 'one', deployment(2, [container('a'), container('b')], { x: '1' }));
  assert.equal(first.status, 201);
  const [entry] = recordsAt(first.body, 'metadata', 'managedFields');
  assert.deepEqual([entry?.manager, entry?.operation, entry?.fieldsType], ['one', 'Apply', 'FieldsV1']);
  assert.deepEqual(valueAt(entry, 'fieldsV1', 'f:spec', 'f:replicas'), {});
  const again = await apply(`${deployments}/d`, 'one', deployment(2, [container('a'), container('b')], { x: '1' }));
  assert.equal(again.status, 200);
  assert.deepEqual(
    valueAt(again.body, 'metadata', 'resourceVersion'),
    valueAt(first.body, 'metadata', 'resourceVersion'),
  );
});

test('apply: what the manager no longer says -> removed, list items and labels too', async () => {
  const { body } = await apply(`${deployments}/d`, 'one', deployment(2, [container('a')]));
  assert.deepEqual(names(body), ['a']);
  assert.equal(valueAt(body, 'metadata', 'labels', 'x'), undefined);
});

test('apply: another manager sets its own field -> both stay; a field of the other -> 409 with cause, force takes it', async () => {
  const other = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', labels: { mine: 'yes' } } };
  const added = await apply(`${deployments}/d`, 'two', other);
  assert.deepEqual([added.status, valueAt(added.body, 'metadata', 'labels', 'mine')], [200, 'yes']);
  const fight = { ...other, spec: { replicas: 5 } };
  const refused = await apply(`${deployments}/d`, 'two', fight);
  assert.equal(refused.status, 409);
  assert.equal(refused.body.message, 'Apply failed with 1 conflict: conflict with "one": .spec.replicas');
  assert.equal(recordsAt(refused.body, 'details', 'causes')[0]?.field, '.spec.replicas');
  const forced = await apply(`${deployments}/d`, 'two', fight, '&force=true');
  assert.deepEqual([forced.status, valueAt(forced.body, 'spec', 'replicas')], [200, 5]);
  // The field is the other's now: leaving it out does not remove it.
  const without = await apply(`${deployments}/d`, 'one', deployment(undefined, [container('a')]));
  assert.deepEqual(
    [valueAt(without.body, 'spec', 'replicas'), valueAt(without.body, 'metadata', 'labels', 'mine')],
    [5, 'yes'],
  );
});

test('apply: value set by an update -> set back without conflict', async () => {
  const path = '/api/v1/namespaces/default/configmaps/c';
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } };
  await apply(path, 'one', config);
  await api.call('PATCH', path, { data: { a: '2', b: '3' } }, 'application/merge-patch+json');
  const { status, body } = await apply(path, 'one', config);
  assert.deepEqual([status, body.data], [200, { a: '1', b: '3' }]);
});

test('apply: custom kind, YAML body -> lists whole, removed when left out', async () => {
  const path = '/apis/projectcalico.org/v3/ipreservations/r';
  const yaml =
    'apiVersion: projectcalico.org/v3\nkind: IPReservation\nmetadata: {name: r}\nspec:\n  reservedCIDRs: [10.0.0.0/24, 10.0.1.0/24]\n';
  assert.equal((await apply(path, 'one', yaml)).status, 201);
  const { body } = await apply(path, 'one', yaml.replace(', 10.0.1.0/24', ''));
  assert.deepEqual(body.spec, { reservedCIDRs: ['10.0.0.0/24'] });
});

test('apply: status subresource -> only status', async () => {
  await api.call('POST', '/api/v1/nodes', { metadata: { name: 'n' } });
  const config = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
  const { body } = await apply('/api/v1/nodes/n/status', 'kubelet', config);
  assert.deepEqual(valueAt(body, 'status', 'conditions'), [{ type: 'Ready', status: 'True' }]);
  assert.equal(
    (await apply('/api/v1/nodes/none/status', 'kubelet', { ...config, metadata: { name: 'none' } })).status,
    404,
  );
});

test('fields: encode and decode -> the same paths; conflicts name them readably', () => {
  const value = {
    spec: { containers: [{ name: 'a', ports: [{ containerPort: 1 }], args: ['x'] }], empty: {} },
    metadata: { finalizers: ['f'] },
  };
  const paths = fieldsOf('Pod', value);
  assert.deepEqual(decodeFields(encodeFields(paths)).map(pathKey).sort(), paths.map(pathKey).sort());
  assert.ok(
    paths.map(formatPath).includes('.spec.containers[name="a"].ports[containerPort=1,protocol="TCP"].containerPort'),
  );
  assert.ok(paths.map(formatPath).includes('.metadata.finalizers["f"]'));
});
