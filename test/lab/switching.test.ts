import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '../../src/api/core.ts';
import { pods } from '../../src/api/kinds.ts';
import { labDirectory } from '../../src/lab/directory.ts';
import { routeProtocol } from '../../src/net/route.ts';
import { FlowProbe } from './support/flow-probe.ts';
import type { FlowFigures } from './support/flow-probe-figures.ts';
import { assertUnnoticed, flowText, longestGapMs } from './support/flow-verdict.ts';
import { ipOf, LabFixture, runWeft, until } from './support/lab-fixture.ts';
import type { IpRoute } from './support/scenarios.ts';
import { switches, type Way, ways } from './support/ways.ts';

/** C1: a running cluster goes from every way between nodes to every other one, and no pod notices. */
const nodes = ['master', 'node1', 'node2', 'node3'];

const poolName = 'default-ipv4-ippool';

let lab: LabFixture;
let placed: readonly Pod[] = [];
let probes: readonly { readonly name: string; readonly probe: FlowProbe }[] = [];
let directory = '';
let pool = '';
let fresh: readonly string[] = [];
/** Longest gap without any switch: what this machine's own business makes of a 10 ms tick. */
let idleMs = 0;

before(async () => {
  lab = await LabFixture.start('switch', '--mode', 'bgp', '--cross-subnet', '--nodes', '4');
  directory = mkdtempSync(join(tmpdir(), 'weft-switching-'));
  placed = await Promise.all(nodes.map((node) => lab.run(`on-${node}`, node)));
  const [master, node1, node2, node3] = placed;
  assert.ok(master && node1 && node2 && node3);
  await routesAre('bgp');
  fresh = await kernelStates();
  pool = await calico('get', 'ippool', poolName, '-o', 'yaml', '--export');
  // node2 is behind the router, the others share a subnet.
  probes = [
    { name: 'same subnet', probe: await FlowProbe.start(lab.state, master, node1) },
    { name: 'across subnets', probe: await FlowProbe.start(lab.state, node1, node2) },
    { name: 'across, back', probe: await FlowProbe.start(lab.state, node2, node3) },
  ];
  // The same command, with the same programs at work on the same machine, but nothing to switch.
  await take();
  for (let round = 0; round < 3; round++) {
    await switchTo('bgp');
    await sleep(300);
  }
  const control = await take();
  idleMs = Math.max(...control.map(({ figures }) => figures.longestGapMs));
  console.log(report('no switch', control));
});

after(async () => {
  await Promise.allSettled(probes.map(({ probe }) => probe.stop()));
  await lab?.stop();
  if (directory !== '') rmSync(directory, { recursive: true, force: true });
});

async function calico(...args: readonly string[]): Promise<string> {
  const done = await runWeft(...args, '--kubeconfig', labDirectory(lab.name).kubeconfig);
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

/** `weft replace -f pool.yaml`, as in the document. */
async function switchTo(way: Way): Promise<void> {
  const { ipipMode, vxlanMode } = ways[way];
  const file = join(directory, 'pool.yaml');
  const text = pool
    .replace(/ipipMode: .*/, `ipipMode: ${ipipMode}`)
    .replace(/vxlanMode: .*/, `vxlanMode: ${vxlanMode}`);
  writeFileSync(file, text);
  assert.equal(await calico('replace', '-f', file), "Successfully replaced 1 'IPPool' resource(s)\n");
}

function take(): Promise<Seen> {
  return Promise.all(probes.map(async ({ name, probe }) => ({ name, figures: await probe.take() })));
}

/** Waits until each node reaches the blocks of each other one in exactly the way wanted, and in no other. */
async function routesAre(way: Way): Promise<void> {
  const { near, far } = ways[way];
  const protocol = ways[way].protocol === routeProtocol.bird ? 'bird' : `${routeProtocol.weft}`;
  const blocks = new Map(await Promise.all(nodes.map(async (node) => [node, await lab.blocks(node)] as const)));
  const subnet = (node: string) => lab.address(node).replace(/\.\d+$/, '');
  const isNear = (a: string, b: string) => subnet(a) === subnet(b);
  let seen = '';
  const look = async (): Promise<true | undefined> => {
    for (const node of nodes) {
      const routes = await lab.ip<IpRoute[]>(node, 'route');
      for (const other of nodes.filter((one) => one !== node)) {
        for (const block of blocks.get(other) ?? []) {
          const found = routes.filter(({ dst }) => dst === block).map((one) => `${one.dev} ${one.protocol}`);
          seen = `${node} to ${other}: ${found.join(', ') || 'nothing'}`;
          if (found.join() !== `${isNear(node, other) ? near : far} ${protocol}`) return undefined;
        }
      }
    }
    return true;
  };
  await until(`routes of ${way}`, look).catch((error: Error) => {
    error.message += `; ${seen}`;
    throw error;
  });
}

/** Everything of ours in the kernel of each node, without counters and what the kernel numbers itself. */
async function kernelStates(): Promise<readonly string[]> {
  const look = `ip -br link; ip -br addr; ip route; ip rule; ip neigh show nud permanent; nft list table inet weft
    for device in $(ls /sys/class/net); do bridge fdb show dev $device; done; find /run/weft/bpf -mindepth 1 ! -name '*.debug' 2>/dev/null || true`;
  const texts = await Promise.all(nodes.map((node) => lab.on(node, 'sh', '-c', look)));
  return texts.map((text) => text.replaceAll(/counter packets \d+ bytes \d+/g, 'counter').replaceAll(/@if\d+/g, ''));
}

type Seen = readonly { readonly name: string; readonly figures: FlowFigures }[];

function report(what: string, seen: Seen): string {
  return `${what}: ${seen.map(({ name, figures }) => `${name}: ${flowText(figures)}`).join(' | ')}`;
}

/** Prints what was seen, then holds it against the bounds. */
function judge(what: string, seen: Seen): void {
  console.log(report(what, seen));
  for (const { name, figures } of seen) assertUnnoticed(figures, `${what}, ${name}`, idleMs);
}

test('tour: covers every ordered pair of the five ways once', () => {
  const pairs = new Set(switches.map(({ from, to }) => `${from} -> ${to}`));
  assert.equal(pairs.size, Object.keys(ways).length * (Object.keys(ways).length - 1));
  assert.equal(pairs.size, switches.length);
});

for (const { from, to } of switches) {
  test(`switch: ${from} -> ${to} -> routes follow, no gap over ${longestGapMs} ms, no reset`, async () => {
    await take();
    await switchTo(to);
    await routesAre(to);
    await sleep(200);
    judge(`${from} -> ${to}`, await take());
  });
}

test('after the tour: pods have the addresses they had', async () => {
  for (const pod of placed) {
    const now = await lab.cluster.get(pods, pod.metadata.name, 'default');
    assert.equal(now && ipOf(now), ipOf(pod));
    assert.match(await lab.in(pod, 'ip', '-o', 'addr', 'show', 'eth0'), new RegExp(` ${ipOf(pod)}/32 `));
  }
});

/** Ends the agents of all nodes at once, as a crash would; their keepers start them again. */
async function killAgents(): Promise<void> {
  await Promise.all(nodes.map((node) => lab.signalAgent(node, 'KILL')));
}

const late: readonly { readonly to: Way }[] = [{ to: 'ipip' }, { to: 'bgp' }];
for (const { to } of late) {
  test(`agent of one node hangs during a switch to ${to} -> its peers wait for it, no gap, no reset`, async () => {
    await take();
    await lab.signalAgent('node1', 'STOP');
    try {
      await switchTo(to);
      await sleep(1500);
    } finally {
      await lab.signalAgent('node1', 'CONT');
    }
    await routesAre(to);
    await sleep(200);
    judge(`one agent late on the way to ${to}`, await take());
  });
}

const interrupted: readonly { readonly to: Way; readonly afterMs: number }[] = [
  { to: 'vxlan', afterMs: 0 },
  { to: 'bgp', afterMs: 30 },
];
for (const { to, afterMs } of interrupted) {
  test(`agents killed ${afterMs} ms after a switch to ${to} -> it goes on, no gap, no reset`, async () => {
    await take();
    await switchTo(to);
    await sleep(afterMs);
    await killAgents();
    await routesAre(to);
    await sleep(300);
    judge(`killed on the way to ${to}`, await take());
  });
}

test('agents killed at rest, grace period over -> the kernel of every node is as when the lab was new', async () => {
  // Agents that find tunnels nobody needs let go of them sooner than those that used them themselves.
  await killAgents();
  await until(
    'no leftovers',
    async () => {
      const now = await kernelStates();
      return now.join('\n') === fresh.join('\n') ? true : undefined;
    },
    20_000,
  ).catch(async () => assert.deepEqual(await kernelStates(), fresh));
  judge('killed at rest, end of the grace period', await take());
});
