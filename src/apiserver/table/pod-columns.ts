import type { ContainerState, ContainerStatus, Pod, PodStatus } from 'kubernetes-types/core/v1.d.ts';
import { formatAge } from './age.ts';
import { column, type TableColumn } from './column.ts';

/** What the columns of a pod say about its containers. */
interface PodSummary {
  readonly status: string;
  readonly ready: number;
  readonly total: number;
  /** `3`, or `3 (5m ago)` when it is known when. */
  readonly restarts: string;
}

/** A count of restarts and when the last of them was, milliseconds since the epoch. */
interface Restarts {
  readonly count: number;
  readonly lastMs: number;
}

/**
 * One look at a pod, as people know it from kubectl: an init container that is not done wins over the phase, the
 * reason of a container that waits or has ended wins over both, and a deletion over everything.
 */
export function summarizePod(pod: Pod, nowMs: number): PodSummary {
  const { spec, status = {} } = pod;
  const sidecars = sidecarStatuses(pod);
  const total = (spec?.containers ?? []).length + sidecarNames(pod).size;
  const init = initProblem(pod);
  const blocked = init !== undefined && !hasCondition(status, 'Initialized');
  const running = blocked ? [] : (status.containerStatuses ?? []);
  const counted = blocked ? (status.initContainerStatuses ?? []) : [...sidecars, ...running];
  const ready =
    sidecars.filter((one) => one.started === true && one.ready).length +
    running.filter((one) => one.ready && one.state?.running !== undefined).length;
  const text = blocked ? init : containersText(status, init ?? phaseText(status));
  return { status: deletionText(pod, text), ready, total, restarts: restartsText(sumRestarts(counted), nowMs) };
}

function phaseText(status: PodStatus): string {
  const gated = status.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated');
  return gated === true ? 'SchedulingGated' : status.reason || status.phase || 'Pending';
}

function hasCondition(status: PodStatus, wanted: string): boolean {
  return status.conditions?.some((condition) => condition.type === wanted && condition.status === 'True') ?? false;
}

/** Init containers with `restartPolicy: Always` run beside the others. */
function sidecarNames({ spec }: Pod): ReadonlySet<string> {
  const all = spec?.initContainers ?? [];
  return new Set(all.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name));
}

function sidecarStatuses(pod: Pod): readonly ContainerStatus[] {
  const names = sidecarNames(pod);
  return pod.status?.initContainerStatuses?.filter(({ name }) => names.has(name)) ?? [];
}

/** `Init:1/3`, `Init:Error`, `Init:ExitCode:2` for the first init container that is not done. */
function initProblem(pod: Pod): string | undefined {
  const names = sidecarNames(pod);
  for (const [index, { name, state, started }] of (pod.status?.initContainerStatuses ?? []).entries()) {
    if (state?.terminated?.exitCode === 0) continue;
    if (names.has(name) && started === true) continue;
    if (state?.terminated !== undefined) return `Init:${endText(state.terminated)}`;
    const reason = state?.waiting?.reason;
    if (reason && reason !== 'PodInitializing') return `Init:${reason}`;
    return `Init:${index}/${(pod.spec?.initContainers ?? []).length}`;
  }
  return undefined;
}

function containersText(status: PodStatus, before: string): string {
  const all = status.containerStatuses ?? [];
  // The first container with something to say wins.
  const reason = all.map(({ state }) => stateReason(state)).find((text) => text !== undefined);
  const text = reason ?? before;
  const hasRunning = all.some(({ ready, state }) => ready && state?.running !== undefined);
  if (text !== 'Completed' || !hasRunning) return text;
  return hasCondition(status, 'Ready') ? 'Running' : 'NotReady';
}

function stateReason(state: ContainerState | undefined): string | undefined {
  if (state?.waiting?.reason) return state.waiting.reason;
  return state?.terminated === undefined ? undefined : endText(state.terminated);
}

function endText({ reason, signal, exitCode }: NonNullable<ContainerState['terminated']>): string {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

function deletionText({ metadata, status }: Pod, text: string): string {
  if (metadata?.deletionTimestamp === undefined) return text;
  if (status?.reason === 'NodeLost') return 'Unknown';
  return status?.phase === 'Succeeded' || status?.phase === 'Failed' ? text : 'Terminating';
}

function sumRestarts(statuses: readonly ContainerStatus[]): Restarts {
  const times = statuses.map(({ lastState }) => Date.parse(String(lastState?.terminated?.finishedAt ?? '')));
  return {
    count: statuses.reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0),
    lastMs: Math.max(0, ...times.filter((time) => !Number.isNaN(time))),
  };
}

function restartsText({ count, lastMs }: Restarts, nowMs: number): string {
  return count === 0 || lastMs === 0
    ? String(count)
    : `${count} (${formatAge(new Date(lastMs).toISOString(), nowMs)} ago)`;
}

function readinessGates({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  return `${gates.filter(({ conditionType }) => hasCondition(status ?? {}, conditionType)).length}/${gates.length}`;
}

/** The columns of pods. */
export const podColumns: readonly TableColumn[] = [
  column<Pod>('Name', ({ metadata }) => metadata?.name),
  column<Pod>('Ready', (pod, nowMs) => {
    const { ready, total } = summarizePod(pod, nowMs);
    return `${ready}/${total}`;
  }),
  column<Pod>('Status', (pod, nowMs) => summarizePod(pod, nowMs).status),
  column<Pod>('Restarts', (pod, nowMs) => summarizePod(pod, nowMs).restarts),
  column<Pod>('Age', ({ metadata }, nowMs) => formatAge(metadata?.creationTimestamp, nowMs)),
  column<Pod>('IP', ({ status }) => status?.podIPs?.[0]?.ip || status?.podIP || '<none>', { wide: true }),
  column<Pod>('Node', ({ spec }) => spec?.nodeName || '<none>', { wide: true }),
  column<Pod>('Nominated Node', ({ status }) => status?.nominatedNodeName || '<none>', { wide: true }),
  column<Pod>('Readiness Gates', readinessGates, { wide: true }),
];
