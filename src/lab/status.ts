import { nodes, pods } from '../api/kinds.ts';
import { errorText } from '../base/errors.ts';
import { connectCluster } from '../datastore/connect-cluster.ts';
import { bgpSessions } from './bgp-sessions.ts';
import { formatColumns } from './columns.ts';
import { labDirectory } from './directory.ts';
import { type LabState, listLabNames, readLabState, requireLab } from './lab-state.ts';
import { isRunning } from './process-identity.ts';
import { describeLab } from './up.ts';
import { nameOption, readCommandLine, readOutput } from './usage.ts';

const outputOption = { output: { type: 'string', short: 'o' } } as const;

/** `weft lab list`. */
export async function runList(argv: readonly string[]): Promise<number> {
  const { values } = readCommandLine(argv, outputOption);
  const labs = listLabNames().map((name) => ({ name, ...summarize(name) }));
  if (readOutput(values.output) === 'json') {
    process.stdout.write(`${JSON.stringify(labs, undefined, 2)}\n`);
    return 0;
  }
  const rows = labs.map((lab) => [lab.name, lab.state, lab.mode, String(lab.nodes), lab.server]);
  process.stdout.write(formatColumns([['NAME', 'STATE', 'MODE', 'NODES', 'SERVER'], ...rows]));
  return 0;
}

/** `weft lab status`: exit status 1 when a process is missing or a node is not Ready. */
export async function runStatus(argv: readonly string[]): Promise<number> {
  const { values } = readCommandLine(argv, { ...nameOption, ...outputOption });
  const state = requireLab(values.name);
  const report = await collectStatus(state);
  const healthy = report.processes.every((one) => one.running) && report.nodes.every((one) => one.ready);
  if (readOutput(values.output) === 'json') {
    process.stdout.write(`${JSON.stringify({ ...describeLab(state), healthy, ...report }, undefined, 2)}\n`);
  } else {
    process.stdout.write(
      [
        formatColumns([
          ['NODE', 'ADDRESS', 'READY'],
          ...report.nodes.map((one) => [one.name, one.address, one.ready ? 'yes' : `no: ${one.message}`]),
        ]),
        formatColumns([
          ['PROCESS', 'PLACE', 'PID', 'RUNNING'],
          ...report.processes.map((one) => [one.kind, one.place ?? '-', String(one.pid), one.running ? 'yes' : 'no']),
        ]),
        ...(report.bgp.length === 0
          ? []
          : [
              formatColumns([
                ['NODE', 'BGP SESSION', 'STATE'],
                ...report.bgp.map((one) => [one.node, one.name, one.state]),
              ]),
            ]),
        formatColumns([
          ['POD', 'PHASE', 'ADDRESS', 'NODE'],
          ...report.pods.map((one) => [`${one.namespace}/${one.name}`, one.phase, one.address, one.node]),
        ]),
      ].join('\n'),
    );
  }
  return healthy ? 0 : 1;
}

function summarize(name: string) {
  try {
    const state = readLabState(labDirectory(name));
    const alive = state?.processes.some((one) => one.kind === 'init' && isRunning(one)) ?? false;
    const { mode, nodes: labNodes } = state?.topology ?? { mode: '-', nodes: [] };
    return {
      state: alive ? (state?.phase ?? '-') : 'dead',
      mode,
      nodes: labNodes.length,
      server: state?.server ?? '-',
    };
  } catch (error) {
    return { state: errorText(error), mode: '-', nodes: 0, server: '-' };
  }
}

async function collectStatus(state: LabState) {
  const processes = state.processes
    .filter((one) => one.kind !== 'parent')
    .map((one) => ({ kind: one.kind, place: one.place, pid: one.pid, running: isRunning(one) }));
  const cluster = await connectCluster({ kubeconfig: labDirectory(state.topology.name).kubeconfig });
  const [nodeList, podList, bgp] = await Promise.all([cluster.list(nodes), cluster.list(pods), bgpSessions(state)]);
  return {
    processes,
    bgp,
    nodes: state.topology.nodes.map(({ name, role, segment, address }) => {
      const node = nodeList.items.find((one) => one.metadata.name === name);
      const ready = node?.status?.conditions?.find((one) => one.type === 'Ready');
      return {
        name,
        role,
        segment,
        address,
        ready: ready?.status === 'True',
        message: ready?.message ?? 'not registered',
      };
    }),
    pods: podList.items.map((pod) => ({
      namespace: pod.metadata.namespace ?? '',
      name: pod.metadata.name,
      phase: pod.status?.phase ?? 'Pending',
      address: pod.status?.podIP ?? '-',
      node: pod.spec.nodeName ?? '-',
    })),
  };
}
