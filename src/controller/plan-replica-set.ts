import type { Pod, ReplicaSet } from '../api/core.ts';
import { matchLabelSelector } from '../api/label-selector.ts';
import { isPodActive, isPodReady, podReadySinceMs } from '../api/pod-state.ts';
import { controllerOf } from './ownership.ts';

/** What a ReplicaSet needs done. */
export interface ReplicaSetPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
  /** Pods without an owner that the selector matches: they become the set's. */
  readonly adopt: readonly Pod[];
  /** Own pods that the selector no longer matches: they go free. */
  readonly release: readonly Pod[];
}

/** Status of a ReplicaSet as the API has it. */
export interface ReplicaSetStatus {
  readonly replicas: number;
  readonly fullyLabeledReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly observedGeneration: number;
}

/** Decides from all pods of the namespace. Surplus pods go in the order in which they would be missed least. */
export function planReplicaSet(set: ReplicaSet, pods: readonly Pod[]): ReplicaSetPlan {
  const alive = pods.filter(isPodActive);
  const matches = (pod: Pod) => matchLabelSelector(set.spec.selector, pod.metadata.labels);
  const owned = alive.filter((pod) => controllerOf(pod)?.uid === set.metadata.uid);
  if (set.metadata.deletionTimestamp !== undefined) return { create: 0, remove: [], adopt: [], release: [] };
  const adopt = alive.filter((pod) => controllerOf(pod) === undefined && matches(pod));
  const replicas = [...owned.filter(matches), ...adopt];
  const surplus = replicas.length - wantedReplicas(set);
  return {
    create: Math.max(0, -surplus),
    remove: surplus > 0 ? leastMissed(replicas).slice(0, surplus) : [],
    adopt,
    release: owned.filter((pod) => !matches(pod)),
  };
}

/** `spec.replicas`, 1 when absent. */
export function wantedReplicas(set: { readonly spec: { readonly replicas?: number } }): number {
  return set.spec.replicas ?? 1;
}

/**
 * The status that the set's pods amount to, and in how many ms it changes by time alone.
 *
 * @param minReadySeconds how long a pod must be ready to count as available
 */
export function replicaSetStatus(
  set: ReplicaSet,
  pods: readonly Pod[],
  minReadySeconds: number,
  nowMs: number,
): { readonly status: ReplicaSetStatus; readonly againMs: number | undefined } {
  const own = pods.filter((pod) => controllerOf(pod)?.uid === set.metadata.uid && isPodActive(pod));
  const templateLabels = { matchLabels: set.spec.template.metadata?.labels ?? {} };
  const waits = own.flatMap((pod) => {
    const sinceMs = podReadySinceMs(pod);
    return sinceMs === undefined ? [] : [Math.max(0, sinceMs + minReadySeconds * 1000 - nowMs)];
  });
  const pending = waits.filter((ms) => ms > 0);
  return {
    status: {
      replicas: own.length,
      fullyLabeledReplicas: own.filter((pod) => matchLabelSelector(templateLabels, pod.metadata.labels)).length,
      readyReplicas: own.filter(isPodReady).length,
      availableReplicas: waits.length - pending.length,
      observedGeneration: set.metadata.generation ?? 0,
    },
    againMs: pending.length === 0 ? undefined : Math.min(...pending),
  };
}

/** Not bound before bound, not running before running, not ready before ready, crowded nodes first, youngest first. */
function leastMissed(pods: readonly Pod[]): readonly Pod[] {
  const crowd = new Map<string, number>();
  for (const pod of pods) crowd.set(nodeOf(pod), (crowd.get(nodeOf(pod)) ?? 0) + 1);
  const rank = (pod: Pod) => [
    nodeOf(pod) === '' ? 0 : 1,
    pod.status?.phase === 'Running' ? 1 : 0,
    isPodReady(pod) ? 1 : 0,
    -(crowd.get(nodeOf(pod)) ?? 0),
    -(Date.parse(pod.metadata.creationTimestamp ?? '') || 0),
  ];
  const ranked = pods.map((pod) => ({ pod, rank: rank(pod) }));
  ranked.sort((a, b) => {
    const index = a.rank.findIndex((value, at) => value !== b.rank[at]);
    return index < 0 ? 0 : (a.rank[index] ?? 0) - (b.rank[index] ?? 0);
  });
  return ranked.map(({ pod }) => pod);
}

function nodeOf(pod: Pod): string {
  return pod.spec.nodeName ?? '';
}
