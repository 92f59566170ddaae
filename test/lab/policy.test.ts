import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Pod } from '../../src/api/core.ts';
import { ipOf, LabFixture, until } from './support/lab-fixture.ts';
import { ReachProbe } from './support/reach.ts';

// Scenario F7, as the document has it: pod1 has role == pod1, pod2 and pod3 have app == nginx, and the policy
// allow-tcp-80 lets role == pod1 connect to port 80 of app == nginx. What is not in the document: a pod without labels.

const example = fileURLToPath(new URL('../../examples/network-policy.yaml', import.meta.url));
const idle = { containers: [{ name: 'main', image: 'idle' }] };

let lab: LabFixture;
const probes: ReachProbe[] = [];
let [pod1, pod2, pod3, other]: (ReachProbe | undefined)[] = [];

before(async () => {
  lab = await LabFixture.start('policy');
  const wanted = [
    ['pod1', 'node1', { role: 'pod1' }],
    ['pod2', 'node1', { app: 'nginx' }],
    ['pod3', 'node2', { app: 'nginx' }],
    ['other', 'node2', {}],
  ] as const;
  const pods = await Promise.all(wanted.map(([name, node, labels]) => lab.run(name, node, idle, { labels })));
  for (const pod of pods) probes.push(await ReachProbe.start(lab.state, pod, { tcp: [80, 81], udp: [80] }));
  [pod1, pod2, pod3, other] = probes;
});
after(async () => {
  await Promise.all(probes.map((probe) => probe.end()));
  await lab?.stop();
});

/** From whom a pod is reached at a port. */
async function reachedBy(target: Pod, port: number, protocol: 'tcp' | 'udp' = 'tcp'): Promise<readonly string[]> {
  const sources = probes.filter(({ pod }) => pod.metadata.name !== target.metadata.name);
  const reached = await Promise.all(sources.map((probe) => probe.reach(ipOf(target), port, protocol)));
  return sources.filter((_, i) => reached[i]).map(({ pod }) => pod.metadata.name);
}

async function settled(target: Pod, expected: readonly string[]): Promise<void> {
  await until(`${target.metadata.name} is reached by ${expected.join(', ') || 'nobody'}`, async () =>
    (await reachedBy(target, 80)).join() === expected.join() ? true : undefined,
  );
}

const podOf = (probe: ReachProbe | undefined): Pod => {
  assert.ok(probe);
  return probe.pod;
};

/** Packets that the rule's own chain on a node has counted. */
async function counted(node: string, chain: string): Promise<number> {
  const listing = await lab.on(node, 'nft', 'list', 'table', 'inet', 'weft');
  const body = listing.split(`chain ${chain} {`)[1]?.split('}')[0] ?? '';
  return Number(/counter packets (\d+)/.exec(body)?.[1] ?? Number.NaN);
}

test('before the policy: everybody reaches everybody', async () => {
  assert.deepEqual(await reachedBy(podOf(pod2), 80), ['pod1', 'pod3', 'other']);
  assert.deepEqual(await reachedBy(podOf(pod2), 81), ['pod1', 'pod3', 'other']);
});

test('applied: pod1 reaches port 80, every other pod and port is dropped', async () => {
  const applied = await lab.weft('apply', '-f', example);
  assert.equal(applied.status, 0, applied.stderr);
  for (const target of [podOf(pod2), podOf(pod3)]) {
    await settled(target, ['pod1']);
    assert.deepEqual(await reachedBy(target, 80), ['pod1']);
    assert.deepEqual(await reachedBy(target, 81), []);
    assert.deepEqual(await reachedBy(target, 80, 'udp'), []);
  }
  // Who is not selected is as before, and those who are selected may connect to others, with replies.
  assert.deepEqual(await reachedBy(podOf(other), 81), ['pod1', 'pod2', 'pod3']);
});

test('the node itself: reaches its own pods whatever their policy (probes of the kubelet)', async () => {
  await lab.on('node1', 'curl', '-sS', '-m', '2', '-o', '/dev/null', '--http0.9', `telnet://${ipOf(podOf(pod2))}:81`);
});

test('one connection: moves the counter of the rule by one, on the node of the target only', async () => {
  const chain = 'cali-pi-np/default/allow-tcp-80/0';
  const earlier = await counted('node1', chain);
  const elsewhere = await counted('node2', chain);
  assert.equal(await pod1?.reach(ipOf(podOf(pod2)), 80), true);
  assert.equal(await counted('node1', chain), earlier + 1);
  assert.equal(await counted('node2', chain), elsewhere);
});

test("weft policy chains: the walk from the base chain to the rule, by Calico's names", async () => {
  const { stdout, stderr, status } = await lab.weft('policy', 'chains', 'pod2');
  assert.equal(status, 0, stderr);
  const steps = ['filter-forward', 'cali-to-wl-dispatch', 'cali-tw-cali', 'cali-pi-np/default/allow-tcp-80/0'];
  const places = steps.map((step) => stdout.indexOf(step));
  assert.ok(
    places.every((place, i) => place >= 0 && place > (places[i - 1] ?? -1)),
    stdout,
  );
});

test('weft why: names the rule that allows, and for a drop the policies that isolate and what would help', async () => {
  const allowed = await lab.weft('why', 'pod/pod1', 'pod/pod2:80');
  assert.equal(allowed.status, 0, allowed.stdout + allowed.stderr);
  assert.match(allowed.stdout, /ALLOWED/);
  assert.match(allowed.stdout, /allow-tcp-80/);
  const denied = await lab.weft('why', 'pod/other', 'pod/pod2:80', '--live');
  assert.match(denied.stdout, /DENIED/);
  assert.match(denied.stdout, /tier "?default/);
  assert.match(denied.stdout, /allow-tcp-80/);
});

test('weft why --live: a connection that was just dropped is in the live evidence', async () => {
  assert.equal(await other?.reach(ipOf(podOf(pod2)), 80), false);
  const { stdout } = await lab.weft('why', 'pod/other', 'pod/pod2:80', '--live', '-o', 'json');
  const [answer] = (JSON.parse(stdout) as { connections: readonly { allowed: boolean; live?: unknown }[] }).connections;
  assert.equal(answer?.allowed, false);
  assert.match(JSON.stringify(answer?.live), /denied \d+ such packets?, .* by the end of tier default/);
});

test('weft policy matrix: the truth table of real packets', async () => {
  const { stdout, stderr, status } = await lab.weft('policy', 'matrix', '--port', '80,81', '-o', 'json');
  assert.equal(status, 0, stderr);
  const { connections } = JSON.parse(stdout) as {
    connections: readonly { from: string; to: string; port: number; allowed: boolean }[];
  };
  const cells = connections.filter(({ from, to }) => from !== 'external' && to !== 'external');
  assert.equal(cells.length, probes.length * (probes.length - 1) * 2);
  for (const { pod } of probes) {
    const { name } = pod.metadata;
    for (const port of [80, 81]) {
      const allowed = cells.filter((cell) => cell.to === `default/${name}` && cell.port === port && cell.allowed);
      const reached = (await reachedBy(pod, port)).map((source) => `default/${source}`);
      assert.deepEqual(allowed.map(({ from }) => from).sort(), reached.sort(), `${name}:${port}`);
    }
  }
});

test('taken away: everybody reaches everybody again', async () => {
  const deleted = await lab.weft('delete', '-f', example);
  assert.equal(deleted.status, 0, deleted.stderr);
  await settled(podOf(pod2), ['pod1', 'pod3', 'other']);
  await settled(podOf(pod3), ['pod1', 'pod2', 'other']);
});
