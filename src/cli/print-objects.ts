import type { Kind, KubernetesObject } from '../api/meta.ts';

/** Objects in the order keys have in Kubernetes' own output: sorted at every level. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}

/** JSON or YAML text of a value. The YAML library is loaded only for YAML. */
export async function formatObject(value: unknown, format: 'json' | 'yaml'): Promise<string> {
  const sorted = sortKeys(value);
  if (format === 'json') return `${JSON.stringify(sorted, undefined, 4)}\n`;
  const { stringify } = await import('yaml');
  return stringify(sorted, { lineWidth: 0, aliasDuplicateObjects: false, indentSeq: false });
}

/** `pod/web`, `ippool.projectcalico.org/default`. */
export function objectReference(kind: Kind<KubernetesObject>, name: string): string {
  return `${kind.singular}${kind.group === '' ? '' : `.${kind.group}`}/${name}`;
}

const clusterFields = [
  'namespace',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

/** The object as it could be created in another cluster. */
export function exported(object: KubernetesObject): KubernetesObject {
  const kept = Object.entries(object.metadata).filter(([key]) => !clusterFields.includes(key));
  return { ...object, metadata: { name: object.metadata.name, ...Object.fromEntries(kept) } };
}
