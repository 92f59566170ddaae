import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from './testing/test-client.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

const containers = [{ name: 'main', image: 'nginx' }];
const template = { metadata: { labels: { a: 'b' } }, spec: { containers } };
const selector = { matchLabels: { a: 'b' } };
const core = '/api/v1/namespaces/default';
const apps = '/apis/apps/v1/namespaces/default';

const cases: readonly { readonly path: string; readonly body: object; readonly unknown: string }[] = [
  { path: `${core}/configmaps`, body: { dat: { a: '1' } }, unknown: 'dat' },
  { path: `${core}/configmaps`, body: { metadata: { label: { a: '1' } } }, unknown: 'metadata.label' },
  { path: `${core}/pods`, body: { spec: { containers, nodname: 'x' } }, unknown: 'spec.nodname' },
  {
    path: `${core}/pods`,
    body: { spec: { containers: [{ ...containers[0], imagePolicy: 'x' }] } },
    unknown: 'spec.containers[0].imagePolicy',
  },
  {
    path: `${core}/services`,
    body: { spec: { ports: [{ port: 80, target: 1 }] } },
    unknown: 'spec.ports[0].target',
  },
  { path: `${apps}/deployments`, body: { spec: { replica: 2, selector, template } }, unknown: 'spec.replica' },
  {
    path: `${apps}/replicasets`,
    body: { spec: { selector, template: { ...template, metadata: { ...template.metadata, lables: {} } } } },
    unknown: 'spec.template.metadata.lables',
  },
];
for (const [index, { path, body, unknown }] of cases.entries()) {
  test(`unknown field ${unknown}: Strict -> 400 that names it; Warn -> 201, a warning, not stored`, async () => {
    const { metadata, ...rest } = body as { metadata?: object };
    const object = { ...rest, metadata: { name: `a${index}`, ...metadata } };
    const strict = await api.call('POST', `${path}?fieldValidation=Strict`, object);
    assert.equal(strict.status, 400);
    assert.ok(String(strict.body.message).endsWith(`strict decoding error: unknown field "${unknown}"`));
    const warned = await api.call('POST', path, object);
    assert.equal(warned.status, 201);
    assert.ok(
      String(warned.headers.warning).includes(`unknown field \\"${unknown}\\"`),
      String(warned.headers.warning),
    );
    const leaf = unknown.slice(unknown.lastIndexOf('.') + 1);
    assert.ok(!JSON.stringify(warned.body).includes(`"${leaf}":`));
  });
}

test('known fields: a manifest with what kubectl run writes -> Strict takes it', async () => {
  const spec = { containers, dnsPolicy: 'ClusterFirst', restartPolicy: 'Always', tolerations: [], hostAliases: [] };
  const object = { metadata: { name: 'known', creationTimestamp: null, annotations: {} }, spec, status: {} };
  const { status, body } = await api.call('POST', `${core}/pods?fieldValidation=Strict`, object);
  assert.equal(status, 201, JSON.stringify(body));
});
