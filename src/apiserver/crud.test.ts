import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { recordAt, recordsAt, stringAt, valueAt } from './json.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

const configMaps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const configMap = (name: string, more: object = {}) => ({ metadata: { name, ...more }, data: { a: '1' } });
const pod = (name: string, more: object = {}) => ({
  metadata: { name, labels: { app: name } },
  spec: { containers: [{ name: 'main', image: 'nginx:1.14.2' }], ...more },
});

test('create: new object -> 201 with uid, creationTimestamp, resourceVersion, namespace', async () => {
  const { status, body } = await api.call('POST', configMaps, configMap('created'));
  assert.equal(status, 201);
  assert.match(stringAt(body, 'metadata', 'uid') ?? '', /^[0-9a-f-]{36}$/);
  assert.match(stringAt(body, 'metadata', 'creationTimestamp') ?? '', /^\d{4}-\d\d-\d\dT[\d:]{8}Z$/);
  assert.match(stringAt(body, 'metadata', 'resourceVersion') ?? '', /^\d+$/);
  assert.equal(valueAt(body, 'metadata', 'namespace'), 'default');
  assert.deepEqual((await api.call('GET', `${configMaps}/created`)).body, body);
});

test('create: generateName -> five letters behind it', async () => {
  const { body } = await api.call('POST', configMaps, { metadata: { generateName: 'web-' } });
  assert.match(stringAt(body, 'metadata', 'name') ?? '', /^web-[a-z0-9]{5}$/);
});

test('create: empty labels, annotations, finalizers -> none, as kubectl diff expects', async () => {
  const metadata = { name: 'bare', labels: {}, annotations: {}, finalizers: [], ownerReferences: [] };
  const { body } = await api.call('POST', '/api/v1/namespaces/default/configmaps', { metadata });
  const fields = Object.keys(valueAt(body, 'metadata') as object);
  assert.deepEqual(fields.sort(), ['creationTimestamp', 'name', 'namespace', 'resourceVersion', 'uid']);
});

test('create: YAML body -> stored as JSON', async () => {
  const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-yaml\ndata:\n  k: v\n';
  const { status, body } = await api.call('POST', configMaps, yaml, 'application/yaml');
  assert.equal(status, 201);
  assert.deepEqual(body.data, { k: 'v' });
});

const refusedCreations: readonly {
  name: string;
  path?: string;
  body: unknown;
  status: number;
  reason: string;
  message: RegExp;
}[] = [
  {
    name: 'name taken',
    body: configMap('created'),
    status: 409,
    reason: 'AlreadyExists',
    message: /^configmaps "created" already exists$/,
  },
  {
    name: 'missing namespace',
    path: '/api/v1/namespaces/nowhere/configmaps',
    body: configMap('a'),
    status: 404,
    reason: 'NotFound',
    message: /^namespaces "nowhere" not found$/,
  },
  {
    name: 'other namespace in body',
    body: configMap('a', { namespace: 'kube-system' }),
    status: 400,
    reason: 'BadRequest',
    message: /does not match the namespace/,
  },
  {
    name: 'no name',
    body: { metadata: {} },
    status: 422,
    reason: 'Invalid',
    message: /metadata\.name: Required value/,
  },
  {
    name: 'upper case name',
    body: configMap('Bad_Name'),
    status: 422,
    reason: 'Invalid',
    message:
      /^ConfigMap "Bad_Name" is invalid: metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain/,
  },
  {
    name: 'resourceVersion set',
    body: configMap('a', { resourceVersion: '5' }),
    status: 400,
    reason: 'BadRequest',
    message: /resourceVersion should not be set/,
  },
  {
    name: 'other kind',
    body: { kind: 'Secret', ...configMap('a') },
    status: 400,
    reason: 'BadRequest',
    message: /Secret in version "v1" cannot be handled as a ConfigMap/,
  },
  {
    name: 'other apiVersion',
    body: { apiVersion: 'v2', ...configMap('a') },
    status: 400,
    reason: 'BadRequest',
    message: /does not match the expected API version \(v1\)/,
  },
  {
    name: 'bad label',
    body: configMap('a', { labels: { 'a/b/c': 'x' } }),
    status: 422,
    reason: 'Invalid',
    message: /metadata\.labels/,
  },
  {
    name: 'all-namespaces path',
    path: '/api/v1/configmaps',
    body: configMap('a'),
    status: 400,
    reason: 'BadRequest',
    message: /namespace/,
  },
  {
    name: 'pod without containers',
    path: pods,
    body: { metadata: { name: 'a' }, spec: {} },
    status: 422,
    reason: 'Invalid',
    message: /spec\.containers: Required value/,
  },
  { name: 'malformed JSON', body: '{"metadata":', status: 400, reason: 'BadRequest', message: /cannot be parsed/ },
  { name: 'array body', body: '[]', status: 400, reason: 'BadRequest', message: /one JSON object/ },
  {
    name: 'metadata is a list',
    body: { metadata: [] },
    status: 400,
    reason: 'BadRequest',
    message: /metadata must be an object/,
  },
  {
    name: 'nested 300 levels',
    body: `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`,
    status: 400,
    reason: 'BadRequest',
    message: /nested deeper/,
  },
  {
    name: '__proto__ key',
    body: '{"metadata":{"name":"a"},"data":{"__proto__":{"x":"y"}}}',
    status: 400,
    reason: 'BadRequest',
    message: /__proto__/,
  },
  {
    name: '4 MiB body',
    body: configMap('a', { annotations: { x: 'y'.repeat(4 << 20) } }),
    status: 413,
    reason: 'RequestEntityTooLarge',
    message: /too large/,
  },
];
for (const row of refusedCreations) {
  test(`create: ${row.name} -> ${row.status} ${row.reason}`, async () => {
    const { status, body } = await api.call('POST', row.path ?? configMaps, row.body);
    assert.deepEqual([status, body.kind, body.reason, body.code], [row.status, 'Status', row.reason, row.status]);
    assert.match(String(body.message), row.message);
  });
}

test('create: form content type -> 415', async () => {
  const { status } = await api.call('POST', configMaps, 'a=b', 'application/x-www-form-urlencoded');
  assert.equal(status, 415);
});

test('create: dryRun=All -> 201, nothing stored', async () => {
  assert.equal((await api.call('POST', `${configMaps}?dryRun=All`, configMap('dry'))).status, 201);
  assert.equal((await api.call('GET', `${configMaps}/dry`)).status, 404);
});

test('get: missing object -> 404 as kubectl users know it', async () => {
  const { status, body } = await api.call('GET', `${pods}/gone`);
  assert.equal(status, 404);
  assert.equal(body.message, 'pods "gone" not found');
  assert.deepEqual(body.details, { name: 'gone', kind: 'pods' });
  const deployment = await api.call('GET', '/apis/apps/v1/namespaces/default/deployments/gone');
  assert.equal(deployment.body.message, 'deployments.apps "gone" not found');
});

test('update: stale resourceVersion -> 409 with the known words', async () => {
  const first = (await api.call('POST', configMaps, configMap('cas'))).body;
  const second = await api.call('PUT', `${configMaps}/cas`, { ...first, data: { a: '2' } });
  assert.equal(second.status, 200);
  const lost = await api.call('PUT', `${configMaps}/cas`, { ...first, data: { a: '3' } });
  assert.equal(lost.status, 409);
  assert.equal(
    lost.body.message,
    'Operation cannot be fulfilled on configmaps "cas": the object has been modified; please apply your changes to the latest version and try again',
  );
  const blind = await api.call('PUT', `${configMaps}/cas`, configMap('cas'));
  assert.equal(blind.status, 200);
});

test('update: nothing changed -> same resourceVersion', async () => {
  const first = (await api.call('POST', configMaps, configMap('same'))).body;
  const again = await api.call('PUT', `${configMaps}/same`, configMap('same'));
  assert.equal(valueAt(again.body, 'metadata', 'resourceVersion'), valueAt(first, 'metadata', 'resourceVersion'));
});

test('update: other name in body -> 400; wrong uid -> 409; missing object -> 404', async () => {
  await api.call('POST', configMaps, configMap('ids'));
  assert.equal((await api.call('PUT', `${configMaps}/ids`, configMap('other'))).status, 400);
  assert.equal((await api.call('PUT', `${configMaps}/ids`, configMap('ids', { uid: 'x' }))).status, 409);
  assert.equal((await api.call('PUT', `${configMaps}/none`, configMap('none'))).status, 404);
});

test('status: main resource and /status leave each other alone, generation counts spec only', async () => {
  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  const template = { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'a', image: 'b' }] } };
  const spec = { selector: { matchLabels: { app: 'd' } }, template };
  const created = (await api.call('POST', deployments, { metadata: { name: 'd' }, spec, status: { replicas: 9 } }))
    .body;
  assert.deepEqual([valueAt(created, 'metadata', 'generation'), created.status], [1, {}]);
  assert.equal(valueAt(created, 'spec', 'replicas'), 1);
  const status = (
    await api.call('PUT', `${deployments}/d/status`, {
      ...created,
      spec: { ...spec, replicas: 5 },
      status: { replicas: 3 },
    })
  ).body;
  assert.deepEqual([valueAt(status, 'spec', 'replicas'), valueAt(status, 'status', 'replicas')], [1, 3]);
  assert.equal(valueAt(status, 'metadata', 'generation'), 1);
  const main = (await api.call('PUT', `${deployments}/d`, { ...status, spec: { ...spec, replicas: 4 }, status: {} }))
    .body;
  assert.deepEqual([valueAt(main, 'spec', 'replicas'), valueAt(main, 'status', 'replicas')], [4, 3]);
  assert.equal(valueAt(main, 'metadata', 'generation'), 2);
});

test('scale: PUT sets spec.replicas, GET shows selector', async () => {
  const path = '/apis/apps/v1/namespaces/default/deployments/d/scale';
  const put = await api.call('PUT', path, { metadata: { name: 'd' }, spec: { replicas: 7 } });
  assert.deepEqual([put.status, valueAt(put.body, 'spec', 'replicas')], [200, 7]);
  const { body } = await api.call('GET', path);
  assert.deepEqual(
    [body.kind, valueAt(body, 'spec', 'replicas'), valueAt(body, 'status', 'selector')],
    ['Scale', 7, 'app=d'],
  );
});

test('pod: defaults that clients rely on', async () => {
  const { body } = await api.call('POST', pods, pod('defaults'));
  assert.deepEqual(
    [
      valueAt(body, 'spec', 'restartPolicy'),
      valueAt(body, 'spec', 'terminationGracePeriodSeconds'),
      valueAt(body, 'status', 'phase'),
    ],
    ['Always', 30, 'Pending'],
  );
  assert.equal(recordsAt(body, 'spec', 'containers')[0]?.imagePullPolicy, 'IfNotPresent');
});

test('pod: binding sets the node once, then 409; moving by update -> 422', async () => {
  await api.call('POST', pods, pod('bound'));
  const binding = { metadata: { name: 'bound' }, target: { kind: 'Node', name: 'node1' } };
  assert.equal((await api.call('POST', `${pods}/bound/binding`, binding)).status, 201);
  assert.equal((await api.call('POST', `${pods}/bound/binding`, binding)).status, 409);
  const found = (await api.call('GET', `${pods}/bound`)).body;
  assert.equal(valueAt(found, 'spec', 'nodeName'), 'node1');
  const moved = await api.call('PUT', `${pods}/bound`, {
    ...found,
    spec: { ...recordAt(found, 'spec'), nodeName: 'node2' },
  });
  assert.equal(moved.status, 422);
});

test('list: label and field selectors, all namespaces', async () => {
  await api.call('POST', '/api/v1/namespaces', { metadata: { name: 'lists' } });
  const path = '/api/v1/namespaces/lists/pods';
  await api.call('POST', path, pod('a'));
  await api.call('POST', path, pod('b', { nodeName: 'node1' }));
  await api.call('POST', path, pod('c', { nodeName: 'node2' }));
  const names = async (query: string) =>
    recordsAt((await api.call('GET', `${path}?${query}`)).body, 'items').map((item) =>
      valueAt(item, 'metadata', 'name'),
    );
  assert.deepEqual(await names(''), ['a', 'b', 'c']);
  assert.deepEqual(await names('labelSelector=app%20in%20(a,c)'), ['a', 'c']);
  assert.deepEqual(await names('labelSelector=app!=a,app'), ['b', 'c']);
  assert.deepEqual(await names('labelSelector=!app'), []);
  assert.deepEqual(await names('fieldSelector=spec.nodeName=node1'), ['b']);
  assert.deepEqual(await names('fieldSelector=spec.nodeName='), ['a']);
  assert.deepEqual(await names('fieldSelector=spec.nodeName!=node1,metadata.name!=a'), ['c']);
  const all = await api.call('GET', '/api/v1/pods?fieldSelector=metadata.namespace=lists');
  assert.equal(recordsAt(all.body, 'items').length, 3);
});

test('list: limit and continue -> every object once, in the state of the first page', async () => {
  await api.call('POST', '/api/v1/namespaces', { metadata: { name: 'pages' } });
  const path = '/api/v1/namespaces/pages/configmaps';
  for (const name of ['a', 'b', 'c', 'd', 'e']) await api.call('POST', path, configMap(name));
  const seen: unknown[] = [];
  let token = '';
  let version: unknown;
  for (let page = 0; page < 5; page++) {
    const { body } = await api.call('GET', `${path}?limit=2&continue=${token}`);
    version ??= valueAt(body, 'metadata', 'resourceVersion');
    assert.equal(valueAt(body, 'metadata', 'resourceVersion'), version);
    seen.push(
      ...recordsAt(body, 'items').map((item) => `${valueAt(item, 'metadata', 'name')}=${valueAt(item, 'data', 'a')}`),
    );
    token = stringAt(body, 'metadata', 'continue') ?? '';
    if (token === '') break;
    await api.call('DELETE', `${path}/c`);
    await api.call('PUT', `${path}/d`, { metadata: { name: 'd' }, data: { a: 'changed' } });
    await api.call('POST', path, configMap(`new${page}`));
  }
  assert.deepEqual(seen, ['a=1', 'b=1', 'c=1', 'd=1', 'e=1']);
});

const badReads: readonly { name: string; path: string; status: number }[] = [
  { name: 'limit is no number', path: `${pods}?limit=x`, status: 400 },
  { name: 'negative limit', path: `${pods}?limit=-1`, status: 400 },
  { name: 'broken continue', path: `${pods}?continue=abc`, status: 400 },
  { name: 'broken label selector', path: `${pods}?labelSelector=a%20in%20b`, status: 400 },
  { name: 'unsupported field', path: `${pods}?fieldSelector=spec.foo=1`, status: 400 },
  { name: 'resourceVersion is no number', path: `${pods}?resourceVersion=abc`, status: 400 },
  { name: 'resourceVersion of the future', path: `${pods}?resourceVersion=999999999`, status: 504 },
  { name: 'dot segments', path: '/api/v1/namespaces/default/../../../etc/passwd', status: 404 },
  { name: 'encoded slash', path: '/api/v1/namespaces/default/pods/a%2Fb', status: 404 },
  { name: 'broken percent', path: '/api/v1/namespaces/%zz/pods', status: 404 },
  { name: 'unknown kind', path: '/api/v1/widgets', status: 404 },
  { name: 'unknown group', path: '/apis/example.com/v1/widgets', status: 404 },
  { name: 'unknown version', path: '/apis/apps/v2/deployments', status: 404 },
  { name: 'cluster kind in a namespace', path: '/api/v1/namespaces/default/nodes', status: 404 },
  { name: 'unknown subresource', path: `${pods}/defaults/frobnicate`, status: 404 },
];
for (const row of badReads) {
  test(`read: ${row.name} -> ${row.status} Status`, async () => {
    const { status, body } = await api.call('GET', row.path);
    assert.deepEqual([status, body.kind, body.code], [row.status, 'Status', row.status]);
  });
}

test('method: PUT on a collection, POST on an object, DELETE of all namespaces -> 405', async () => {
  assert.equal((await api.call('PUT', configMaps, configMap('a'))).status, 405);
  assert.equal((await api.call('POST', `${configMaps}/created`, configMap('a'))).status, 405);
  assert.equal((await api.call('DELETE', '/api/v1/namespaces')).status, 405);
});

test('discovery: groups, versions, resources with verbs, subresources and short names', async () => {
  const root = (await api.call('GET', '/')).body.paths as string[];
  for (const path of ['/api/v1', '/apis', '/apis/apps/v1', '/apis/projectcalico.org']) assert.ok(root.includes(path));
  assert.deepEqual((await api.call('GET', '/api')).body.versions, ['v1']);
  const groups = recordsAt((await api.call('GET', '/apis')).body, 'groups').map((group) => group.name);
  assert.ok(groups.includes('apps') && groups.includes('projectcalico.org') && groups.includes('apiextensions.k8s.io'));
  const core = recordsAt((await api.call('GET', '/api/v1')).body, 'resources');
  assert.deepEqual(core.find((resource) => resource.name === 'pods')?.shortNames, ['po']);
  assert.ok(core.some((resource) => resource.name === 'pods/status'));
  const calico = recordsAt((await api.call('GET', '/apis/projectcalico.org/v3')).body, 'resources');
  assert.ok(calico.some((resource) => resource.kind === 'IPPool'));
  assert.equal((await api.call('GET', '/readyz')).body.text, 'ok');
  assert.equal((await api.call('GET', '/version')).body.major, '1');
});
