import { accessMessages } from './access-messages.ts';
import { appsMessages } from './apps-messages.ts';
import { containerMessages } from './container-messages.ts';
import { coreMessages } from './core-messages.ts';
import { type MessageField, type MessageTable, parseMessage } from './message-table.ts';
import { metaMessages } from './meta-messages.ts';
import { networkMessages } from './network-messages.ts';
import { nodeMessages } from './node-messages.ts';
import { podMessages } from './pod-messages.ts';
import { reviewMessages } from './review-messages.ts';
import { serviceMessages } from './service-messages.ts';
import { volumeMessages } from './volume-messages.ts';

/** Every message that is understood. */
export const messageTable: MessageTable = {
  ...metaMessages,
  ...coreMessages,
  ...serviceMessages,
  ...podMessages,
  ...containerMessages,
  ...volumeMessages,
  ...nodeMessages,
  ...appsMessages,
  ...networkMessages,
  ...reviewMessages,
  ...accessMessages,
};

/** Kinds that come as a body, by `apiVersion`. */
export const bodyKinds: Readonly<Record<string, readonly string[]>> = {
  v1: [
    'Binding',
    'ConfigMap',
    'DeleteOptions',
    'Endpoints',
    'Event',
    'Namespace',
    'Node',
    'Pod',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
  'apps/v1': ['Deployment', 'ReplicaSet'],
  'authentication.k8s.io/v1': ['SelfSubjectReview'],
  'authorization.k8s.io/v1': [
    'LocalSubjectAccessReview',
    'SelfSubjectAccessReview',
    'SelfSubjectRulesReview',
    'SubjectAccessReview',
  ],
  'autoscaling/v1': ['Scale'],
  'coordination.k8s.io/v1': ['Lease'],
  'discovery.k8s.io/v1': ['EndpointSlice'],
  'networking.k8s.io/v1': ['NetworkPolicy'],
  'policy/v1': ['Eviction', 'PodDisruptionBudget'],
  'policy/v1beta1': ['Eviction'],
  'rbac.authorization.k8s.io/v1': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
};

const parsed = new Map<string, ReadonlyMap<number, MessageField>>();

/** The fields of a message by their numbers; each message is read when it is first needed. */
export function messageFields(name: string): ReadonlyMap<number, MessageField> {
  let fields = parsed.get(name);
  if (fields === undefined) {
    const text = messageTable[name];
    if (text === undefined) throw new RangeError(`Unknown message "${name}"`);
    fields = new Map(parseMessage(text).map((field) => [field.number, field]));
    parsed.set(name, fields);
  }
  return fields;
}
