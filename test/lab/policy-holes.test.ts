import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NetworkPolicy, PolicySpec } from '../../src/api/calico-policy.ts';
import type { Pod } from '../../src/api/core.ts';
import { globalNetworkPolicies, namespaces, networkPolicies, pods } from '../../src/api/kinds.ts';
import { ipOf, LabFixture, until } from './support/lab-fixture.ts';
import { LeakReceiver, LeakSender } from './support/leak.ts';

// No packet passes that policy forbids: not while policies, labels and namespaces change, not while the agent is dead,
// stopped or starting, not before a new pod's policy is in force. A sender that is always forbidden and one that is always
// allowed begin a connection every few milliseconds, all the time; not one of the first may arrive, and the second shows
// that the network works meanwhile.

const idle = { containers: [{ name: 'main', image: 'idle' }] };
const churns = 150;

let lab: LabFixture;
let [target, friend, foe]: (Pod | undefined)[] = [];
let receiver: LeakReceiver;
const senders: LeakSender[] = [];

before(async () => {
  lab = await LabFixture.start('holes');
  // Isolated before anything can be allowed.
  await lab.cluster.create(networkPolicies, policy('isolate', { selector: "app == 'target'", types: ['Ingress'] }));
  await lab.cluster.create(networkPolicies, allow('friends', "role == 'friend'"));
  [target, friend, foe] = await Promise.all([
    lab.run('target', 'node1', idle, { labels: { app: 'target' } }),
    lab.run('friend', 'node1', idle, { labels: { role: 'friend' } }),
    lab.run('foe', 'node2', idle, { labels: { role: 'foe' } }),
  ]);
  receiver = await LeakReceiver.start(lab.state, target);
  for (const pod of [friend, foe]) {
    const sender = await LeakSender.start(lab.state, pod);
    senders.push(sender);
    await sender.aim([ipOf(target)]);
  }
  await arrivals('friend', 50);
});
after(async () => {
  await Promise.all([...senders, receiver].map((one) => one?.end()));
  await lab?.stop();
});

function policy(name: string, spec: PolicySpec): NetworkPolicy {
  return { apiVersion: 'projectcalico.org/v3', kind: 'NetworkPolicy', metadata: { name, namespace: 'default' }, spec };
}

function allow(name: string, from: string, selector = "app == 'target'"): NetworkPolicy {
  const ingress = [{ action: 'Allow', protocol: 'UDP', source: { selector: from } } as const];
  return policy(name, { selector, types: ['Ingress'], ingress });
}

/** Waits until so many more datagrams of the friend have arrived. */
async function arrivals(what: string, more: number): Promise<void> {
  const ip = ipOf(friend as Pod);
  const { [ip]: first = 0 } = await receiver.counts();
  await until(`${more} datagrams of the ${what}`, async () => {
    const { [ip]: now = 0 } = await receiver.counts();
    return now - first >= more ? true : undefined;
  });
}

async function nothingForbidden(): Promise<void> {
  await arrivals('friend', 20);
  const counts = await receiver.counts();
  assert.deepEqual(Object.keys(counts), [ipOf(friend as Pod)], 'who has reached the target');
}

test('policies: created, replaced and deleted beside the one that isolates', async () => {
  for (let i = 0; i < churns; i++) {
    const name = `churn-${i % 5}`;
    const one = allow(name, `role == 'nobody-${i}' || role == 'other-${i % 3}'`);
    const known = await lab.cluster.get(networkPolicies, name, 'default');
    if (known === undefined) await lab.cluster.create(networkPolicies, one);
    else if (i % 3 === 0) await lab.cluster.delete(networkPolicies, name, 'default');
    else await lab.cluster.patch(networkPolicies, name, 'default', 'merge', { spec: one.spec });
  }
  await nothingForbidden();
});

test('labels: the target moves between policies of which none allows the foe', async () => {
  await lab.cluster.create(networkPolicies, allow('blue', "role == 'friend'", "color == 'blue'"));
  await lab.cluster.create(networkPolicies, allow('red', "role in {'friend', 'somebody'}", "color == 'red'"));
  for (let i = 0; i < churns; i++) {
    const labels = { color: i % 2 === 0 ? 'blue' : 'red', turn: `${i}` };
    await lab.cluster.patch(pods, 'target', 'default', 'merge', { metadata: { labels } });
    const role = `foe-${i % 7}`;
    await lab.cluster.patch(pods, 'foe', 'default', 'merge', { metadata: { labels: { role } } });
  }
  await nothingForbidden();
});

test('a deny list in front of allow-all: who joins and leaves it never opens it for who stays', async () => {
  const ingress = [
    { action: 'Deny', source: { selector: "has(listed) && role != 'friend'" } },
    { action: 'Allow' },
  ] as const;
  const spec = { selector: "app == 'target'", order: 1, types: ['Ingress'], ingress } as const;
  await lab.cluster.patch(pods, 'foe', 'default', 'merge', { metadata: { labels: { listed: 'yes' } } });
  await sleep(500);
  const metadata = { name: 'deny-listed' };
  await lab.cluster.create(globalNetworkPolicies, {
    apiVersion: 'projectcalico.org/v3',
    kind: 'GlobalNetworkPolicy',
    metadata,
    spec,
  });
  for (let i = 0; i < churns; i++) {
    const listed = { metadata: { labels: { listed: i % 2 === 0 ? null : 'yes' } } };
    await lab.cluster.patch(pods, 'friend', 'default', 'merge', listed);
    if (i % 10 === 0)
      await lab.cluster.patch(globalNetworkPolicies, 'deny-listed', undefined, 'merge', { spec: { order: 1 + i } });
  }
  await lab.cluster.delete(globalNetworkPolicies, 'deny-listed', undefined);
  await nothingForbidden();
});

test("namespaces: labels come and go that nobody of the foe's namespace may profit from", async () => {
  const from = "team == 'green'";
  const ingress = [{ action: 'Allow', source: { namespaceSelector: from, selector: "role == 'friend'" } }] as const;
  await lab.cluster.create(
    networkPolicies,
    policy('green', { selector: "app == 'target'", types: ['Ingress'], ingress }),
  );
  for (let i = 0; i < churns; i++) {
    const labels = { team: i % 2 === 0 ? 'green' : 'grey' };
    await lab.cluster.patch(namespaces, 'default', undefined, 'merge', { metadata: { labels } });
  }
  await nothingForbidden();
});

test('agent killed three times at work: what was forbidden stays so, what was allowed goes on', async () => {
  for (let i = 0; i < 3; i++) {
    for (const node of ['node1', 'node2']) await lab.signalAgent(node, 'KILL');
    const labels = { color: i % 2 === 0 ? 'red' : 'blue' };
    await lab.cluster.patch(pods, 'target', 'default', 'merge', { metadata: { labels } });
    await arrivals('friend', 50);
  }
  await nothingForbidden();
});

test('agent stopped: a pod that is made meanwhile is not networked, and begins with its policy', async () => {
  const spec = { selector: "app == 'captive'", types: ['Egress'] } as const;
  await lab.cluster.create(networkPolicies, policy('captive', spec));
  await lab.signalAgent('node2', 'STOP');
  const shout = `while :; do echo x > /dev/udp/${ipOf(target as Pod)}/7777; sleep 0.01; done`;
  const containers = [{ name: 'main', image: 'debian', command: ['bash', '-c', shout] }];
  const labels = { app: 'captive', role: 'friend' };
  const made = lab.run('captive', 'node2', { containers }, { labels });
  await sleep(1500);
  const waiting = await lab.cluster.get(pods, 'captive', 'default');
  assert.equal(waiting?.status?.podIP, undefined);
  await lab.signalAgent('node2', 'CONT');
  await made;
  await sleep(1000);
  await nothingForbidden();
});

test('new pods: denied from their first packet, twenty of them', async () => {
  const shout = `while :; do echo x > /dev/udp/${ipOf(target as Pod)}/7777; sleep 0.01; done`;
  const containers = [{ name: 'main', image: 'debian', command: ['bash', '-c', shout] }];
  const names = Array.from({ length: 20 }, (_, i) => `foe-${i}`);
  const labels = { role: 'foe' };
  await Promise.all(names.map((name, i) => lab.run(name, i % 2 === 0 ? 'node1' : 'node2', { containers }, { labels })));
  await nothingForbidden();
});

test('foreign hands: our rules are deleted -> repaired, and nothing of another table touched', async () => {
  await lab.on('node1', 'nft', 'add', 'table', 'inet', 'other');
  await lab.on('node1', 'nft', 'flush', 'chain', 'inet', 'weft', 'cali-to-wl-dispatch');
  await until('the chain is whole again', async () => {
    const chain = await lab.on('node1', 'nft', 'list', 'chain', 'inet', 'weft', 'cali-to-wl-dispatch');
    return chain.includes('vmap') ? true : undefined;
  });
  await arrivals('friend', 20);
  assert.match(await lab.on('node1', 'nft', 'list', 'tables'), /inet other/);
});
