/** What a crash of the agent, and of BIRD, changes: routes on all nodes, sessions, and the traffic of pods meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isSameSince } from '../src/bird/is-same-since.ts';
import { standingSessions } from '../test/lab/support/bgp.ts';
import { FlowProbe } from '../test/lab/support/flow-probe.ts';
import { LabFixture } from '../test/lab/support/lab-fixture.ts';
import { agentLog, eventually, killProgram } from './bgp-node.ts';
import { describeChange, RouteLog } from './bgp-route-log.ts';
import { printNote, printWorst } from './figure.ts';

const agentKills = 3;
const birdKills = 5;
/** After everything is back: what is still to change would change soon. */
const settleMs = 1500;

export async function run(): Promise<void> {
  const lab = await LabFixture.start('restart', '--mode', 'bgp', '--nodes', '3');
  const log = new RouteLog(lab.state);
  try {
    const [one, two] = await Promise.all([lab.run('one', 'node1'), lab.run('two', 'node2')]);
    await sleep(settleMs);
    const probe = await FlowProbe.start(lab.state, one, two);
    try {
      await measureIdle(probe);
      await measureAgentKills(lab, log, probe);
      await measureBirdKills(lab, log, probe);
    } finally {
      await probe.stop();
    }
  } finally {
    await log.close();
    await lab.stop();
  }
}

/** The noise of the machine: the same probe while nothing happens. */
async function measureIdle(probe: FlowProbe): Promise<void> {
  const gaps: number[] = [];
  await probe.take();
  for (let round = 0; round < agentKills; round++) {
    await sleep(2000);
    gaps.push((await probe.take()).longestGapMs);
  }
  printNote('ticker gap while nothing happens (10 ms ticks)', 'ms', gaps);
}

async function measureAgentKills(lab: LabFixture, log: RouteLog, probe: FlowProbe): Promise<void> {
  const nodes = lab.state.topology.nodes.map(({ name }) => name);
  const rows = { changes: [] as number[], flaps: [] as number[], gaps: [] as number[] };
  for (let round = 0; round < agentKills; round++) {
    const sessions = await allSessions(lab);
    const ready = nodes.map((node) => agentLog(lab, node, 'ready').length);
    await probe.take();
    log.take();
    await Promise.all(nodes.map((node) => killProgram(lab, node, 'agent')));
    const isBack = (node: string, index: number) => agentLog(lab, node, 'ready').length > (ready[index] ?? 0);
    await eventually('agents ready again', () => nodes.every(isBack));
    await sleep(settleMs);
    const changes = log.take();
    for (const change of changes) console.error(describeChange(change));
    rows.changes.push(changes.length);
    const after = await allSessions(lab);
    const flapped = [...sessions].filter(([name, since]) => !isSameSince(since, after.get(name) ?? ''));
    for (const [name, since] of flapped) console.error(`${name}: up since ${since}, then ${after.get(name)}`);
    rows.flaps.push(flapped.length);
    rows.gaps.push((await probe.take()).longestGapMs);
  }
  printWorst('all agents killed: route changes on all nodes', 'routes', rows.changes, 0);
  printWorst('.. BGP sessions that went down', 'sessions', rows.flaps, 0);
  printWorst('.. longest ticker gap', 'ms', rows.gaps, 100);
}

async function measureBirdKills(lab: LabFixture, log: RouteLog, probe: FlowProbe): Promise<void> {
  const rows = { changes: [] as number[], gaps: [] as number[], lost: [] as number[], resets: [] as number[] };
  const backMs: number[] = [];
  for (let round = 0; round < birdKills; round++) {
    const node = round % 2 === 0 ? 'node1' : 'node2';
    const sessions = (await standingSessions(lab, node)).size;
    await probe.take();
    log.take();
    const start = performance.now();
    await killProgram(lab, node, 'bird');
    await eventually(`sessions of ${node}`, async () => (await standingSessions(lab, node)).size === sessions);
    backMs.push(performance.now() - start);
    await sleep(settleMs);
    const changes = log.take();
    for (const change of changes) console.error(describeChange(change));
    rows.changes.push(changes.length);
    const flow = await probe.take();
    rows.gaps.push(flow.longestGapMs);
    rows.lost.push(flow.lost);
    rows.resets.push(flow.tcpResets);
  }
  printWorst('BIRD of a node killed: longest ticker gap', 'ms', rows.gaps, 100);
  printWorst('.. ticks lost', 'ticks', rows.lost, 0);
  printWorst('.. TCP resets', 'resets', rows.resets, 0);
  printWorst('.. route changes on all nodes', 'routes', rows.changes, 0);
  printNote('.. until its sessions are up again', 'ms', backMs);
}

/** Every session that is up, as `NODE SESSION`, with the time since when it is. */
async function allSessions(lab: LabFixture): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { name: node } of lab.state.topology.nodes) {
    for (const [session, since] of await standingSessions(lab, node)) found.set(`${node} ${session}`, since);
  }
  return found;
}

if (import.meta.main) await run();
