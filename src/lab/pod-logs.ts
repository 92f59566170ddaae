import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../api/core.ts';
import { ContainerLog, removeLog } from './container-log.ts';
import type { KubeletContext } from './kubelet-context.ts';
import type { PodRecord } from './pod-record.ts';

/** The log of a container's run; of the runs before only the last one is kept. @param run its restart count */
export function openRunLog(context: KubeletContext, pod: Pod, container: string, run: number): ContainerLog {
  const log = new ContainerLog(runLogFile(context, pod, container, run), () => context.clock.now());
  for (const old of listRuns(context, pod, container)) {
    if (old < run - 1) removeLog(runLogFile(context, pod, container, old));
  }
  return log;
}

/** `NAMESPACE_POD_UID/CONTAINER/RESTARTS.log`, as a kubelet lays them out. */
export function runLogFile(context: KubeletContext, pod: Pod, container: string, run: number): string {
  return join(podLogs(context, pod), container, `${run}.log`);
}

/** The runs of a container that have a log, earliest first. */
export function listRuns(context: KubeletContext, pod: Pod, container: string): readonly number[] {
  try {
    const names = readdirSync(join(podLogs(context, pod), container));
    return names
      .flatMap((name) => (/^\d+\.log$/.test(name) ? [Number.parseInt(name, 10)] : []))
      .toSorted((a, b) => a - b);
  } catch {
    return [];
  }
}

/** Removes the logs of a pod that is gone. */
export function removePodLogs(context: KubeletContext, pod: Pod): void {
  rmSync(podLogs(context, pod), { recursive: true, force: true });
}

/** Removes the logs of pods that ended while no kubelet ran. */
export function removeOrphanLogs(context: KubeletContext, known: readonly PodRecord[]): void {
  const kept = new Set(known.map((one) => folder(one.namespace, one.name, one.uid)));
  try {
    for (const name of readdirSync(context.podLogsDirectory)) {
      if (!kept.has(name)) rmSync(join(context.podLogsDirectory, name), { recursive: true, force: true });
    }
  } catch {
    // Nothing was ever logged here.
  }
}

function podLogs(context: KubeletContext, pod: Pod): string {
  const { namespace = 'default', name, uid = '' } = pod.metadata;
  return join(context.podLogsDirectory, folder(namespace, name, uid));
}

function folder(namespace: string, name: string, uid: string): string {
  return `${namespace}_${name}_${uid}`;
}
