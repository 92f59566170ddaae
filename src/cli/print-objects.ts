import { type Kind, type KubernetesObject, withType } from '../api/meta.ts';

/** Objects in the order keys have in Kubernetes' own output: sorted at every level. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}

/** What YAML 1.1 takes for the end of a line or of nothing, and YAML 1.2 for a letter. */
const lineEnds = /[\u0085\u2028\u2029\ufeff]/;
const allLineEnds = new RegExp(lineEnds, 'g');

/** JSON or YAML text of a value. The YAML library is loaded only for YAML. */
export async function formatObject(value: unknown, format: 'json' | 'yaml'): Promise<string> {
  const sorted = sortKeys(value);
  if (format === 'json') return `${JSON.stringify(sorted, undefined, 4)}\n`;
  const { Document, visit } = await import('yaml');
  // Quoted so that readers of YAML 1.1, such as kubectl, take `no` and times for the texts they are.
  const yaml = new Document(sorted, { version: '1.1', aliasDuplicateObjects: false });
  visit(yaml, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && lineEnds.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  const text = yaml.toString({ lineWidth: 0, indentSeq: false });
  return text.replaceAll(allLineEnds, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** `pod/web`, `ippool.projectcalico.org/default`. */
export function objectReference(kind: Kind<KubernetesObject>, name: string): string {
  return `${kindReference(kind)}/${name}`;
}

/** `pod`, `ippool.projectcalico.org`. */
export function kindReference(kind: Kind<KubernetesObject>): string {
  return `${kind.singular}${kind.group === '' ? '' : `.${kind.group}`}`;
}

/** What was found of one kind. */
export interface Found {
  readonly kind: Kind<KubernetesObject>;
  readonly objects: readonly KubernetesObject[];
  readonly resourceVersion?: string;
}

/**
 * One named object as it is; several, or a whole kind, as a list. Calico's kinds have lists of their own, as calicoctl
 * prints them.
 *
 * @param named names were given
 */
export function document(found: readonly Found[], named: boolean): unknown {
  const objects = found.flatMap(({ kind, objects: some }) => some.map((object) => shown(withType(kind, object))));
  if (named && objects.length === 1) return objects[0];
  const [first] = found;
  const sameKind = found.every(({ kind }) => kind === first?.kind);
  if (sameKind && first?.kind.group === 'projectcalico.org') {
    const metadata = { resourceVersion: first.resourceVersion ?? '' };
    return { apiVersion: 'projectcalico.org/v3', kind: `${first.kind.kind}List`, metadata, items: objects };
  }
  return { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: objects };
}

/** Without the record of who set which field, which kubectl hides as well. */
export function shown(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata as KubernetesObject['metadata'] & {
    managedFields?: unknown;
  };
  return { ...object, metadata };
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
