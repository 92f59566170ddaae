import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { endpointSlices, events, ipamBlocks, pods } from '../../src/api/kinds.ts';
import { labDirectory } from '../../src/lab/directory.ts';
import { ipOf, LabFixture, runWeft, until } from './support/lab-fixture.ts';

let lab: LabFixture;
before(async () => {
  lab = await LabFixture.start('pods', '--mode', 'vxlan');
});
after(() => lab?.stop());

const shell = (script: string) => ({ name: 'main', image: 'debian', command: ['sh', '-c', script] });

async function gone(name: string): Promise<void> {
  await until(`pod ${name} gone`, async () =>
    (await lab.cluster.get(pods, name, 'default')) === undefined ? true : undefined,
  );
}

test('the example of the documents: applied unchanged -> one pod per worker, both in the EndpointSlice', async () => {
  const kubeconfig = labDirectory(lab.name).kubeconfig;
  for (const file of ['nginx.yaml', 'nginx1.yaml']) {
    const path = fileURLToPath(new URL(`../../examples/${file}`, import.meta.url));
    const applied = await runWeft('apply', '-f', path, '--kubeconfig', kubeconfig);
    assert.equal(applied.status, 0, applied.stderr);
  }
  const ready = await until('two ready pods', async () => {
    const { items } = await lab.cluster.list(pods, { labelSelector: 'name=nginx' });
    const ok = items.filter((pod) =>
      pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
    );
    return ok.length === 2 ? ok : undefined;
  });
  assert.deepEqual(ready.map((pod) => pod.spec.nodeName).toSorted(), ['node1', 'node2']);
  await until('endpoints', async () => {
    const { items } = await lab.cluster.list(endpointSlices, { labelSelector: 'kubernetes.io/service-name=nginx' });
    const found = items.flatMap((slice) => slice.endpoints.flatMap((one) => one.addresses));
    return found.toSorted().join() === ready.map(ipOf).toSorted().join() ? true : undefined;
  });
  const [from, to] = ready;
  assert.ok(from !== undefined && to !== undefined);
  const fetchIt = 'fetch(process.argv[1]).then(r=>r.text()).then(t=>console.log(t))';
  const answer = await lab.in(from, process.execPath, '-e', fetchIt, `http://${ipOf(to)}/x`);
  assert.match(answer, new RegExp(`pod=${to.metadata.name}\n`));
  assert.match(answer, new RegExp(`client_address=${ipOf(from)}\n`));
});

test('command container: own host name, hosts file, processes; weft exec passes the status on', async () => {
  const pod = await lab.run('shell', 'node1', {
    terminationGracePeriodSeconds: 5,
    containers: [
      { ...shell("trap 'exit 0' TERM; while :; do sleep 0.1; done"), env: [{ name: 'COLOR', value: 'blue' }] },
    ],
  });
  const args = ['exec', 'shell', '--name', lab.name, '--'];
  assert.equal((await runWeft(...args, 'hostname')).stdout, 'shell\n');
  assert.match((await runWeft(...args, 'cat', '/etc/hosts')).stdout, new RegExp(`^${ipOf(pod)} shell$`, 'm'));
  assert.match((await runWeft(...args, 'cat', '/proc/1/environ')).stdout, /COLOR=blue/);
  assert.equal((await runWeft(...args, 'sh', '-c', 'exit 7')).status, 7);
  assert.equal((await runWeft(...args, 'no-such-command')).status, 127);
  await lab.cluster.delete(pods, 'shell', 'default');
  await gone('shell');
});

test('restartPolicy Never: exit 0 -> Succeeded, exit 3 -> Failed; Always -> restarted', async () => {
  for (const [name, code, phase] of [
    ['good', 0, 'Succeeded'],
    ['bad', 3, 'Failed'],
  ] as const) {
    await lab.cluster.create(pods, {
      metadata: { name, namespace: 'default' },
      spec: { nodeName: 'node1', restartPolicy: 'Never', containers: [shell(`exit ${code}`)] },
    });
    const pod = await until(phase, async () => {
      const found = await lab.cluster.get(pods, name, 'default');
      return found?.status?.phase === phase ? found : undefined;
    });
    assert.equal(pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, code);
  }
  await lab.cluster.create(pods, {
    metadata: { name: 'again', namespace: 'default' },
    spec: { nodeName: 'node1', containers: [shell('sleep 0.1; exit 1')] },
  });
  await until('a restart', async () => {
    const found = await lab.cluster.get(pods, 'again', 'default');
    return (found?.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1 ? found : undefined;
  });
});

test('pod deleted: namespace, device and address are free again', async () => {
  const pod = await lab.run('short', 'node2');
  const before = await lab.on('node2', 'ls', '/run/netns');
  await lab.cluster.delete(pods, 'short', 'default');
  await gone('short');
  const after = await lab.on('node2', 'ls', '/run/netns');
  assert.equal(after.split('\n').length, before.split('\n').length - 1);
  assert.equal(await lab.on('node2', 'ip', 'route', 'show', ipOf(pod)), '');
  await until('the address released', async () => {
    const { items } = await lab.cluster.list(ipamBlocks);
    const attributes = items.flatMap((block) => block.spec.attributes);
    return attributes.some((one) => one.secondary?.pod === 'short' && one.releasedAt === undefined) ? undefined : true;
  });
});

test('agent down: pod waits with an event; agent back -> pod runs', async () => {
  const record = JSON.parse(await lab.on('node2', 'cat', '/run/weft/kubelet/agent.json')) as { pid: number };
  await lab.on('node2', 'kill', '-STOP', String(record.pid));
  await lab.on('node2', 'mv', '/run/weft/agent.sock', '/run/weft/agent.hidden');
  await lab.cluster.create(pods, {
    metadata: { name: 'patient', namespace: 'default' },
    spec: { nodeName: 'node2', containers: [{ name: 'main', image: 'nginx' }] },
  });
  await until('an event', async () => {
    const { items } = await lab.cluster.list(events, { namespace: 'default' });
    return items.some((one) => one.involvedObject.name === 'patient' && one.reason === 'FailedCreatePodSandBox')
      ? true
      : undefined;
  });
  await lab.on('node2', 'mv', '/run/weft/agent.hidden', '/run/weft/agent.sock');
  await lab.on('node2', 'kill', '-CONT', String(record.pid));
  await lab.ready('patient');
});

test('kubelet killed: pods stay, the next one serves them again and ends them', async () => {
  const pod = await lab.run('survivor', 'node1');
  const shellPod = await lab.run('runner', 'node1', {
    terminationGracePeriodSeconds: 1,
    containers: [shell('while :; do sleep 0.1; done')],
  });
  const pid = (await lab.on('node1', 'pgrep', '-f', 'main.ts lab kubelet')).trim().split('\n').at(-1) ?? '';
  await lab.on('node1', 'kill', '-9', pid);
  await until('the built-in server answers again', async () => {
    const result = await lab.tryOn('node1', process.execPath, '-e', `fetch('http://${ipOf(pod)}/').then(()=>0)`);
    return result.status === 0 ? true : undefined;
  });
  const now = await lab.ready('survivor');
  assert.equal(ipOf(now), ipOf(pod));
  assert.equal((await lab.ready('runner')).status?.containerStatuses?.[0]?.restartCount, 0);
  assert.equal(ipOf(await lab.ready('runner')), ipOf(shellPod));
  await Promise.all(['survivor', 'runner'].map((name) => lab.cluster.delete(pods, name, 'default')));
  await Promise.all(['survivor', 'runner'].map(gone));
});

test('hostNetwork pod: address of the node, server on the node', async () => {
  const pod = await lab.run('host', 'node1', {
    hostNetwork: true,
    containers: [{ name: 'main', image: 'nginx', ports: [{ containerPort: 8088 }] }],
  });
  assert.equal(ipOf(pod), lab.address('node1'));
  const answer = await lab.on(
    'master',
    process.execPath,
    '-e',
    `fetch('http://${ipOf(pod)}:8088/').then(r=>r.text()).then(t=>console.log(t))`,
  );
  assert.match(answer, /pod=host\n/);
});

test('20 pods on one node at once -> all ready, all different addresses', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `crowd${index}`);
  const crowd = await Promise.all(names.map((name) => lab.run(name, 'node2')));
  assert.equal(new Set(crowd.map(ipOf)).size, 20);
});

test('API server and controllers killed: come back by themselves, nothing acknowledged is lost, pods go on', async () => {
  const before = await lab.run('witness', 'node2');
  for (const kind of ['apiserver', 'controllers'] as const) {
    const loop = lab.state.processes.find((one) => one.kind === kind);
    const [child] = execFileSync('pgrep', ['-P', String(loop?.pid)], { encoding: 'utf8' })
      .trim()
      .split('\n');
    process.kill(Number(child), 'SIGKILL');
  }
  const after = await until('an answer', () => lab.cluster.get(pods, 'witness', 'default').catch(() => undefined));
  assert.equal(after.metadata.uid, before.metadata.uid);
  // Scheduled by the new controllers, run by kubelets that found the server again.
  const fresh = await lab.run('fresh');
  await lab.in(fresh, 'ping', '-c1', '-W2', ipOf(before));
});
