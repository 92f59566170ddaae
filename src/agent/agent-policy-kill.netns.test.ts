import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { canConnect, listenIn } from '../../test/support/pod-connections.ts';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { eventually, sh, TestNode } from '../../test/support/test-node.ts';
import { kubernetesPolicies, namespaces, networkPolicies, pods } from '../api/kinds.ts';

if (inPrivateNamespace(import.meta.filename)) {
  const node = new TestNode();
  const servers: Server[] = [];
  const places = new Map<string, { readonly netns: string; readonly ip: string }>();
  let child: ChildProcess | undefined;

  /** The agent as a process of its own, so that it can be killed and stopped. */
  function startChild(): void {
    const argv = [
      ...['--node', 'node1', '--kubeconfig', node.kubeconfig, '--run-directory', node.run],
      ...['--state-directory', join(node.directory, 'state'), '--cni-config-directory', join(node.directory, 'net.d')],
      ...['--health-port', '0', '--metrics-port', '0'],
    ];
    const program = join(import.meta.dirname, 'program.ts');
    const code = `const { run } = await import(${JSON.stringify(program)}); process.exit(await run(process.argv.slice(1)));`;
    child = spawn(process.execPath, ['--input-type=module', '-e', code, '--', ...argv], { stdio: 'ignore' });
  }

  async function kill(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  const serving = () => eventually('serving', async () => (await node.request({ command: 'STATUS' })).ok, 8000);
  const makePod = async (name: string, labels: Readonly<Record<string, string>>): Promise<void> => {
    const spec = { nodeName: 'node1', containers: [{ name: 'main', image: 'nginx' }] };
    await node.cluster.create(pods, { metadata: { name, namespace: 'default', labels }, spec });
  };
  const wired = (name: string, netns: string, address: string): void => {
    places.set(name, { netns, ip: address.split('/')[0] ?? '' });
    for (const port of [80, 81]) servers.push(listenIn(netns, port));
  };
  const wire = async (name: string): Promise<void> => {
    const netns = node.netns(name);
    const result = await eventually(`ADD ${name}`, () => node.add(name, `id-${name}`, netns), 10_000);
    wired(name, netns, result.ips[0]?.address ?? '');
  };
  const at = (name: string) => {
    const place = places.get(name);
    assert.ok(place, name);
    return place;
  };
  const reaches = (from: string, to: string, port: number, withinMs: number): Promise<boolean> =>
    canConnect(at(from).netns, at(to).ip, port, withinMs);

  /** Tries what is forbidden and what is allowed until stopped. */
  async function probing(work: () => Promise<void>): Promise<void> {
    const stop = new AbortController();
    const found = { opened: 0, shut: 0, probes: 0 };
    const probe = async (): Promise<void> => {
      for (; !stop.signal.aborted; found.probes++) {
        const [forbidden, stranger, allowed] = await Promise.all([
          reaches('client', 'web', 81, 15),
          reaches('stranger', 'web', 80, 15),
          reaches('client', 'web', 80, 2000),
        ]);
        if (forbidden || stranger) found.opened++;
        if (!allowed) found.shut++;
      }
    };
    const probes = probe();
    try {
      await work();
    } finally {
      stop.abort();
      await probes;
    }
    assert.ok(found.probes > 5, String(found.probes));
    assert.deepEqual({ opened: found.opened, shut: found.shut }, { opened: 0, shut: 0 }, `of ${found.probes} probes`);
  }

  before(async () => {
    await node.setUp();
    await node.addNode('node1', '192.0.2.11');
    await node.addPool('default-pool', { cidr: '10.24.0.0/16', natOutgoing: true, blockSize: 26 });
    await node.cluster.create(kubernetesPolicies, {
      metadata: { name: 'deny', namespace: 'default' },
      spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] },
    });
    await node.cluster.create(networkPolicies, {
      metadata: { name: 'allow-80', namespace: 'default' },
      spec: {
        selector: "app == 'web'",
        types: ['Ingress'],
        ingress: [
          { action: 'Allow', protocol: 'TCP', source: { selector: "role == 'client'" }, destination: { ports: [80] } },
        ],
      },
    });
    startChild();
    await makePod('web', { app: 'web' });
    await makePod('client', { role: 'client' });
    await makePod('stranger', { role: 'other' });
    for (const name of ['web', 'client', 'stranger']) await wire(name);
    await eventually('allowed', () => reaches('client', 'web', 80, 100));
  });
  after(async () => {
    await kill();
    for (const server of servers) server.close();
    await node.tearDown();
  });

  test('churn of labels, policies and namespaces: nothing opens, what is allowed stays allowed', async () => {
    const relabel = (name: string, labels: Readonly<Record<string, string | null>>) =>
      node.cluster.patch(pods, name, 'default', 'merge', { metadata: { labels } });
    await probing(async () => {
      for (let i = 0; i < 12; i++) {
        await relabel('web', { turn: String(i) });
        await relabel('client', { turn: String(i) });
        await node.cluster.create(networkPolicies, {
          metadata: { name: `other-${i}`, namespace: 'default' },
          spec: {
            selector: `has(app) && turn in {'${i}', '${i + 1}'}`,
            types: ['Ingress'],
            order: i % 2 === 0 ? 1 : 2000,
            ingress: [
              { action: 'Allow', protocol: 'TCP', source: { selector: "role == 'nobody'" } },
              { action: 'Deny', protocol: 'TCP', destination: { ports: [81, 1000 + i] } },
            ],
          },
        });
        await node.cluster.patch(namespaces, 'default', undefined, 'merge', { metadata: { labels: { turn: `${i}` } } });
        if (i % 3 === 2) await node.cluster.delete(networkPolicies, `other-${i - 1}`, 'default');
      }
      await sleep(200);
    });
  });

  test('SIGKILL and start: nothing opens or shuts, the counters go on', async () => {
    const counted = (): number =>
      Number(/packets (\d+)/.exec(sh('nft list chain inet weft cali-pi-np/default/allow-80/0'))?.[1]);
    const before = counted();
    assert.ok(before > 0);
    await probing(async () => {
      await kill();
      startChild();
      await serving();
    });
    assert.ok(counted() > before, `${counted()} after ${before}`);
  });

  test('SIGSTOP: what is there goes on; a new pod waits, and is closed from its first packet', async () => {
    await probing(async () => {
      child?.kill('SIGSTOP');
      await makePod('late', { app: 'web' });
      const netns = node.netns('late');
      const adding = node.add('late', 'id-late', netns);
      await sleep(300);
      assert.equal(sh(`nsenter --net=${netns} ip -o link`).includes('eth0'), false, 'not wired');
      child?.kill('SIGCONT');
      const result = await adding;
      wired('late', netns, result.ips[0]?.address ?? '');
      const answers = await Promise.all([
        reaches('stranger', 'late', 80, 100),
        reaches('client', 'late', 81, 100),
        reaches('client', 'late', 80, 1000),
      ]);
      assert.deepEqual(answers, [false, false, true]);
    });
  });

  test('API server away, agent started anew: the kernel keeps the policy, and what is known of it is not replaced by nothing', async () => {
    await kill();
    await node.stopServer();
    await probing(async () => {
      startChild();
      await eventually('answers', async () => !(await node.request({ command: 'STATUS' })).ok, 8000);
      await sleep(500);
      await node.startServer();
      await serving();
    });
  });
}
