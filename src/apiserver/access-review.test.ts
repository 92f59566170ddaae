import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { valueAt } from './json.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

const authorization = '/apis/authorization.k8s.io/v1';
const attributes = { resourceAttributes: { verb: 'create', resource: 'pods', namespace: 'default' } };

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

const reviews: readonly [name: string, path: string, spec: unknown, status: number, allowed?: boolean][] = [
  ['self, resource', 'selfsubjectaccessreviews', attributes, 201, true],
  ['self, path', 'selfsubjectaccessreviews', { nonResourceAttributes: { path: '/x', verb: 'get' } }, 201, true],
  ['self, nothing asked', 'selfsubjectaccessreviews', {}, 422],
  ['self, both asked', 'selfsubjectaccessreviews', { ...attributes, nonResourceAttributes: { path: '/x' } }, 422],
  ['other user', 'subjectaccessreviews', { ...attributes, user: 'bob' }, 201, true],
  ['other, nobody named', 'subjectaccessreviews', attributes, 422],
  ['stranger, resource', 'subjectaccessreviews', { ...attributes, user: 'system:anonymous' }, 201, false],
  [
    'stranger, version',
    'subjectaccessreviews',
    { nonResourceAttributes: { path: '/version', verb: 'get' }, groups: ['system:unauthenticated'] },
    201,
    true,
  ],
  ['local', 'namespaces/default/localsubjectaccessreviews', { ...attributes, user: 'bob' }, 201, true],
  [
    'local, other namespace',
    'namespaces/default/localsubjectaccessreviews',
    { resourceAttributes: { namespace: 'other' }, user: 'bob' },
    422,
  ],
  ['local without namespace', 'localsubjectaccessreviews', { ...attributes, user: 'bob' }, 404],
];

for (const [name, path, spec, status, allowed] of reviews) {
  test(`access review: ${name} -> ${status} ${allowed ?? ''}`, async () => {
    const answer = await api.call('POST', `${authorization}/${path}`, { spec });
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    if (allowed === undefined) return;
    assert.equal(valueAt(answer.body, 'status', 'allowed'), allowed);
    assert.deepEqual(answer.body.spec, spec);
  });
}

test('access review: rules -> everything; without namespace -> 400', async () => {
  const path = `${authorization}/selfsubjectrulesreviews`;
  const { body } = await api.call('POST', path, { spec: { namespace: 'default' } });
  assert.deepEqual(valueAt(body, 'status', 'resourceRules'), [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]);
  assert.equal((await api.call('POST', path, { spec: {} })).status, 400);
});

test('access review: only POST -> 405; wrong kind -> 400', async () => {
  const path = `${authorization}/selfsubjectaccessreviews`;
  assert.equal((await api.call('GET', path)).status, 405);
  assert.equal((await api.call('POST', path, { kind: 'Pod', spec: attributes })).status, 400);
});

const whoami = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

test('who am I: administrator of the socket -> name and groups', async () => {
  const { status, body } = await api.call('POST', whoami, {});
  assert.equal(status, 201);
  assert.equal(valueAt(body, 'status', 'userInfo', 'username'), 'system:admin');
});

test('impersonation: administrator as another -> that user; as a stranger -> 403; groups alone -> 400', async () => {
  const as = (headers: Record<string, string>) => api.call('POST', whoami, {}, 'application/json', headers);
  const account = await as({ 'impersonate-user': 'system:serviceaccount:kube-system:robot' });
  assert.deepEqual(valueAt(account.body, 'status', 'userInfo', 'groups'), [
    'system:serviceaccounts',
    'system:serviceaccounts:kube-system',
    'system:authenticated',
  ]);
  assert.equal((await as({ 'impersonate-user': 'system:anonymous' })).status, 403);
  assert.equal((await as({ 'impersonate-group': 'a' })).status, 400);
});
