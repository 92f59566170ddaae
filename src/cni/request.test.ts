import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CniError } from '../api/cni-error.ts';
import { readCall } from './request.ts';

const environment = {
  CNI_COMMAND: 'ADD',
  CNI_CONTAINERID: 'c1',
  CNI_NETNS: '/run/netns/a',
  CNI_IFNAME: 'eth0',
  CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web',
  CNI_PATH: '/opt/cni/bin:/usr/lib/cni',
};
const config = { cniVersion: '1.0.0', name: 'k8s-pod-network', type: 'weft' };

const refused: readonly {
  name: string;
  environment?: Record<string, string | undefined>;
  stdin?: string;
  code: number;
  says: RegExp;
}[] = [
  { name: 'no command', environment: { CNI_COMMAND: undefined }, code: 4, says: /CNI_COMMAND is "", ADD, DEL/ },
  { name: 'unknown command', environment: { CNI_COMMAND: 'PAINT' }, code: 4, says: /"PAINT"/ },
  { name: 'empty stdin', stdin: '', code: 6, says: /stdin/ },
  { name: 'broken JSON', stdin: '{"name":', code: 6, says: /stdin/ },
  { name: 'JSON that is no object', stdin: '[1]', code: 6, says: /not a JSON object/ },
  { name: 'no version', stdin: '{"name":"n"}', code: 1, says: /cniVersion ""/ },
  {
    name: 'version of the future',
    stdin: '{"name":"n","cniVersion":"9.0.0"}',
    code: 1,
    says: /"9\.0\.0".*1\.1\.0 supported/,
  },
  { name: 'version that is no text', stdin: '{"name":"n","cniVersion":1}', code: 1, says: /cniVersion "1"/ },
  {
    name: 'CHECK in 0.3.1',
    environment: { CNI_COMMAND: 'CHECK' },
    stdin: '{"name":"n","cniVersion":"0.3.1"}',
    code: 1,
    says: /since 0\.4\.0/,
  },
  { name: 'GC in 1.0.0', environment: { CNI_COMMAND: 'GC' }, code: 1, says: /since 1\.1\.0/ },
  { name: 'no network name', stdin: '{"cniVersion":"1.0.0"}', code: 7, says: /network name/ },
  { name: 'network name that is a path', stdin: '{"cniVersion":"1.0.0","name":"../x"}', code: 7, says: /network name/ },
  {
    name: 'prevResult that is no object',
    stdin: '{"cniVersion":"1.0.0","name":"n","prevResult":3}',
    code: 7,
    says: /prevResult/,
  },
  { name: 'ADD without namespace', environment: { CNI_NETNS: '' }, code: 4, says: /CNI_NETNS missing, needed for ADD/ },
  {
    name: 'several missing',
    environment: { CNI_IFNAME: '', CNI_CONTAINERID: '' },
    code: 4,
    says: /CNI_CONTAINERID, CNI_IFNAME missing/,
  },
  {
    name: 'container id that is a path',
    environment: { CNI_CONTAINERID: '../../etc' },
    code: 4,
    says: /CNI_CONTAINERID/,
  },
  { name: 'interface name of 16 characters', environment: { CNI_IFNAME: 'a'.repeat(16) }, code: 4, says: /at most 15/ },
  { name: 'interface name the kernel counts up', environment: { CNI_IFNAME: 'eth%d' }, code: 4, says: /CNI_IFNAME/ },
  { name: 'interface name with a slash', environment: { CNI_IFNAME: 'a/b' }, code: 4, says: /CNI_IFNAME/ },
  { name: 'argument without value', environment: { CNI_ARGS: 'IP' }, code: 4, says: /KEY=VALUE/ },
  {
    name: 'namespace without pod',
    environment: { CNI_ARGS: 'K8S_POD_NAMESPACE=a' },
    code: 4,
    says: /without K8S_POD_NAME/,
  },
];

for (const { name, environment: change = {}, stdin = JSON.stringify(config), code, says } of refused) {
  test(`call: ${name} -> error ${code}`, () => {
    assert.throws(
      () => readCall({ ...environment, ...change }, stdin),
      (error) => error instanceof CniError && error.code === code && says.test(error.message),
    );
  });
}

test('call: complete ADD -> request, version and plugin directories', () => {
  assert.deepEqual(readCall(environment, JSON.stringify(config)), {
    version: '1.0.0',
    pluginPath: ['/opt/cni/bin', '/usr/lib/cni'],
    request: {
      command: 'ADD',
      containerId: 'c1',
      netns: '/run/netns/a',
      ifName: 'eth0',
      args: { IgnoreUnknown: '1', K8S_POD_NAMESPACE: 'default', K8S_POD_NAME: 'web' },
      config,
    },
  });
});

test('call: DEL with empty namespace (containerd) -> request without netns', () => {
  const { request } = readCall({ ...environment, CNI_COMMAND: 'DEL', CNI_NETNS: '' }, JSON.stringify(config));
  assert.equal(request.netns, undefined);
});

test('call: pod name without namespace (podman) -> accepted', () => {
  const { request } = readCall({ ...environment, CNI_ARGS: 'K8S_POD_NAME=web' }, JSON.stringify(config));
  assert.deepEqual(request.args, { K8S_POD_NAME: 'web' });
});
