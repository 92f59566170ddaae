import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import protobuf from 'protobufjs/light.js';
import { arrayAt } from './json.ts';
import { protobufType } from './protobuf/decode-body.ts';
import { socketsIn } from './streaming/sockets-in.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

const core = '/api/v1/namespaces/default';
const maps = `${core}/configmaps`;
let api: TestServer;
before(async () => {
  api = await startTestServer();
  await api.call('POST', maps, { metadata: { name: 'target' }, data: { a: '1' } });
});
after(() => api.stop());

const pod = (spec: object) => ({
  metadata: { name: 'hostile' },
  spec: { containers: [{ name: 'a', image: 'x' }], ...spec },
});
const resources = { requests: { cpu: `${'1'.repeat(1_000_000)}x` } };
const aliases = ['a: &a [x, x, x, x, x, x, x, x, x]', ...'bcdefghi'].map((name, index, all) =>
  index === 0
    ? name
    : `${name}: &${name} [${Array(9)
        .fill(`*${(all[index - 1] ?? '').slice(0, 1)}`)
        .join(', ')}]`,
);
const twice = Array.from({ length: 80_000 }, (_, index) => `"k${index}":0,"k${index}":0`).join();
const doubled = `{"metadata":{"name":"a"},"${'x'.repeat(1 << 20)}":{${twice}}}`;
const labels = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`-${index}`, '-']));

const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const apply = 'application/apply-patch+yaml';
const yaml = 'application/yaml';
const polluting = '{"metadata":{"__proto__":{"polluted":"yes"}}}';

type Row = readonly [name: string, method: string, path: string, body: unknown, status: number, type?: string];
const rows: readonly Row[] = [
  [
    'an amount of a million digits and a letter',
    'POST',
    `${core}/pods`,
    pod({ containers: [{ name: 'a', image: 'x', resources }] }),
    400,
  ],
  [
    'base64 of a million "="',
    'POST',
    `${core}/secrets`,
    { metadata: { name: 'a' }, data: { a: '='.repeat(1_000_000) } },
    400,
  ],
  ['keys twice below a key of a megabyte', 'POST', `${maps}?fieldValidation=Strict`, doubled, 400],
  ['a hundred thousand wrong labels', 'POST', maps, { metadata: { name: 'a', labels } }, 422],
  ['YAML whose aliases grow ninefold each', 'POST', maps, aliases.join('\n'), 400, yaml],
  ['__proto__ in YAML', 'POST', maps, 'metadata:\n  name: a\n  __proto__: {polluted: yes}\n', 400, yaml],
  ['__proto__ in a merge patch', 'PATCH', `${maps}/target`, polluting, 400, merge],
  ['__proto__ in a strategic merge patch', 'PATCH', `${maps}/target`, polluting, 400, strategic],
  ['__proto__ in what is applied', 'PATCH', `${maps}/target?fieldManager=a`, polluting, 400, apply],
  ['constructor in a merge patch', 'PATCH', `${maps}/target`, '{"data":{"constructor":"a"}}', 200, merge],
  [
    'constructor as the type of a Secret',
    'POST',
    `${core}/secrets`,
    { metadata: { name: 'b' }, type: 'constructor' },
    201,
  ],
  ['constructor as the version of protobuf', 'POST', `${core}/pods`, envelope('constructor', 'Pod'), 415, protobufType],
  ['a node whose name leads elsewhere', 'POST', `${core}/pods`, pod({ nodeName: '../../run/other' }), 422],
  ['a header of a megabyte', 'GET', `${maps}?labelSelector=${'a'.repeat(1 << 20)}`, undefined, 431],
];

function envelope(apiVersion: string, kind: string): Buffer {
  const writer = protobuf.Writer.create();
  writer.uint32(10).fork().uint32(10).string(apiVersion).uint32(18).string(kind).ldelim();
  return Buffer.concat([Buffer.from('k8s\0'), writer.finish()]);
}

for (const [name, method, path, body, expected, type = 'application/json'] of rows) {
  test(`hostile request: ${name} -> ${expected} within three seconds`, async () => {
    const started = performance.now();
    const { status, body: answer } = await api.call(method, path, body, type);
    assert.equal(status, expected, JSON.stringify(answer).slice(0, 500));
    assert.ok(performance.now() - started < 3000, `${performance.now() - started} ms`);
    assert.ok(JSON.stringify(answer).length < 16 << 20);
    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });
}

test('strategic merge: 30,000 items into a list of 30,000 others -> within three seconds', async () => {
  const env = (first: number) => Array.from({ length: 30_000 }, (_, index) => ({ name: `E${first + index}` }));
  const { metadata, spec } = pod({});
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const template = (from: number) => ({
    metadata: { labels: { a: 'b' } },
    spec: { ...spec, containers: [{ name: 'a', image: 'x', env: env(from) }] },
  });
  const selector = { matchLabels: { a: 'b' } };
  assert.equal((await api.call('POST', path, { metadata, spec: { selector, template: template(0) } })).status, 201);
  const started = performance.now();
  const patch = { spec: { template: template(30_000) } };
  const { status, body } = await api.call('PATCH', `${path}/hostile`, patch, strategic);
  assert.equal(status, 200);
  const [container] = arrayAt(body, 'spec', 'template', 'spec', 'containers');
  assert.equal(arrayAt(container, 'env').length, 60_000);
  assert.ok(performance.now() - started < 3000, `${performance.now() - started} ms`);
});

test('wrong labels: a hundred thousand -> a hundred are told', async () => {
  const { body } = await api.call('POST', maps, { metadata: { name: 'a', labels } });
  assert.equal(arrayAt(body, 'details', 'causes').length, 100);
});

test('binding: to a node whose name leads elsewhere -> 422, the pod stays without a node', async () => {
  await api.call('POST', `${core}/pods`, { ...pod({}), metadata: { name: 'unbound' } });
  const { status } = await api.call('POST', `${core}/pods/unbound/binding`, { target: { name: '../other' } });
  assert.equal(status, 422);
});

test('socketsIn: a name that leads out of the folder -> no socket', () => {
  const find = socketsIn('/run/kubelets');
  assert.deepEqual(find('node-1.example'), { socketPath: '/run/kubelets/node-1.example.sock' });
  for (const name of ['../other', '..', '/etc/x', 'a/b', '', 'a\0']) assert.equal(find(name), undefined, name);
});

test('unix socket: only its owner may open it; a file at its path is not touched', async () => {
  assert.equal(statSync(api.socket).mode & 0o777, 0o600);
  const unix = join(api.directory, 'precious');
  writeFileSync(unix, 'text');
  await assert.rejects(api.server.addListener({ unix }), { code: 'APISERVER_LISTEN', message: /a file is there/ });
  assert.equal(readFileSync(unix, 'utf8'), 'text');
});
