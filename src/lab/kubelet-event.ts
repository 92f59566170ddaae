import { randomUUID } from 'node:crypto';
import type { Pod } from '../api/core.ts';
import { events } from '../api/kinds.ts';
import { errorText } from '../base/errors.ts';
import { type KubeletContext, timestamp } from './kubelet-context.ts';

/** Writes a Warning event about a pod; best effort, as events are. */
export async function recordEvent(context: KubeletContext, pod: Pod, reason: string, message: string): Promise<void> {
  const namespace = pod.metadata.namespace ?? 'default';
  const now = timestamp(context.clock);
  try {
    await context.cluster.create(events, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${pod.metadata.name}.${randomUUID().slice(0, 13)}`, namespace },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name: pod.metadata.name,
        namespace,
        ...(pod.metadata.uid === undefined ? {} : { uid: pod.metadata.uid }),
      },
      type: 'Warning',
      reason,
      message,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source: { component: 'kubelet', host: context.node },
    });
  } catch (error) {
    context.log.debug('cannot write event', { reason, error: errorText(error) });
  }
}
