/**
 * Live switching: the pool goes through every ordered pair of five ways to reach other nodes, while ticks and a TCP
 * stream run between pods of one subnet and between pods of two. Beside it the same probes while nothing is switched.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ipPools } from '../src/api/kinds.ts';
import { NetlinkSocket } from '../src/host/netlink-socket.ts';
import { listRoutes } from '../src/host/routes.ts';
import { requirePlace } from '../src/lab/lab-state.ts';
import { mainTable } from '../src/net/route.ts';
import { FlowProbe } from '../test/lab/support/flow-probe.ts';
import { LabFixture } from '../test/lab/support/lab-fixture.ts';
import { switches, type Way, ways } from '../test/lab/support/ways.ts';
import { eventually } from './bgp-node.ts';
import { printNote, printWorst } from './figure.ts';

/** After the last route has its new form. */
const settleMs = 700;
const idleRounds = 5;
const pool = 'default-ipv4-ippool';

/** Two nodes whose pods speak with each other during the switches. */
interface Pair {
  readonly kind: 'near' | 'far';
  readonly nodes: readonly [string, string];
  readonly probe: FlowProbe;
}

export async function run(): Promise<void> {
  const lab = await LabFixture.start('switch', '--mode', 'bgp', '--cross-subnet', '--nodes', '4');
  const pairs: Pair[] = [];
  try {
    // node1 and node3 share a subnet, node2 is on the other one.
    const [one, two, three] = await Promise.all([
      lab.run('one', 'node1'),
      lab.run('two', 'node2'),
      lab.run('three', 'node3'),
    ]);
    const limitMs = 300_000;
    pairs.push({
      kind: 'near',
      nodes: ['node1', 'node3'],
      probe: await FlowProbe.start(lab.state, one, three, { limitMs }),
    });
    pairs.push({
      kind: 'far',
      nodes: ['node1', 'node2'],
      probe: await FlowProbe.start(lab.state, one, two, { limitMs }),
    });
    await reached(lab, pairs, 'bgp');
    const idle = await measureIdle(pairs);
    const gaps: number[] = [];
    const resets: number[] = [];
    let lost = 0;
    for (const { from, to } of switches) {
      const before = performance.now();
      await switchPool(lab, to);
      await reached(lab, pairs, to);
      const took = performance.now() - before;
      await sleep(settleMs);
      const flows = await Promise.all(pairs.map(({ probe }) => probe.take()));
      const worst = flows.map(({ longestGapMs }) => longestGapMs);
      gaps.push(Math.max(...worst));
      resets.push(flows.reduce((sum, { tcpResets }) => sum + tcpResets, 0));
      lost += flows.reduce((sum, flow) => sum + flow.lost, 0);
      const stalls = flows.map(({ tcpLongestStallMs }) => Math.round(tcpLongestStallMs)).join(' / ');
      console.log(
        `   ${`${from} -> ${to}`.padEnd(40)} gap ${worst.map((ms) => ms.toFixed(0)).join(' / ')} ms (same subnet / across), lost ${flows.map((flow) => flow.lost).join(' / ')}, TCP stall ${stalls} ms, routes changed after ${took.toFixed(0)} ms`,
      );
    }
    printNote('ticker gap while nothing is switched (10 ms ticks)', 'ms', idle);
    printWorst('longest ticker gap during a switch', 'ms', gaps, 100);
    printWorst('.. TCP resets', 'resets', resets, 0);
    printNote('.. ticks lost in all switches', 'ticks', [lost]);
  } finally {
    await Promise.allSettled(pairs.map(({ probe }) => probe.stop()));
    await lab.stop();
  }
}

async function measureIdle(pairs: readonly Pair[]): Promise<readonly number[]> {
  const gaps: number[] = [];
  await Promise.all(pairs.map(({ probe }) => probe.take()));
  for (let round = 0; round < idleRounds; round++) {
    await sleep(2000);
    for (const { probe } of pairs) gaps.push((await probe.take()).longestGapMs);
  }
  return gaps;
}

async function switchPool(lab: LabFixture, to: Way): Promise<void> {
  const { ipipMode, vxlanMode } = ways[to];
  const found = await lab.cluster.get(ipPools, pool);
  if (found === undefined) throw new Error(`IPPool ${pool} is missing`);
  await lab.cluster.update(ipPools, { ...found, spec: { ...found.spec, ipipMode, vxlanMode } });
}

/** Waits until the routes between the nodes of all pairs, in both directions, have the form of this way. */
async function reached(lab: LabFixture, pairs: readonly Pair[], way: Way): Promise<void> {
  const { protocol } = ways[way];
  for (const { kind, nodes } of pairs) {
    const device = ways[way][kind];
    for (const [from, to] of [nodes, nodes.toReversed()]) {
      const blocks = await lab.blocks(to ?? '');
      await eventually(`${from} routes to ${to} as ${way}`, () =>
        bestRoutes(lab, from ?? '', blocks).every(
          (route) => route?.protocol === protocol && route.nextHops[0]?.device === device,
        ),
      );
    }
  }
}

function bestRoutes(lab: LabFixture, node: string, destinations: readonly string[]) {
  using nl = NetlinkSocket.open({ netns: `/proc/${requirePlace(lab.state, node).pid}/ns/net` });
  const routes = listRoutes(nl, { table: mainTable }).toSorted((a, b) => a.metric - b.metric);
  return destinations.map((destination) => routes.find((route) => route.destination === destination));
}

if (import.meta.main) await run();
