/** How soon the other nodes route to a new block: from the CNI plugin's answer for its first pod to their kernels. */
import { type Cidr, cidrContainsIp, parseCidr } from '../src/net/cidr.ts';
import { parseIp } from '../src/net/ip.ts';
import { ipOf, LabFixture } from '../test/lab/support/lab-fixture.ts';
import { agentLog, eventually } from './bgp-node.ts';
import { RouteLog } from './bgp-route-log.ts';
import { printNote, printWorst } from './figure.ts';

/** Four addresses to a block: a new one with every fourth pod. */
const labFile = { mode: 'bgp', nodes: 3, blockSize: 30 };
const node = 'node1';
const peers = ['master', 'node2'];
const podCount = 24;

export async function run(): Promise<void> {
  const lab = await LabFixture.startFrom('block', labFile);
  const log = new RouteLog(lab.state);
  try {
    const before = new Set(await lab.blocks(node));
    const names = Array.from({ length: podCount }, (_, index) => `pod${index}`);
    const pods = await Promise.all(names.map((name) => lab.run(name, node)));
    const blocks = (await lab.blocks(node)).filter((block) => !before.has(block)).map(parseCidr);
    await eventually('routes to the new blocks', () => blocks.every((block) => seenMs(log, block) !== undefined));
    const answered = answerTimes(lab);
    const delays = blocks.flatMap((block) => {
      const inside = pods.filter((pod) => cidrContainsIp(block, parseIp(ipOf(pod))));
      if (inside.length === 0) return [];
      const first = Math.min(...inside.map(({ metadata }) => answered.get(metadata.name) ?? Number.NaN));
      return [(seenMs(log, block) ?? Number.NaN) - first];
    });
    printWorst(
      'new block in the peers after the ADD of its first pod',
      'ms',
      delays.map((ms) => Math.max(0, ms)),
      1000,
    );
    printNote('.. negative: there before the ADD was answered', 'ms', delays);
  } finally {
    await log.close();
    await lab.stop();
  }
}

/** When the last of the peers had the route. */
function seenMs(log: RouteLog, block: Cidr): number | undefined {
  const times = peers.map(
    (peer) => log.changes.find((change) => change.node === peer && change.route.destination === block)?.atMs,
  );
  return times.some((time) => time === undefined) ? undefined : Math.max(...times.map((time) => time ?? 0));
}

/** When the agent had answered the ADD of each pod, in milliseconds of `performance.now()`. */
function answerTimes(lab: LabFixture): ReadonlyMap<string, number> {
  const served = agentLog(lab, node, 'cni request served').filter(({ command }) => command === 'ADD');
  return new Map(served.map(({ pod, time }) => [String(pod), Date.parse(String(time)) - performance.timeOrigin]));
}

if (import.meta.main) await run();
