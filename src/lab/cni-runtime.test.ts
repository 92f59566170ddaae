import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CniNetwork, parseCniNetwork, readCniNetwork } from './cni-network.ts';
import { cniAdd, cniDel, cniStatus } from './cni-runtime.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-cni-'));
  // A plugin that notes how it was called and answers with its own type as an address.
  const plugin = `#!/bin/sh
config=$(cat)
echo "$0 $CNI_COMMAND $CNI_CONTAINERID $CNI_IFNAME $CNI_ARGS $config" >> ${folder}/calls
case $config in *'"broken":true'*) echo '{"code":7,"msg":"no","details":"because"}'; exit 1;; esac
[ "$CNI_COMMAND" = ADD ] && echo '{"cniVersion":"1.0.0","ips":[{"address":"10.0.0.1/32"}]}'
exit 0
`;
  for (const name of ['first', 'second']) {
    writeFileSync(join(folder, name), plugin);
    chmodSync(join(folder, name), 0o755);
  }
});
after(() => rmSync(folder, { recursive: true }));

const attachment = { containerId: 'c1', netns: '/run/netns/x', ifName: 'eth0', args: { K8S_POD_NAME: 'p' } };
const network: CniNetwork = {
  name: 'n',
  cniVersion: '1.0.0',
  plugins: [{ type: 'first' }, { type: 'second', capabilities: { portMappings: true } }],
};

function takeCalls(): string[] {
  const lines = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
  rmSync(join(folder, 'calls'));
  return lines;
}

test('ADD: a chain -> in order, each with the result before it, capabilities only where declared', async () => {
  const capabilities = { portMappings: [{ hostPort: 1 }], bandwidth: {} };
  const result = await cniAdd(network, { ...attachment, capabilities }, [folder]);
  assert.equal(result.ips?.[0]?.address, '10.0.0.1/32');
  const [first = '', second = ''] = takeCalls();
  assert.match(
    first,
    /first ADD c1 eth0 IgnoreUnknown=1;K8S_POD_NAME=p \{"type":"first","name":"n","cniVersion":"1.0.0"\}/,
  );
  assert.match(second, /second ADD .*"runtimeConfig":\{"portMappings":\[\{"hostPort":1\}\]\},"prevResult":\{/);
  assert.doesNotMatch(second, /capabilities|bandwidth/);
});

test('DEL: a chain -> in reverse order with the result of the ADD', async () => {
  await cniDel(network, attachment, [folder], { ips: [] });
  const [first = '', second = ''] = takeCalls();
  assert.match(first, /second DEL .*"prevResult":\{"ips":\[\]\}/);
  assert.match(second, /first DEL/);
});

test('STATUS: asked in version 1.1.0 without an attachment', async () => {
  await cniStatus({ ...network, plugins: [{ type: 'first' }] }, [folder]);
  assert.match(takeCalls()[0] ?? '', /first STATUS {4}\{.*"cniVersion":"1.1.0"/);
});

test('failure: the plugin says why -> its msg, details and code in the error', async () => {
  const broken = { ...network, plugins: [{ type: 'first', broken: true }] };
  await assert.rejects(cniAdd(broken, attachment, [folder]), {
    code: 'LAB_CNI',
    message: /"first": no: because \(code 7\)/,
  });
});

test('failure: plugin not found -> says where it was looked for', async () => {
  const missing = { ...network, plugins: [{ type: 'absent' }] };
  await assert.rejects(cniAdd(missing, attachment, ['/a', '/b']), { message: /"absent": not in \/a:\/b/ });
});

test('configuration directory: first usable file by name wins; broken ones and a missing directory are no error', () => {
  writeFileSync(join(folder, '10-half.conflist'), '{"name":"x"');
  writeFileSync(join(folder, '20-good.conflist'), '{"name":"good","plugins":[{"type":"a"}]}');
  writeFileSync(join(folder, '30-later.conf'), '{"name":"later","type":"b"}');
  assert.equal(readCniNetwork(folder)?.name, 'good');
  assert.equal(readCniNetwork('/nowhere'), undefined);
  assert.deepEqual(parseCniNetwork('{"name":"one","type":"b"}')?.plugins[0]?.type, 'b');
  assert.equal(parseCniNetwork('{"name":"none","plugins":[]}'), undefined);
});
