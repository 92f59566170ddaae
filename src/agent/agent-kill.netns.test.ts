import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentProcess } from '../../test/support/agent-process.ts';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { eventually, sh, TestNode } from '../../test/support/test-node.ts';
import { ipamBlocks, nodes } from '../api/kinds.ts';
import { podDeviceName } from '../api/names.ts';

if (inPrivateNamespace(import.meta.filename)) {
  const node = new TestNode();
  const agent = new AgentProcess(node);

  before(async () => {
    await node.setUp();
    await node.addNode('node1', '192.0.2.11');
    await node.addPool('default-pool', { cidr: '10.24.0.0/16', vxlanMode: 'Always', natOutgoing: true });
  });
  after(async () => {
    await agent.end();
    await node.tearDown();
  });

  /** As a runtime does: again until it works. */
  async function addUntilItWorks(pod: string, id: string, netns: string): Promise<string> {
    const result = await eventually(`ADD ${pod}`, () => node.add(pod, id, netns), 10_000);
    return result.ips[0]?.address.split('/')[0] ?? '';
  }

  test('SIGKILL at any moment of an ADD load -> after the retries one address and one working interface per pod', async () => {
    agent.start();
    const names = Array.from({ length: 24 }, (_, i) => `pod${i}`);
    await Promise.all(names.map((name) => node.addPod(name)));
    const places = new Map(names.map((name) => [name, node.netns(name)]));
    let done = 0;
    const adding = Promise.all(
      names.map(async (name) => {
        const address = await addUntilItWorks(name, `id-${name}`, places.get(name) ?? '');
        done++;
        return address;
      }),
    );
    // In the middle of the work each time: some pods are done, others have got as far as the next line of code.
    for (const few of [2, 8, 15]) {
      await eventually(`${few} pods wired`, () => done >= few);
      await agent.end();
      agent.start();
    }
    const addresses = await adding;
    assert.equal(new Set(addresses).size, names.length);

    const { items } = await node.cluster.list(ipamBlocks);
    const owned = items.flatMap(({ spec }) =>
      spec.allocations.flatMap((slot) => (slot === null ? [] : (spec.attributes[slot]?.handle_id ?? []))),
    );
    const podHandles = owned.filter((handle) => handle.startsWith('k8s-pod-network.')).sort();
    assert.deepEqual(
      podHandles,
      names.map((name) => `k8s-pod-network.id-${name}`).sort(),
      'no second address, no leak',
    );
    for (const [i, name] of names.entries()) {
      const wired = sh(`ip route show ${addresses[i]}`);
      assert.match(wired, new RegExp(`dev ${podDeviceName('default', name)} .*scope link`));
      assert.match(sh(`nsenter --net=${places.get(name)} ping -c 1 -W 2 192.0.2.11`), / 0% packet loss/);
    }
    assert.equal(sh('ip -o link').match(/: cali/g)?.length, names.length, 'no interface is left over');
  });

  test('SIGKILL while traffic flows -> not one packet is lost, nothing is flushed when the agent is back', async () => {
    const netns = join(node.directory, 'netns', 'pod0');
    const ping = spawn('nsenter', [`--net=${netns}`, 'ping', '-i', '0.01', '-c', '150', '-q', '192.0.2.11']);
    let text = '';
    ping.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const ended = new Promise((resolve) => ping.once('exit', resolve));
    await sleep(200);
    await agent.end();
    await sleep(100);
    agent.start();
    await eventually('serving', async () => (await node.request({ command: 'STATUS' })).ok, 5000);
    await ended;
    assert.match(text, /150 received, 0% packet loss/);
  });

  test('SIGTERM -> condition NetworkUnavailable=True, exit status 0, pods go on', async () => {
    assert.equal(await agent.end('SIGTERM'), 0);
    const conditions = (await node.cluster.get(nodes, 'node1'))?.status?.conditions;
    assert.equal(conditions?.find(({ type }) => type === 'NetworkUnavailable')?.status, 'True');
    assert.match(
      sh(`nsenter --net=${join(node.directory, 'netns', 'pod0')} ping -c 1 -W 2 192.0.2.11`),
      / 0% packet loss/,
    );
  });
}
