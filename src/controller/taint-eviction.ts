import type { Pod } from '../api/core.ts';
import { pods as podKind } from '../api/kinds.ts';
import { isPodActive } from '../api/pod-state.ts';
import { KeyedLoop } from './keyed-loop.ts';
import type { Controller, LabSurroundings, WorkloadKinds } from './shared.ts';
import { toleratedMs } from './tolerations.ts';

/**
 * Deletes the pods of nodes with a taint of effect NoExecute that they do not tolerate, or no longer.
 *
 * @see Kubernetes documentation "Taints and Tolerations", section "Taint based Evictions"
 */
export function startTaintEviction(
  kinds: Pick<WorkloadKinds, 'nodes' | 'pods'>,
  surroundings: LabSurroundings,
): Controller {
  const { nodes, pods } = kinds;
  const { clock, logger, record } = surroundings;
  /** Since when a pod stands on a node that it tolerates for a while only, by uid. */
  const since = new Map<string, number>();
  const loop = new KeyedLoop({ name: 'tainteviction', logger, reconcile });
  nodes.onChange(({ metadata }) => loop.enqueue(metadata.name));
  pods.onChange(({ spec }) => {
    if (spec.nodeName) loop.enqueue(spec.nodeName);
  });
  for (const { metadata } of nodes.items()) loop.enqueue(metadata.name);
  return loop;

  async function reconcile(name: string): Promise<number | undefined> {
    const taints = nodes.get(name)?.spec?.taints ?? [];
    const waits: number[] = [];
    forgetGone();
    for (const pod of pods.items()) {
      if (pod.spec.nodeName !== name) continue;
      const allowedMs = toleratedMs(pod, taints);
      const left = allowedMs === undefined ? undefined : leftMs(pod, allowedMs);
      if (left === undefined) forget(pod);
      else if (left > 0) waits.push(left);
      else await evict(pod);
    }
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  function leftMs(pod: Pod, allowedMs: number): number {
    const uid = pod.metadata.uid ?? '';
    const began = since.get(uid) ?? clock.monotonicMs();
    since.set(uid, began);
    return began + allowedMs - clock.monotonicMs();
  }

  function forgetGone(): void {
    if (since.size === 0) return;
    const there = new Set(pods.items().map(({ metadata }) => metadata.uid));
    for (const uid of since.keys()) if (!there.has(uid)) since.delete(uid);
  }

  function forget(pod: Pod): void {
    since.delete(pod.metadata.uid ?? '');
  }

  async function evict(pod: Pod): Promise<void> {
    forget(pod);
    if (!isPodActive(pod)) return;
    const { name, namespace } = pod.metadata;
    const message = `Marking for deletion Pod ${namespace}/${name}`;
    await record({
      kind: podKind,
      about: pod,
      reason: 'TaintManagerEviction',
      message,
      component: 'taint-eviction-controller',
    });
    await pods.delete(pod);
  }
}
