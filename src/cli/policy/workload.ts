import type { Pod, PodSpec } from '../../api/core.ts';
import { pods } from '../../api/kinds.ts';
import { type KubernetesObject, withType } from '../../api/meta.ts';
import { isRecord } from '../../base/is-record.ts';

/** Something that makes pods of one template: a Deployment, a CronJob. */
export type Workload = KubernetesObject & { readonly spec?: unknown };

const kinds = new Set([
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'batch/Job',
  'batch/CronJob',
  '/ReplicationController',
]);

/** True for what makes pods. */
export function isWorkload({ apiVersion = '', kind = '' }: KubernetesObject): boolean {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return kinds.has(`${group}/${kind}`);
}

/**
 * One pod as the workload makes them, under the workload's name: policy says the same of all of them. `undefined` when
 * it has no template that can be read.
 */
export function podOfWorkload({ kind = '', metadata, spec }: Workload): Pod | undefined {
  const inner = isRecord(spec) && isRecord(spec.jobTemplate) ? spec.jobTemplate.spec : spec;
  const template = isRecord(inner) ? inner.template : undefined;
  if (!isRecord(template) || !isRecord(template.spec) || !Array.isArray(template.spec.containers)) return undefined;
  const { labels, annotations } = isRecord(template.metadata) ? template.metadata : {};
  const { name, namespace = 'default' } = metadata;
  return withType(pods, {
    metadata: {
      name,
      namespace,
      labels: isRecord(labels) ? (labels as Record<string, string>) : {},
      ...(isRecord(annotations) ? { annotations: annotations as Record<string, string> } : {}),
      ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: '', controller: true }],
    },
    spec: template.spec as unknown as PodSpec,
  });
}
