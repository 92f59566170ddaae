import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentProcess } from '../../test/support/agent-process.ts';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { eventually, sh, TestNode } from '../../test/support/test-node.ts';
import { WiredPods } from '../../test/support/wired-pods.ts';
import { kubernetesPolicies, namespaces, networkPolicies, pods } from '../api/kinds.ts';

if (inPrivateNamespace(import.meta.filename)) {
  const node = new TestNode();
  const wired = new WiredPods(node);
  const agent = new AgentProcess(node);

  const serving = () => eventually('serving', async () => (await node.request({ command: 'STATUS' })).ok, 8000);

  /** Tries what is forbidden and what is allowed until stopped. */
  async function probing(work: () => Promise<void>): Promise<void> {
    const stop = new AbortController();
    const found = { opened: 0, shut: 0, probes: 0 };
    const probe = async (): Promise<void> => {
      for (; !stop.signal.aborted; found.probes++) {
        const [forbidden, stranger, allowed] = await Promise.all([
          wired.reaches('client', 'web', 81, 15),
          wired.reaches('stranger', 'web', 80, 15),
          wired.reaches('client', 'web', 80, 2000),
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
    agent.start();
    await wired.make('web', { app: 'web' });
    await wired.make('client', { role: 'client' });
    await wired.make('stranger', { role: 'other' });
    await serving();
    for (const name of ['web', 'client', 'stranger']) await wired.wire(name);
    await eventually('allowed', () => wired.reaches('client', 'web', 80, 100));
  });
  after(async () => {
    await agent.end();
    wired.close();
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
      await agent.end();
      agent.start();
      await serving();
    });
    assert.ok(counted() > before, `${counted()} after ${before}`);
  });

  test('SIGSTOP: what is there goes on; a new pod waits, and is closed from its first packet', async () => {
    await probing(async () => {
      agent.signal('SIGSTOP');
      await wired.make('late', { app: 'web' });
      const adding = wired.wire('late');
      await sleep(300);
      assert.equal(
        sh(`nsenter --net=${join(node.directory, 'netns', 'late')} ip -o link`).includes('eth0'),
        false,
        'not wired',
      );
      agent.signal('SIGCONT');
      await adding;
      const answers = await Promise.all([
        wired.reaches('stranger', 'late', 80, 100),
        wired.reaches('client', 'late', 81, 100),
        wired.reaches('client', 'late', 80, 1000),
      ]);
      assert.deepEqual(answers, [false, false, true]);
    });
  });

  test('API server away, agent started anew: the kernel keeps the policy, and what is known of it is not replaced by nothing', async () => {
    await agent.end();
    await node.stopServer();
    await probing(async () => {
      agent.start();
      await eventually('answers', async () => !(await node.request({ command: 'STATUS' })).ok, 8000);
      await sleep(500);
      await node.startServer();
      await serving();
    });
  });
}
