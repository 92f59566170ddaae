import type { Node } from '../api/core.ts';
import { KeyedLoop } from './keyed-loop.ts';
import { heartbeatOf, nodeGraceMs, silentNodeConditions, unreachablePodConditions } from './node-health.ts';
import type { Controller, Surroundings, WorkloadKinds } from './shared.ts';

/**
 * Notices nodes whose kubelet has stopped (no heartbeat for 40 s by our own clock: the node's may be wrong), marks them
 * NotReady with status Unknown and takes their pods out of service. Pods of nodes that no longer exist are removed.
 */
export function startNodeLifecycle(
  kinds: Pick<WorkloadKinds, 'nodes' | 'pods'>,
  surroundings: Surroundings,
): Controller {
  const { nodes, pods } = kinds;
  const { clock, logger } = surroundings;
  const heard = new Map<string, { readonly beat: string; readonly atMs: number }>();
  const loop = new KeyedLoop({ name: 'nodelifecycle', logger, reconcile });
  nodes.onChange(({ metadata }) => loop.enqueue(metadata.name));
  pods.onChange(({ spec }) => {
    if (spec.nodeName) loop.enqueue(spec.nodeName);
  });
  for (const { metadata } of nodes.items()) loop.enqueue(metadata.name);
  for (const { spec } of pods.items()) if (spec.nodeName) loop.enqueue(spec.nodeName);
  return loop;

  async function reconcile(name: string): Promise<number | undefined> {
    const node = nodes.get(name);
    if (node === undefined) return removePods(name);
    const silentMs = silence(node);
    if (silentMs < nodeGraceMs) return nodeGraceMs - silentMs;
    const stamp = new Date(clock.now()).toISOString();
    const conditions = silentNodeConditions(node, stamp);
    if (conditions !== (node.status?.conditions ?? []) && (node.status?.conditions ?? []).length > 0) {
      logger.warn('Node is not ready: its kubelet is silent', { node: name, ms: Math.round(silentMs) });
      await nodes.patch(node, 'strategic', { status: { conditions } }, 'status');
    }
    for (const pod of podsOf(name)) {
      const unready = unreachablePodConditions(pod, stamp);
      if (unready === (pod.status?.conditions ?? [])) continue;
      await pods.patch(pod, 'strategic', { status: { conditions: unready } }, 'status');
    }
    return undefined;
  }

  /** How long ago the node's kubelet was last heard of. Our own writes are not heartbeats. */
  function silence(node: Node): number {
    const beat = heartbeatOf(node);
    const last = heard.get(node.metadata.name);
    const unknown = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'Unknown');
    if (last !== undefined && (last.beat === beat || unknown === true)) return clock.monotonicMs() - last.atMs;
    heard.set(node.metadata.name, { beat, atMs: clock.monotonicMs() });
    return 0;
  }

  async function removePods(node: string): Promise<undefined> {
    heard.delete(node);
    if (podsOf(node).length === 0 || (await nodes.read(node)) !== undefined) return undefined;
    for (const pod of podsOf(node)) {
      const { name, namespace } = pod.metadata;
      logger.info('Removing pod of a node that is gone', { pod: name, namespace, node });
      await pods.delete(pod, { gracePeriodSeconds: 0 });
    }
    return undefined;
  }

  function podsOf(node: string) {
    return pods.items().filter((pod) => pod.spec.nodeName === node);
  }
}
