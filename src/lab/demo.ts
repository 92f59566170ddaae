import type { Pod } from '../api/core.ts';
import { ipamBlocks, nodes, pods } from '../api/kinds.ts';
import { errorText, WeftError } from '../base/errors.ts';
import type { Cluster } from '../datastore/cluster.ts';
import { connectCluster } from '../datastore/connect-cluster.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { applyExample } from './apply-example.ts';
import { bgpSessions } from './bgp-sessions.ts';
import { capturePackets } from './capture-packets.ts';
import { type DemoFacts, formatDemo } from './demo-report.ts';
import { labDirectory } from './directory.ts';
import { enterPlace } from './enter-place.ts';
import { enterPod } from './enter-pod.ts';
import { type LabState, readLabState, requirePlace } from './lab-state.ts';
import { weftLauncher } from './launcher.ts';
import { checkMachine } from './preflight.ts';
import { isRunning } from './process-identity.ts';
import { createProgress, type Progress, wantsColor } from './progress.ts';
import { runCaptured } from './run-captured.ts';
import { bringUp, readUpOptions, type UpOptions } from './up.ts';

/** `weft lab demo`: a lab, an example in it, a check that it works, and a look at what was built. */
export async function runDemo(argv: readonly string[]): Promise<number> {
  const options = readUpOptions(argv);
  checkMachine();
  const color = wantsColor(process.stderr);
  const progress = createProgress((line) => process.stderr.write(line), color);
  const began = performance.now();
  const { state, cluster } = await useOrBuild(options, progress);
  const example = await progress.stage('example applied and ready', () => deployExample(cluster, state));
  const seconds = (performance.now() - began) / 1000;
  const pairs = crossPairs(example);
  await progress.stage('ping between pods, both ways', () =>
    Promise.all(pairs.map(([from, to]) => checkPing(state, from, to))),
  );
  await progress.stage('HTTP between pods, both ways', () =>
    Promise.all(pairs.map(([from, to]) => checkHttp(state, from, to))),
  );
  const facts = await collectFacts(state, cluster, example);
  process.stdout.write(formatDemo({ ...facts, seconds }, wantsColor(process.stdout)));
  return 0;
}

async function useOrBuild(options: UpOptions, progress: Progress) {
  const { name } = options.topology;
  const state = readLabState(labDirectory(name));
  const alive = state?.processes.every((one) => one.kind === 'parent' || isRunning(one)) ?? false;
  if (state === undefined || state.phase !== 'running' || !alive) return bringUp(options, progress);
  process.stderr.write(`using lab "${name}", which is up (mode ${state.topology.mode})\n`);
  return { state, cluster: await connectCluster({ kubeconfig: labDirectory(name).kubeconfig }) };
}

/** The pods of the example, ready, sorted by node. */
async function deployExample(cluster: Cluster, state: LabState): Promise<readonly Pod[]> {
  await applyExample(cluster, 'nginx.yaml');
  await applyExample(cluster, 'nginx1.yaml');
  const end = performance.now() + 60_000;
  for (;;) {
    const { items } = await cluster.list(pods, { namespace: 'default', labelSelector: 'name=nginx' });
    const ready = items.filter((pod) => isReady(pod));
    if (items.length >= 2 && ready.length === items.length) {
      return ready.toSorted((a, b) => (a.spec.nodeName ?? '').localeCompare(b.spec.nodeName ?? ''));
    }
    if (performance.now() > end) {
      const seen = items.map((pod) => `${pod.metadata.name}: ${waitingFor(pod)}`).join('; ');
      throw new WeftError(
        'LAB_EXAMPLE',
        `Cannot get the example ready: ${seen || 'no pod was made'}, see ${labDirectory(state.topology.name).logs}`,
      );
    }
    await systemClock.sleep(50);
  }
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
}

function waitingFor(pod: Pod): string {
  const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting;
  return waiting?.message ?? waiting?.reason ?? (pod.spec.nodeName === undefined ? 'not scheduled' : 'not started');
}

/** First and last pod, both ways: on different nodes when there are two workers. */
function crossPairs(example: readonly Pod[]): readonly (readonly [Pod, Pod])[] {
  const first = example[0];
  const last = example.at(-1);
  if (first === undefined || last === undefined) return [];
  return [
    [first, last],
    [last, first],
  ];
}

async function checkPing(state: LabState, from: Pod, to: Pod): Promise<void> {
  await check(state, from, to, ['ping', '-c', '3', '-i', '0.2', '-W', '2', to.status?.podIP ?? ''], (text) =>
    text.includes(' 3 received'),
  );
}

async function checkHttp(state: LabState, from: Pod, to: Pod): Promise<void> {
  const command = [weftLauncher(), 'lab', 'fetch', `http://${to.status?.podIP}/`];
  await check(state, from, to, command, (text) => text.includes(`pod=${to.metadata.name}`));
}

async function check(
  state: LabState,
  from: Pod,
  to: Pod,
  command: readonly string[],
  accept: (text: string) => boolean,
): Promise<void> {
  const result = await runCaptured(enterPod(state, from, undefined, command));
  if (result.status === 0 && accept(result.stdout)) return;
  throw new WeftError(
    'LAB_CHECK',
    `Cannot reach pod "${to.metadata.name}" (${to.status?.podIP}) from "${from.metadata.name}" with ${command.slice(-2).join(' ')}: ${
      (result.stderr || result.stdout).trim() || `status ${result.status}`
    }`,
  );
}

async function collectFacts(state: LabState, cluster: Cluster, example: readonly Pod[]): Promise<DemoFacts> {
  const [nodeList, blockList] = await Promise.all([cluster.list(nodes), cluster.list(ipamBlocks)]);
  const first = example[0];
  const last = example.at(-1);
  const watched = first?.spec.nodeName ?? state.topology.nodes[0]?.name ?? 'master';
  const init = requirePlace(state, watched);
  const routes = await runCaptured(enterPlace(init, ['ip', 'route']));
  const capture = first === undefined || last === undefined ? '' : await captureOne(state, watched, first, last);
  return {
    state,
    nodes: nodeList.items,
    blocks: blockList.items,
    pods: example,
    watched,
    routes: routes.stdout,
    sessions: (await bgpSessions(state)).filter((one) => one.node === watched),
    capture,
  };
}

/** One echo request as it crosses the underlay; why there is none, when there is none. */
async function captureOne(state: LabState, node: string, from: Pod, to: Pod): Promise<string> {
  const filter = 'ip proto 4 or udp port 4789 or icmp[icmptype] == icmp-echo';
  try {
    return await capturePackets({ init: requirePlace(state, node), device: 'eth0', filter, count: 1 }, () =>
      runCaptured(enterPod(state, from, undefined, ['ping', '-c', '1', '-W', '2', to.status?.podIP ?? ''])),
    );
  } catch (error) {
    return errorText(error);
  }
}
