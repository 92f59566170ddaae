import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arrayAt, recordsAt, stringAt } from './json.ts';
import { definitionsPath, testDefinition } from './testing/definition.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

const aggregated = (version: string) =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList,application/json`;

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

for (const version of ['v2', 'v2beta1']) {
  test(`aggregated discovery: ${version} -> all groups with resources and subresources, media type says so`, async () => {
    const core = await api.get('/api', aggregated(version));
    const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
    assert.equal(core.headers['content-type'], type);
    assert.equal(core.body.apiVersion, `apidiscovery.k8s.io/${version}`);
    const pods = recordsAt(recordsAt(recordsAt(core.body, 'items')[0], 'versions')[0], 'resources').find(
      ({ resource }) => resource === 'pods',
    );
    assert.deepEqual(pods?.shortNames, ['po']);
    assert.deepEqual(pods?.categories, ['all']);
    assert.deepEqual(pods?.responseKind, { group: '', version: 'v1', kind: 'Pod' });
    assert.deepEqual(
      recordsAt(pods, 'subresources')
        .map(({ subresource }) => subresource)
        .sort(),
      ['attach', 'binding', 'eviction', 'exec', 'log', 'portforward', 'status'],
    );
    const others = await api.get('/apis', aggregated(version));
    const groups = recordsAt(others.body, 'items').map((group) => stringAt(group, 'metadata', 'name'));
    assert.ok(groups.includes('apps') && groups.includes('projectcalico.org') && !groups.includes(''));
  });
}

test('aggregated discovery: the ETag that the client has -> 304; another kind served -> another ETag', async () => {
  const headers = { accept: aggregated('v2') };
  const first = await api.call('GET', '/apis', undefined, undefined, headers);
  const etag = String(first.headers.etag);
  const again = await api.call('GET', '/apis', undefined, undefined, { ...headers, 'if-none-match': etag });
  assert.equal(again.status, 304);
  assert.equal((await api.call('POST', definitionsPath, testDefinition('example.org', 'Thing'))).status, 201);
  const other = await api.call('GET', '/apis', undefined, undefined, { ...headers, 'if-none-match': etag });
  assert.equal(other.status, 200);
});

test('discovery: old clients -> APIVersions, APIGroupList, APIResourceList with subresources', async () => {
  assert.equal((await api.call('GET', '/api')).body.kind, 'APIVersions');
  assert.equal((await api.call('GET', '/apis')).body.kind, 'APIGroupList');
  const { body } = await api.call('GET', '/api/v1');
  const names = recordsAt(body, 'resources').map(({ name }) => name);
  for (const name of ['pods', 'pods/exec', 'pods/log', 'pods/eviction', 'namespaces/finalize', 'bindings']) {
    assert.ok(names.includes(name), name);
  }
  const eviction = recordsAt(body, 'resources').find(({ name }) => name === 'pods/eviction');
  assert.deepEqual([eviction?.group, eviction?.version, eviction?.kind], ['policy', 'v1', 'Eviction']);
  assert.equal((await api.call('GET', '/apis/nothing.example.org')).status, 404);
});

test('discovery: root -> every group version and health path', async () => {
  const { body } = await api.call('GET', '/');
  for (const path of ['/api/v1', '/apis/apps/v1', '/metrics', '/openapi/v3', '/readyz']) {
    assert.ok(arrayAt(body, 'paths').includes(path), path);
  }
});
