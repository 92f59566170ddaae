import type { Node, Pod } from '../api/core.ts';
import type { Condition } from '../api/meta.ts';
import { withCondition } from './with-condition.ts';

/** A node whose kubelet has not been heard of for this long is no longer taken to be ready. */
export const nodeGraceMs = 40_000;

/** The conditions that a kubelet keeps; others are not its business. */
const kubeletConditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** What a node's kubelet last said: changes with every heartbeat. */
export function heartbeatOf(node: Node): string {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  return `${ready?.lastHeartbeatTime} ${ready?.status}`;
}

/** The node's conditions once its kubelet is silent; the same array when they say so already. */
export function silentNodeConditions(node: Node, stamp: string): readonly Condition[] {
  const start = node.status?.conditions ?? [];
  return start
    .filter(({ type }) => kubeletConditions.includes(type))
    .reduce<readonly Condition[]>((conditions, { type, lastHeartbeatTime }) => {
      const unknown = {
        type,
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
        ...(lastHeartbeatTime !== undefined && { lastHeartbeatTime }),
      } as const;
      return withCondition(conditions, unknown, stamp);
    }, start);
}

/** The conditions of a pod on a silent node: not ready, so that no Service sends to it. The same array when it is so. */
export function unreachablePodConditions(pod: Pod, stamp: string): readonly Condition[] {
  const conditions = pod.status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True') return conditions;
  return withCondition(conditions, { ...ready, status: 'False', reason: 'NodeNotReady' }, stamp);
}
