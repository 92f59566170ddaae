import { createHash } from 'node:crypto';
import type { Event } from '../api/core.ts';
import { events } from '../api/kinds.ts';
import { apiVersionOf, type Kind, type KubernetesObject } from '../api/meta.ts';
import { timestamp } from '../api/timestamp.ts';
import type { Clock } from '../base/clock.ts';
import { errorText, hasCode } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Cluster } from './cluster.ts';

/** Something that happened to an object, for people: `kubectl describe` and `kubectl events` show it. */
export interface EventNote {
  readonly kind: Kind<KubernetesObject>;
  readonly about: KubernetesObject;
  /** Default `Normal`. */
  readonly type?: 'Normal' | 'Warning';
  /** One word in CamelCase: `Scheduled`. */
  readonly reason: string;
  readonly message: string;
  /** Who says it: `kubelet`, `default-scheduler`. */
  readonly component: string;
  readonly host?: string;
}

/** Writes events. Never rejects: an event that cannot be written is lost, and what it tells of went on. */
export type RecordEvent = (note: EventNote) => Promise<void>;

/**
 * Makes a recorder. The same thing said again of the same object counts up one event instead of making another.
 *
 * @see Kubernetes API reference, core/v1 Event
 */
export function createEventRecorder(cluster: Cluster, clock: Clock, log: Logger): RecordEvent {
  return async (note) => {
    try {
      await write(cluster, note, timestamp(clock.now()));
    } catch (error) {
      log.debug('cannot write event', { reason: note.reason, error: errorText(error) });
    }
  };
}

async function write(cluster: Cluster, note: EventNote, now: string): Promise<void> {
  const event = newEvent(note, now);
  try {
    await cluster.create(events, event);
  } catch (error) {
    if (!hasCode(error, 'API_ALREADY_EXISTS')) throw error;
    const { name, namespace } = event.metadata;
    const seen = await cluster.get(events, name, namespace);
    const change = { count: (seen?.count ?? 1) + 1, lastTimestamp: now };
    await cluster.patch(events, name, namespace, 'merge', change);
  }
}

function newEvent(note: EventNote, now: string): Event {
  const { kind, about, type = 'Normal', reason, message, component, host } = note;
  const { name, uid, namespace = 'default' } = about.metadata;
  const same = createHash('sha256').update([uid, type, reason, message, component, host].join('\n')).digest('hex');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name.slice(0, 236)}.${same.slice(0, 16)}`, namespace },
    involvedObject: {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      name,
      ...(about.metadata.namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
    },
    type,
    reason,
    message,
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
    source: { component, ...(host !== undefined && { host }) },
  };
}
