import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { recordsAt, valueAt } from '../json.ts';
import { startTestServer, type TestServer } from '../testing/test-client.ts';

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
const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const managers = (body: object) =>
  recordsAt(body, 'metadata', 'managedFields').map(({ manager, operation }) => `${manager} ${operation}`);
const ownedBy = (body: object, manager: string) =>
  recordsAt(body, 'metadata', 'managedFields').find((entry) => entry.manager === manager)?.fieldsV1;
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

test('apply: value set by an update -> conflict with the updater and its version, force sets it back', async () => {
  const path = '/api/v1/namespaces/default/configmaps/c';
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } };
  await apply(path, 'one', config);
  await api.call('PATCH', `${path}?fieldManager=editor`, { data: { a: '2', b: '3' } }, merge);
  const refused = await apply(path, 'one', config);
  assert.equal(refused.body.message, 'Apply failed with 1 conflict: conflict with "editor" using v1: .data.a');
  const { status, body } = await apply(path, 'one', config, '&force=true');
  assert.deepEqual([status, body.data], [200, { a: '1', b: '3' }]);
  assert.deepEqual(managers(body), ['one Apply', 'editor Update']);
});

test('managedFields: create and update by User-Agent or fieldManager -> each owns what it changed', async () => {
  const path = '/api/v1/namespaces/default/configmaps';
  const created = await api.call('POST', `${path}?fieldManager=creator`, {
    metadata: { name: 'm', labels: { x: '1' } },
    data: { a: '1', b: '1' },
  });
  assert.deepEqual(ownedBy(created.body, 'creator'), {
    'f:metadata': { 'f:labels': { '.': {}, 'f:x': {} } },
    'f:data': { '.': {}, 'f:a': {}, 'f:b': {} },
  });
  const { body } = await api.call(
    'PATCH',
    `${path}/m?fieldManager=editor`,
    { data: { a: '2', b: null, c: '1' } },
    merge,
  );
  assert.deepEqual(ownedBy(body, 'creator'), {
    'f:metadata': { 'f:labels': { '.': {}, 'f:x': {} } },
    'f:data': {},
  });
  assert.deepEqual(ownedBy(body, 'editor'), { 'f:data': { 'f:a': {}, 'f:c': {} } });
  const rewritten = await api.call('PUT', `${path}/m?fieldManager=third`, {
    metadata: { name: 'm' },
    binaryData: { z: '' },
  });
  assert.deepEqual(managers(rewritten.body), ['third Update'], 'who owns nothing any more is left out');
  const plain = await api.call('POST', path, { metadata: { name: 'agentless' }, data: { a: '1' } });
  assert.deepEqual(managers(plain.body), ['unknown Update']);
});

test('managedFields: nothing changed -> nothing recorded, no new version', async () => {
  const path = '/api/v1/namespaces/default/configmaps';
  const created = await api.call('POST', `${path}?fieldManager=a`, { metadata: { name: 'same' }, data: { a: '1' } });
  const { body } = await api.call('PATCH', `${path}/same?fieldManager=b`, { data: { a: '1' } }, merge);
  assert.deepEqual(body, created.body);
});

test('managedFields: [{}] forgets, other entries in order replace, what is out of order is not taken over', async () => {
  const path = '/api/v1/namespaces/default/configmaps';
  const { body } = await api.call('POST', `${path}?fieldManager=a`, { metadata: { name: 'reset' }, data: { a: '1' } });
  const [entry] = recordsAt(body, 'metadata', 'managedFields');
  const renamed = [{ ...entry, manager: 'kubectl', operation: 'Apply' }];
  const set = (managedFields: unknown) => api.call('PATCH', `${path}/reset`, { metadata: { managedFields } }, merge);
  assert.deepEqual(managers((await set(renamed)).body), ['kubectl Apply']);
  assert.deepEqual(managers((await set([{ manager: 'x' }])).body), ['kubectl Apply']);
  assert.deepEqual(managers((await set([{ ...entry, fieldsV1: { 'f:a': 1 } }])).body), ['kubectl Apply']);
  assert.equal(valueAt((await set([{}])).body, 'metadata', 'managedFields'), undefined);
  const later = await api.call('PATCH', `${path}/reset?fieldManager=b`, { data: { b: '1' } }, merge);
  assert.equal(valueAt(later.body, 'metadata', 'managedFields'), undefined, 'stays unrecorded until applied');
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'reset' }, data: { a: '9' } };
  const refused = await apply(`${path}/reset`, 'one', config);
  assert.match(String(refused.body.message), /conflict with "before-first-apply" using v1: .data.a$/);
  const forced = await apply(`${path}/reset`, 'one', config, '&force=true');
  assert.deepEqual(managers(forced.body), ['one Apply', 'before-first-apply Update']);
});

test('managedFields: status and scale are recorded beside the object', async () => {
  await apply(`${deployments}/parts`, 'one', { ...deployment(1, [container('a')]), metadata: { name: 'parts' } });
  await api.call('PATCH', `${deployments}/parts/status?fieldManager=controller`, { status: { replicas: 1 } }, merge);
  await api.call('PATCH', `${deployments}/parts/scale?fieldManager=scaler`, { spec: { replicas: 4 } }, merge);
  const { body } = await api.call('GET', `${deployments}/parts`);
  assert.deepEqual(
    recordsAt(body, 'metadata', 'managedFields').map(({ manager, subresource }) => `${manager} ${subresource}`),
    ['one undefined', 'controller status', 'scaler scale'],
  );
  assert.equal(valueAt(ownedBy(body, 'one'), 'f:spec', 'f:replicas'), undefined, 'taken by the scaler');
  const refused = await apply(`${deployments}/parts`, 'one', {
    ...deployment(1, [container('a')]),
    metadata: { name: 'parts' },
  });
  assert.match(
    String(refused.body.message),
    /conflict with "scaler" with subresource "scale" using apps\/v1: .spec.replicas$/,
  );
});

test('apply: several conflicts -> listed by owner, one cause each', async () => {
  await apply(`${deployments}/many`, 'one', { ...deployment(1, [container('a')]), metadata: { name: 'many' } });
  const other = { ...deployment(2, [container('a', { image: 'other' })]), metadata: { name: 'many' } };
  const { status, body } = await apply(`${deployments}/many`, 'two', other);
  const fields = ['.spec.replicas', '.spec.template.spec.containers[name="a"].image'];
  assert.equal(status, 409);
  assert.equal(body.message, `Apply failed with 2 conflicts: conflicts with "one":\n- ${fields[0]}\n- ${fields[1]}`);
  assert.deepEqual(
    recordsAt(body, 'details', 'causes').map(({ reason, field }) => [reason, field]),
    fields.map((field) => ['FieldManagerConflict', field]),
  );
});

test('apply: field that two set alike -> stays until both leave it out', async () => {
  const path = '/api/v1/namespaces/default/configmaps/shared';
  const config = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' }, data });
  await apply(path, 'one', config({ a: '1', mine: 'x' }));
  await apply(path, 'two', config({ a: '1' }));
  assert.deepEqual((await apply(path, 'one', config({ mine: 'x' }))).body.data, { a: '1', mine: 'x' });
  assert.deepEqual((await apply(path, 'two', config({}))).body.data, { mine: 'x' });
});

test('apply: item that another owns a field of -> stays with that field', async () => {
  await apply(`${deployments}/items`, 'one', {
    ...deployment(1, [container('a'), container('b')]),
    metadata: { name: 'items' },
  });
  const path = `${deployments}/items?fieldManager=limits`;
  const limited = { name: 'b', resources: { limits: { cpu: '1' } } };
  await api.call('PATCH', path, { spec: { template: { spec: { containers: [limited] } } } }, strategic);
  const { status, body } = await apply(`${deployments}/items`, 'one', {
    ...deployment(1, [container('a')]),
    metadata: { name: 'items' },
  });
  // Its image went with its owner, the limits did not.
  assert.equal(status, 422);
  assert.match(String(body.message), /containers\[1\]\.image: Required value/);
});

test('apply by kubectl after its client-side apply -> no conflict for what it applied, one for what others changed', async () => {
  const path = '/api/v1/namespaces/default/configmaps';
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
  const config = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'up' }, data });
  const lastApplied = JSON.stringify(config({ a: '1', b: '1' }));
  await api.call('POST', `${path}?fieldManager=kubectl-client-side-apply`, {
    ...config({ a: '1', b: '1' }),
    metadata: { name: 'up', annotations: { [annotation]: lastApplied } },
  });
  const taken = await apply(`${path}/up`, 'kubectl', config({ a: '2', b: '1' }));
  assert.deepEqual([taken.status, taken.body.data], [200, { a: '2', b: '1' }]);
  assert.match(String(valueAt(taken.body, 'metadata', 'annotations', annotation)), /"a":"2"/);
  await api.call('PATCH', `${path}/up?fieldManager=editor`, { data: { b: '5' } }, merge);
  assert.equal((await apply(`${path}/up`, 'kubectl', config({ a: '2', b: '1' }))).status, 409);
});

const wrong: readonly { name: string; config: object; query?: string; status: number; words: RegExp }[] = [
  {
    name: 'two items with one key',
    config: deployment(1, [container('a'), container('a')]),
    status: 400,
    words: /\.containers: duplicate entries for key {"name":"a"}/,
  },
  {
    name: 'item without its key',
    config: deployment(1, [{ image: 'x' }]),
    status: 400,
    words: /\.containers: element 0: .* omits its key/,
  },
  {
    name: 'managedFields in the configuration',
    config: { metadata: { name: 'd', managedFields: [{ manager: 'x' }] } },
    status: 400,
    words: /managedFields must be nil/,
  },
  {
    name: 'another kind',
    config: { apiVersion: 'v1', kind: 'Pod' },
    status: 400,
    words: /does not match|cannot be handled/,
  },
  {
    name: 'another name',
    config: { metadata: { name: 'other' } },
    status: 400,
    words: /does not match the name on the URL/,
  },
  {
    name: 'an old resourceVersion',
    config: { metadata: { name: 'd', resourceVersion: '1' } },
    status: 409,
    words: /modified/,
  },
  { name: 'a list', config: [], status: 400, words: /must be one object/ },
];
for (const row of wrong) {
  test(`apply: ${row.name} -> ${row.status}`, async () => {
    await apply(`${deployments}/d`, 'one', deployment(2, [container('a')]));
    const { status, body } = await apply(`${deployments}/d`, 'wrong', row.config);
    assert.equal(status, row.status, JSON.stringify(body));
    assert.match(String(body.message), row.words);
  });
}

test('fieldManager: too long or not printable -> 422', async () => {
  for (const name of ['x'.repeat(129), 'a%07b']) {
    const { status, body } = await apply(`${deployments}/d`, name, deployment(2, [container('a')]));
    assert.deepEqual([status, body.reason], [422, 'Invalid']);
  }
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
