import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type ConnectionOptions, findConnection } from './find-connection.ts';
import { HttpCluster } from './http-cluster.ts';

const directory = mkdtempSync(join(tmpdir(), 'weft-calico-config-'));
after(() => rmSync(directory, { recursive: true }));

let count = 0;
function file(value: unknown): string {
  const path = join(directory, `file-${count++}`);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

const kubeconfigOf = (server: string, user: object = {}) => ({
  'current-context': 'dev',
  clusters: [{ name: 'c', cluster: { server } }],
  users: [{ name: 'u', user }],
  contexts: [{ name: 'dev', context: { cluster: 'c', user: 'u' } }],
});
const resolve = (options: ConnectionOptions) =>
  findConnection({ labsDirectory: '/nonexistent', serviceAccountDirectory: '/nonexistent', ...options });
const apiConfig = (spec: object, kind = 'CalicoAPIConfig') =>
  file({ apiVersion: 'projectcalico.org/v3', kind, metadata: {}, spec });

describe("calicoctl's settings", () => {
  test('-c file with a kubeconfig: -> that one; single settings win', async () => {
    const inner = file(kubeconfigOf('https://inner:1', { token: 'a' }));
    const config = apiConfig({
      datastoreType: 'kubernetes',
      kubeconfig: inner,
      k8sAPIEndpoint: 'https://outer:2',
      k8sAPIToken: 'b',
    });
    const connection = await resolve({ env: {}, config });
    assert.equal(new HttpCluster(connection).address, 'https://outer:2');
    assert.deepEqual(await connection.credentials.current(), { authorization: 'Bearer b' });
  });

  test('kubeconfigInline and --context: -> read', async () => {
    const text = JSON.stringify(kubeconfigOf('https://inline:1'));
    const connection = await resolve({ env: {}, config: apiConfig({ kubeconfigInline: text }), context: 'dev' });
    assert.equal(new HttpCluster(connection).address, 'https://inline:1');
  });

  test('the usual file: -> after KUBECONFIG, before labs and home', async () => {
    const calicoConfig = apiConfig({ k8sAPIEndpoint: 'https://usual:1' });
    const usual = await resolve({ env: { HOME: '/nonexistent' }, calicoConfig });
    assert.equal(new HttpCluster(usual).address, 'https://usual:1');
    const env = { KUBECONFIG: file(kubeconfigOf('https://env:1')) };
    assert.equal(new HttpCluster(await resolve({ env, calicoConfig })).address, 'https://env:1');
  });

  test('environment: DATASTORE_TYPE nobody knows -> refused', async () => {
    await assert.rejects(
      resolve({ env: { DATASTORE_TYPE: 'consul' } }),
      /Cannot use datastore "consul" \(DATASTORE_TYPE\): "kubernetes" needed$/,
    );
  });

  test('environment: K8S_CURRENT_CONTEXT -> that context of KUBECONFIG', async () => {
    const KUBECONFIG = file({ ...kubeconfigOf('https://env:1'), 'current-context': 'gone' });
    const connection = await resolve({ env: { KUBECONFIG, K8S_CURRENT_CONTEXT: 'dev' } });
    assert.equal(new HttpCluster(connection).address, 'https://env:1');
    await assert.rejects(resolve({ env: { KUBECONFIG } }), /context "gone" not found/);
  });

  test('environment: K8S_API_ENDPOINT with token and insecure -> used', async () => {
    const env = { K8S_API_ENDPOINT: 'https://k8s:6443', K8S_API_TOKEN: 't', K8S_INSECURE_SKIP_TLS_VERIFY: 'true' };
    const connection = await resolve({ env });
    assert.equal(new HttpCluster(connection).address, 'https://k8s:6443');
    assert.equal(connection.insecure, true);
    assert.deepEqual(await connection.credentials.current(), { authorization: 'Bearer t' });
  });
});

const refused: readonly [name: string, options: () => ConnectionOptions, message: RegExp][] = [
  [
    'etcd in the environment',
    () => ({ env: { DATASTORE_TYPE: 'etcdv3' } }),
    /^Cannot use datastore "etcdv3" \(DATASTORE_TYPE\): .*DATASTORE_TYPE=kubernetes and a kubeconfig needed/,
  ],
  [
    'etcd in the file',
    () => ({ env: {}, config: apiConfig({ datastoreType: 'etcdv3' }) }),
    /^Cannot use datastore "etcdv3"/,
  ],
  [
    'another datastore',
    () => ({ env: {}, config: apiConfig({ datastoreType: 'x' }) }),
    /datastore "x" .*"kubernetes" needed$/,
  ],
  ['another kind', () => ({ env: {}, config: apiConfig({}, 'Pod') }), /kind "Pod" found, kind CalicoAPIConfig needed$/],
  [
    'no such file',
    () => ({ env: {}, config: '/gone.cfg' }),
    /^Cannot read calicoctl configuration "\/gone.cfg": no such file or directory$/,
  ],
  ['a number', () => ({ env: {}, config: apiConfig({ kubeconfig: 7 }) }), /spec.kubeconfig is not a text$/],
];
for (const [name, options, message] of refused) {
  test(`calicoctl settings: ${name}: -> refused`, () => assert.rejects(resolve(options()), { message }));
}
