import type { Pod } from '../api/core.ts';
import { pods } from '../api/kinds.ts';
import { createEventRecorder } from '../datastore/record-event.ts';
import type { KubeletContext } from './kubelet-context.ts';

/** Writes an event about a pod in the kubelet's name; best effort, as events are. */
export function recordEvent(
  { cluster, clock, log, node }: KubeletContext,
  about: Pod,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): Promise<void> {
  const record = createEventRecorder(cluster, clock, log);
  return record({ kind: pods, about, type, reason, message, component: 'kubelet', host: node });
}
