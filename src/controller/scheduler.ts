import type { Pod } from '../api/core.ts';
import { pods as podKind } from '../api/kinds.ts';
import { isPodActive } from '../api/pod-state.ts';
import { hasCode } from '../base/errors.ts';
import { KeyedLoop } from './keyed-loop.ts';
import { nodeLoad, pickNode, placePod } from './pick-node.ts';
import type { Controller, LabSurroundings, WorkloadKinds } from './shared.ts';
import { withCondition } from './with-condition.ts';

/** Binds pods to nodes. One pass decides for all waiting pods, each placement counting for the next one. */
export function startScheduler(
  kinds: Pick<WorkloadKinds, 'nodes' | 'pods'>,
  surroundings: LabSurroundings,
): Controller {
  const { nodes, pods } = kinds;
  const loop = new KeyedLoop({
    name: 'scheduler',
    logger: surroundings.logger,
    reconcile: async () => {
      const load = nodeLoad(pods.items());
      const waiting = pods.items().filter(isWaiting).sort(byAge);
      const writes = waiting.map((pod) => {
        const choice = pickNode(pod, nodes.items(), load);
        if (choice.kind === 'none') return refuse(pod, choice.message);
        placePod(load, pod, choice.name);
        return bind(pod, choice.name);
      });
      const failed = (await Promise.allSettled(writes)).find((write) => write.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return undefined;
    },
  });
  const wake = () => loop.enqueue('all');
  pods.onChange((pod, old) => {
    // A pod that leaves a node makes no room that matters here; only new and unbound pods do.
    if (isWaiting(pod) || (old !== undefined && isWaiting(old))) wake();
  });
  nodes.onChange(wake);
  wake();
  return loop;

  async function bind(pod: Pod, node: string): Promise<void> {
    const { uid, resourceVersion } = pod.metadata;
    try {
      await pods.patch(pod, 'merge', { metadata: { uid, resourceVersion }, spec: { nodeName: node } });
    } catch (error) {
      if (!hasCode(error, 'API_NOT_FOUND')) throw error;
      return;
    }
    const { namespace, name } = pod.metadata;
    tell(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
  }

  function tell(about: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void {
    void surroundings.record({ kind: podKind, about, type, reason, message, component: 'default-scheduler' });
  }

  async function refuse(pod: Pod, message: string): Promise<void> {
    const stamp = new Date(surroundings.clock.now()).toISOString();
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message } as const;
    const conditions = withCondition(pod.status?.conditions ?? [], condition, stamp);
    if (conditions === pod.status?.conditions) return;
    tell(pod, 'Warning', 'FailedScheduling', message);
    try {
      await pods.patch(pod, 'merge', { status: { conditions } }, 'status');
    } catch (error) {
      if (!hasCode(error, 'API_NOT_FOUND')) throw error;
    }
  }
}

function isWaiting(pod: Pod): boolean {
  return (pod.spec.nodeName ?? '') === '' && isPodActive(pod);
}

function byAge(a: Pod, b: Pod): number {
  const left = a.metadata.creationTimestamp ?? '';
  const right = b.metadata.creationTimestamp ?? '';
  return left < right ? -1 : left > right ? 1 : a.metadata.name < b.metadata.name ? -1 : 1;
}
