import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isSameSession, standingSessions, untilStanding } from './support/bgp.ts';
import { FlowProbe } from './support/flow-probe.ts';
import { LabFixture, until } from './support/lab-fixture.ts';

let lab: LabFixture;
before(async () => {
  lab = await LabFixture.start('birds', '--mode', 'bgp', '--nodes', '3');
});
after(() => lab?.stop());

/** The node's processes whose command line matches, by number; not the search itself. */
async function pids(node: string, pattern: string): Promise<readonly string[]> {
  const { stdout } = await lab.tryOn(node, 'pgrep', '-f', '--', pattern.replace(/^./, '[$&]'));
  return stdout.split('\n').filter((line) => line !== '');
}

const bird = (node: string) => pids(node, 'bird -f -R');

/** Waits until exactly one process matches and it is another than before. */
function another(node: string, pattern: string, before: readonly string[]): Promise<readonly string[]> {
  return until(`another ${pattern} on ${node}`, async () => {
    const now = await pids(node, pattern);
    return now.length === 1 && now[0] !== before[0] ? now : undefined;
  });
}

/** Both other nodes. */
const established = (node: string) => untilStanding(lab, node, 2);

test('agent and kubelet killed: -> BIRD and its sessions do not notice', async () => {
  await established('node1');
  // Since when they stand: another time would mean that they were lost.
  const [process, sessions] = [await bird('node1'), await standingSessions(lab, 'node1')];
  assert.equal(process.length, 1);
  const programs = ['main.ts agent', 'main.ts lab kubelet'];
  for (const program of programs) {
    const old = await pids('node1', program);
    await lab.on('node1', 'kill', '-9', ...old);
    await another('node1', program, old);
  }
  assert.deepEqual(await bird('node1'), process);
  const now = await standingSessions(lab, 'node1');
  assert.equal(now.size, sessions.size);
  for (const [name, since] of now) assert.ok(isSameSession(since, sessions.get(name)), name);
});

test('BIRD killed: -> the next one runs within a second, no route changes here or there, no flow stops', async () => {
  const [from, to] = await Promise.all([lab.run('from', 'node1'), lab.run('to', 'node2')]);
  const places = ['node1', 'node2', 'master'];
  await Promise.all(places.map(established));
  const routes = (): Promise<string[]> =>
    Promise.all(places.map((place) => lab.on(place, 'ip', 'route', 'show', 'proto', 'bird')));
  const probe = await FlowProbe.start(lab.state, from, to);
  try {
    const earlier = await until('blocks of the pods everywhere', async () => {
      const now = await routes();
      return now.every((text) => text.trim() !== '') ? now : undefined;
    });
    const monitor = lab.tryOn('node2', 'timeout', '6', 'ip', '-4', 'monitor', 'route');
    await probe.take();
    const killed = performance.now();
    const old = await bird('node1');
    await lab.on('node1', 'kill', '-9', ...old);
    await another('node1', 'bird -f -R', old);
    assert.ok(performance.now() - killed < 1000, `${performance.now() - killed} ms`);
    await Promise.all(places.map(established));
    assert.deepEqual(await routes(), earlier);
    assert.equal((await monitor).stdout, '', 'route changes at a peer');
    const { longestLossMs, tcpResets } = await probe.take();
    assert.ok(longestLossMs <= 100, `${longestLossMs} ms without a tick`);
    assert.equal(tcpResets, 0);
  } finally {
    await probe.stop();
  }
});

test('BIRD of a kubelet that is gone killed: -> the next kubelet starts another', async () => {
  const kubelet = await pids('node2', 'main.ts lab kubelet');
  await lab.on('node2', 'kill', '-9', ...kubelet);
  await another('node2', 'main.ts lab kubelet', kubelet);
  const old = await bird('node2');
  await lab.on('node2', 'kill', '-9', ...old);
  await another('node2', 'bird -f -R', old);
  await established('node2');
});
