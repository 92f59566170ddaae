import type { ContainerStatus, Pod } from '../api/core.ts';
import { isPodReady } from '../api/pod-state.ts';
import { formatAge } from './age.ts';
import { type Column, column } from './table.ts';

/** One word for the state of a pod, as kubectl finds it: the reason of a container that waits or has ended wins. */
export function podStatusText(pod: Pod): string {
  let text = pod.status?.reason || pod.status?.phase || 'Pending';
  let hasRunning = false;
  for (const status of (pod.status?.containerStatuses ?? []).toReversed()) {
    const reason = containerReason(status);
    if (reason !== undefined) text = reason;
    else if (status.ready && status.state?.running !== undefined) hasRunning = true;
  }
  if (text === 'Completed' && hasRunning) text = isPodReady(pod) ? 'Running' : 'NotReady';
  return pod.metadata.deletionTimestamp === undefined ? text : 'Terminating';
}

function containerReason({ state }: ContainerStatus): string | undefined {
  if (state?.waiting?.reason) return state.waiting.reason;
  if (state?.terminated === undefined) return undefined;
  return state.terminated.reason || `ExitCode:${state.terminated.exitCode}`;
}

function readyText({ spec, status }: Pod): string {
  const ready = status?.containerStatuses?.filter((container) => container.ready).length ?? 0;
  return `${ready}/${spec.containers.length}`;
}

function restarts({ status }: Pod): number {
  return status?.containerStatuses?.reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0) ?? 0;
}

/** The columns kubectl shows for pods. */
export const podColumns: readonly Column[] = [
  column<Pod>('NAME', ({ metadata }) => metadata.name),
  column<Pod>('READY', readyText),
  column<Pod>('STATUS', podStatusText),
  column<Pod>('RESTARTS', restarts),
  column<Pod>('AGE', ({ metadata }, nowMs) => formatAge(metadata.creationTimestamp, nowMs)),
  column<Pod>('IP', ({ status }) => status?.podIP || '<none>', 'wide'),
  column<Pod>('NODE', ({ spec }) => spec.nodeName || '<none>', 'wide'),
  column<Pod>('NOMINATED NODE', () => '<none>', 'wide'),
  column<Pod>('READINESS GATES', () => '<none>', 'wide'),
];
