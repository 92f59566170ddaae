/**
 * 10,000 and 50,000 prefixes of an eBGP peer on their way into the kernel, first to last: a node of a lab (the rendered
 * configuration with pools and the import rules for outside peers, then with a BGPFilter, too; the agent beside it) and a BIRD alone with
 * the shortest configuration there is, in turns. Both are fed by BIRDs alike.
 */

import { testNetns } from '../src/host/testing-netns.ts';
import { requirePlace } from '../src/lab/lab-state.ts';
import { standingSessions } from '../test/lab/support/bgp.ts';
import { LabFixture } from '../test/lab/support/lab-fixture.ts';
import { BenchBird } from './bgp-bird.ts';
import { createFeedObjects, filterFeed } from './bgp-feed-objects.ts';
import { feedLink, joinByLink, sampled, startFeeder } from './bgp-feeder.ts';
import { agentLog, eventually, programCpuMs } from './bgp-node.ts';
import { RouteCounter } from './bgp-route-counter.ts';
import { printFigure, printNote, printWorst } from './figure.ts';
import { pairedRounds } from './paired.ts';

const counts = [10_000, 50_000] as const;
const rounds = 7;
const node = 'master';
const birdFile = '/etc/calico/confd/config/bird.cfg';

/** A BIRD that is fed: where its kernel is, and who feeds it. */
interface Fed extends AsyncDisposable {
  readonly feeder: BenchBird;
  readonly counter: RouteCounter;
  /** Processor time of the BIRD that is fed. */
  cpuMs(): number | Promise<number>;
}

export async function run(): Promise<void> {
  const lab = await LabFixture.start('feed', '--mode', 'bgp', '--nodes', '1');
  try {
    await using ours = await feedLab(lab);
    await using alone = await feedAlone();
    for (const count of counts) await compare(lab, ours, alone, count);
    await filterFeed(lab.cluster);
    await eventually('the BGPFilter', async () => (await lab.on(node, 'cat', birdFile)).includes('importFilterV4'));
    for (const count of counts) await compare(lab, ours, alone, count, ', with a BGPFilter of four rules');
    printWorst(
      '.. times that the agent lost kernel events',
      'times',
      [agentLog(lab, node, 'kernel events lost, looking at everything').length],
      0,
    );
  } finally {
    await lab.stop();
  }
}

/** @param policy what the user has asked for besides, which BIRD alone does not do: reported without a goal */
async function compare(lab: LabFixture, ours: Fed, alone: Fed, count: number, policy = ''): Promise<void> {
  const cpu: number[] = [];
  const birdCpu = { ours: [] as number[], peer: [] as number[] };
  const times = await pairedRounds(
    rounds,
    async () => {
      const before = await programCpuMs(lab, node, 'agent');
      const { ms, cpuMs } = await announce(ours, count);
      birdCpu.ours.push(cpuMs);
      cpu.push((await programCpuMs(lab, node, 'agent')) - before);
      return ms;
    },
    async () => {
      const { ms, cpuMs } = await announce(alone, count);
      birdCpu.peer.push(cpuMs);
      return ms;
    },
  );
  printFigure({
    name: `${count} prefixes into the kernel beside BIRD alone${policy}`,
    unit: 'ms',
    ...times,
    ...(policy === '' ? { goal: { atMost: 1.1 } } : {}),
  });
  printFigure({
    name: '.. processor time of BIRD: what others do meanwhile hardly disturbs it',
    unit: 'ms',
    ...birdCpu,
  });
  printNote('.. processor time of the agent, per announcement and withdrawal', 'ms', cpu);
}

/** Milliseconds from the first route in the kernel to the last, and those that BIRD worked; then all are withdrawn again. */
async function announce(fed: Fed, count: number): Promise<{ readonly ms: number; readonly cpuMs: number }> {
  const { feeder, counter } = fed;
  const before = await fed.cpuMs();
  const come = counter.next('come', sampled(count));
  feeder.ask('enable', `feed${count}`);
  const { firstMs, lastMs } = await come;
  // The last of the sample may be a few places before the last of all.
  await eventually(`${count} routes in the kernel`, () => counter.count() === count);
  const cpuMs = (await fed.cpuMs()) - before;
  const go = counter.next('go', sampled(count));
  feeder.ask('disable', `feed${count}`);
  await go;
  await eventually('all routes withdrawn', () => counter.count() === 0);
  return { ms: lastMs - firstMs, cpuMs };
}

async function feedLab(lab: LabFixture): Promise<Fed> {
  const stack = new AsyncDisposableStack();
  const netns = `/proc/${requirePlace(lab.state, node).pid}/ns/net`;
  const place = stack.use(testNetns());
  joinByLink(netns, place.path);
  const feeder = await startFeeder(place.path, counts);
  stack.defer(() => feeder.stop());
  const counter = stack.use(new RouteCounter(netns));
  await createFeedObjects(lab.cluster);
  await eventually('session with the feeder', async () => (await standingSessions(lab, node)).size === 1);
  const cpuMs = () => programCpuMs(lab, node, 'bird');
  return { feeder, counter, cpuMs, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function feedAlone(): Promise<Fed> {
  const stack = new AsyncDisposableStack();
  const place = stack.use(testNetns());
  const feederPlace = stack.use(testNetns());
  joinByLink(place.path, feederPlace.path);
  const feeder = await startFeeder(feederPlace.path, counts);
  stack.defer(() => feeder.stop());
  const bird = await BenchBird.start(place.path, shortest);
  stack.defer(() => bird.stop());
  const counter = stack.use(new RouteCounter(place.path));
  await bird.established('feeder');
  return { feeder, counter, cpuMs: () => bird.cpuMs(), [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** As a person would write it who wants no more than the prefixes in the kernel. */
const shortest = `router id ${feedLink.node.address};
protocol device {}
protocol kernel { ipv4 { import none; export all; }; }
protocol bgp feeder {
  local ${feedLink.node.address} as ${feedLink.node.as};
  neighbor ${feedLink.feeder.address} as ${feedLink.feeder.as};
  connect delay time 1;
  ipv4 { import all; export none; };
}
`;

if (import.meta.main) await run();
