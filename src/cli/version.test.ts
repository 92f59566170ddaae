import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clusterInformations } from '../api/kinds.ts';
import { startApiServer } from '../apiserver/server.ts';
import { type CliWorld, startCliWorld } from './testing/run-cli.ts';

let world: CliWorld;
const state = mkdtempSync(join(tmpdir(), 'weft-state-'));
before(async () => {
  world = await startCliWorld(startApiServer);
});
after(async () => {
  rmSync(state, { recursive: true });
  await world.stop();
});

const env = { XDG_STATE_HOME: state };
const weft = (line: string, more: Readonly<Record<string, string>> = env) => world.weft(line.split(' '), { env: more });

async function setVersion(calicoVersion: string): Promise<void> {
  await world.cluster.delete(clusterInformations, 'default');
  await world.cluster.create(clusterInformations, {
    metadata: { name: 'default' },
    spec: { calicoVersion, clusterType: 'k8s,bgp' },
  });
}

/** Lets the day pass after which a cluster is asked again. */
function forgetAge(): void {
  const file = join(state, 'weft', 'clusters.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"askedMs":\d+/, '"askedMs":1'));
}

describe('version', () => {
  test('cluster without information -> unknown; with -> its words; --client and --json', async () => {
    const unknown = await weft('version');
    assert.match(
      unknown.out,
      /^Client Version: {4}\d+\.\d+\.\d+\nCluster Version: {3}unknown\nCluster Type: {6}unknown\n$/,
    );
    await setVersion('v3.29.1');
    assert.match((await weft('version')).out, /Cluster Version: {3}v3.29.1\nCluster Type: {6}k8s,bgp\n$/);
    assert.match((await weft('version --client')).out, /^Client Version: {4}\S+\n$/);
    const { clusterVersion, clusterType } = JSON.parse((await weft('version --json')).out);
    assert.deepEqual([clusterVersion, clusterType], ['v3.29.1', 'k8s,bgp']);
    assert.equal((await weft('version --poll soon')).status, 2);
  });

  test('no cluster -> own version all the same, status 1', async () => {
    const result = await weft('version --kubeconfig /gone');
    assert.match(result.out, /^Client Version: .*\n$/);
    assert.match(result.err, /^Unable to retrieve Cluster Version or Type: Cannot read kubeconfig "\/gone"/);
    assert.equal(result.status, 1);
  });
});

describe('another version in the cluster', () => {
  test('said once per user and version, never with --allow-version-mismatch, nothing refused', async () => {
    rmSync(join(state, 'weft'), { recursive: true, force: true });
    await setVersion('v3.29.1');
    assert.equal((await weft('get nodes --allow-version-mismatch')).err, 'No resources found\n');
    const first = await weft('get ns');
    assert.match(
      first.err,
      /^Note: this cluster was set up by version v3\.29\.1, this program is \S+; it works all the same\n$/,
    );
    assert.equal(first.status, 0);
    assert.equal((await weft('get ns')).err, '');
    forgetAge();
    assert.equal((await weft('get ns')).err, '');
    await setVersion('v3.30.0');
    assert.equal((await weft('get ns')).err, '');
    forgetAge();
    assert.match((await weft('get ns')).err, /v3\.30\.0/);
  });

  test('state broken or not to be written -> silent, the command works', async () => {
    writeFileSync(join(state, 'weft', 'clusters.json'), 'junk');
    assert.match((await weft('get ns')).err, /^Note/);
    const file = join(state, 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    const result = await weft('get ns', { XDG_STATE_HOME: file });
    assert.deepEqual([result.err, result.status], ['', 0]);
    assert.equal(existsSync(join(file, 'weft')), false);
    assert.equal((await weft('get ns', { XDG_STATE_HOME: '', HOME: '' })).err, '');
  });
});
