import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../testing/test-client.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const tiers = '/apis/projectcalico.org/v3/tiers';
const configMaps = '/api/v1/namespaces/default/configmaps';

test('definition of tiers: deleted -> the tiers nobody may delete by hand go with it', async () => {
  assert.equal((await api.call('DELETE', `${tiers}/default`)).status, 403);
  const watch = await api.watch(`${definitions}?watch=1&fieldSelector=metadata.name%3Dtiers.projectcalico.org`);
  await api.call('DELETE', `${definitions}/tiers.projectcalico.org`);
  await watch.until((line) => line.type === 'DELETED');
  watch.end();
  assert.equal((await api.call('GET', tiers)).status, 404);
});

test('housekeeping: one object that cannot be collected -> the others are, and the server can be stopped', async (t) => {
  const own = await startTestServer();
  t.after(() => own.stop());
  const orphan = (name: string) => ({
    name,
    ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'never-was' }],
  });
  const tier = { metadata: { name: 'kept' }, spec: { order: 5 } };
  const policy = { metadata: { name: 'p' }, spec: { tier: 'kept', selector: 'all()' } };
  assert.equal((await own.call('POST', tiers, tier)).status, 201);
  assert.equal((await own.call('POST', '/apis/projectcalico.org/v3/globalnetworkpolicies', policy)).status, 201);
  // The tier is not empty: every attempt to collect it is refused.
  const patch = { metadata: orphan('kept') };
  await own.call('PATCH', `${tiers}/kept`, patch, 'application/merge-patch+json');
  const watch = await own.watch(`${configMaps}?watch=1`);
  for (const name of ['a', 'b']) {
    await own.call('PATCH', `${tiers}/kept`, { metadata: { labels: { name } } }, 'application/merge-patch+json');
    assert.equal((await own.call('POST', configMaps, { metadata: orphan(name) })).status, 201);
    await watch.until((line) => line.type === 'DELETED' && JSON.stringify(line.object).includes(`"name":"${name}"`));
  }
  watch.end();
  assert.equal((await own.call('GET', `${tiers}/kept`)).status, 200);
});
