import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Pod } from '../../src/api/core.ts';
import { deployments, ipamBlocks, ipPools, pods } from '../../src/api/kinds.ts';
import { isPodActive, isPodReady } from '../../src/api/pod-state.ts';
import { labDirectory } from '../../src/lab/directory.ts';
import { cidrContains, cidrContainsIp, cidrLength, parseCidr } from '../../src/net/cidr.ts';
import { parseIp } from '../../src/net/ip.ts';
import { ipOf, LabFixture, runWeft, until, weft } from './support/lab-fixture.ts';

const oldPool = parseCidr('10.24.0.0/16');
const newPool = parseCidr('10.48.0.0/16');
const replicas = 3;
let lab: LabFixture;
let poolName = '';

before(async () => {
  lab = await LabFixture.start('migrate', '--nodes', '2', '--mode', 'vxlan');
  const { items } = await lab.cluster.list(ipPools);
  poolName = items.find(({ spec }) => spec.cidr === oldPool)?.metadata.name ?? '';
  const labels = { app: 'web' };
  await lab.cluster.create(deployments, {
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nginx' }] } },
    },
  });
  await lab.run('bare', 'node1');
  await until('Deployment Ready', async () => ((await webPods()).length === replicas ? true : undefined));
});
after(() => lab?.stop());

async function webPods(): Promise<readonly Pod[]> {
  const { items } = await lab.cluster.list(pods, { namespace: 'default', labelSelector: 'app=web' });
  return items.filter((pod) => isPodActive(pod) && isPodReady(pod));
}

function migrate(...options: readonly string[]) {
  const kubeconfig = labDirectory(lab.name).kubeconfig;
  return runWeft('ipam', 'migrate', poolName, '--cidr', newPool, '--kubeconfig', kubeconfig, ...options);
}

test('B1 node status on a node: backend vxlan -> no BGP process, in the known words', async () => {
  const expected = 'Calico process is running.\n\nNone of the BGP backend processes (BIRD or GoBGP) are running.\n\n';
  assert.equal(await lab.on('node1', weft, 'node', 'status'), expected);
});

test('--dry-run: the plan names the Deployment and the bare pod, nothing is written', async () => {
  const { stdout, stderr, status } = await migrate('--block-size', '27', '--dry-run');
  assert.equal(status, 0, stderr);
  assert.match(
    stdout,
    /replace 3 pods, at most 1 of each owner away at once\n {5}ReplicaSet default\/web-\w+: 3 pods\n/,
  );
  assert.match(stdout, /by hand before step 4:\n {5}default\/bare: no controller makes it again\n/);
  assert.equal((await lab.cluster.list(ipPools)).items.length, 1);
});

test('migrate: pods move one after the other; the bare pod is named; the same command finishes', async () => {
  const away: number[] = [];
  let watching = true;
  const watch = (async () => {
    while (watching) {
      away.push(replicas - (await webPods()).length);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  const first = await migrate('--block-size', '27', '--timeout', '20s');
  watching = false;
  await watch;
  assert.equal(first.status, 1, first.stdout);
  assert.match(first.stderr, /replaced 0 of 3 pods\n(.*\n)*replaced 3 of 3 pods\n/);
  assert.match(first.stderr, /Cannot finish: 1 pods still have addresses of the old pool: default\/bare/);
  assert.ok(Math.max(...away) <= 1, `${Math.max(...away)} pods were away at once`);
  assert.equal((await lab.cluster.get(ipPools, poolName))?.spec.disabled, true);

  await lab.cluster.delete(pods, 'bare', 'default', { gracePeriodSeconds: 0 });
  const second = await migrate('--timeout', '20s');
  assert.equal(second.status, 0, second.stderr);
  assert.match(second.stdout, new RegExp(`IP pool ${poolName} was successfully migrated to ${poolName}-migrated`));
});

test('afterwards: pods, tunnel addresses and blocks are of the new pool, traffic works, done again is done', async () => {
  const { items } = await lab.cluster.list(ipPools);
  assert.deepEqual(
    items.map(({ spec }) => [spec.cidr, spec.blockSize, spec.disabled ?? false]),
    [[newPool, 27, false]],
  );
  const blocks = (await lab.cluster.list(ipamBlocks)).items.map(({ spec }) => parseCidr(spec.cidr));
  assert.ok(blocks.length > 0);
  for (const block of blocks) assert.ok(cidrContains(newPool, block) && cidrLength(block) === 27, block);
  for (const node of ['master', 'node1']) {
    assert.ok(cidrContainsIp(newPool, parseIp(await lab.annotation(node, 'IPv4VXLANTunnelAddr'))), node);
  }
  const web = await webPods();
  assert.equal(web.length, replicas);
  for (const pod of web) assert.ok(cidrContainsIp(newPool, parseIp(ipOf(pod))), ipOf(pod));
  const [a, b] = [await lab.run('a', 'master'), await lab.run('b', 'node1')];
  await lab.in(a, 'ping', '-c1', '-W2', ipOf(b));
  for (const pod of web) await lab.in(b, 'ping', '-c1', '-W2', ipOf(pod));
  const kubeconfig = labDirectory(lab.name).kubeconfig;
  assert.match(
    (await runWeft('ipam', 'check', '--kubeconfig', kubeconfig)).stdout,
    /Check complete; found 0 problems\.\n$/,
  );
  assert.match((await migrate()).stdout, /the old pool is gone: nothing to do\n$/);
});
