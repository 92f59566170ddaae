import { isRecord } from '../base/is-record.ts';
import { defaultObject } from './defaults.ts';
import type { FieldError } from './field-error.ts';
import { liftBlock, liftDeleted, liftPool, type V1Spec } from './import-v1-spec.ts';
import * as kinds from './kinds.ts';
import { apiVersionOf, type Kind, type KubernetesObject, type ObjectMeta } from './meta.ts';
import { validateObject } from './validate.ts';

/** An object of projectcalico.org/v3, and what is different about it now, one sentence each. */
export interface ImportedObject {
  readonly kind: Kind<KubernetesObject>;
  readonly object: KubernetesObject;
  readonly notes: readonly string[];
}

/** The group in which Calico keeps its objects on Kubernetes, and its version: unchecked, without defaults. */
export const v1ApiVersion = 'crd.projectcalico.org/v1';

/** The annotation in which v1 objects carry the metadata of the v3 object. */
const metadataAnnotation = 'projectcalico.org/metadata';
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Kinds that had another name. */
const renamed: Readonly<Record<string, string>> = { IPAMConfig: 'IPAMConfiguration' };

const known = [...kinds.calicoKinds, kinds.blockAffinities, kinds.ipamHandles];

/** What a kind's spec needs besides a new apiVersion. */
const lifts: Readonly<Record<string, (spec: V1Spec, notes: string[]) => V1Spec>> = {
  IPPool: liftPool,
  IPAMBlock: liftBlock,
  BlockAffinity: liftDeleted,
  IPAMHandle: liftDeleted,
};

/** The plural names, in crd.projectcalico.org/v1, of everything {@link fromV1} can read. */
export const v1Plurals: readonly string[] = known.map(({ kind, plural }) =>
  kind === 'IPAMConfiguration' ? 'ipamconfigs' : plural,
);

/**
 * Brings an object of `crd.projectcalico.org/v1` into the form of `projectcalico.org/v3`: its kind, the metadata it
 * carries in an annotation, fields that had another form, and defaults. What belongs to the old store (uid, version,
 * owners, finalizers) stays behind. Blocks, affinities and handles come one by one; `foldIpam` puts them together.
 *
 * @returns what is wrong when the result is no valid object: v1 is unchecked, so it may have been invalid all along
 */
export function fromV1(v1: KubernetesObject): ImportedObject | readonly FieldError[] {
  const name = v1.kind ?? '';
  const kind = known.find((candidate) => candidate.kind === (renamed[name] ?? name));
  if (v1.apiVersion !== v1ApiVersion || kind === undefined) {
    return [{ field: 'kind', value: `${v1.apiVersion} ${name}`, reason: `a kind of ${v1ApiVersion} is needed` }];
  }
  const notes: string[] = kind.kind === name ? [] : [`${name} is called ${kind.kind} now`];
  const content: Readonly<Record<string, unknown>> = { ...v1 };
  const spec: unknown = content.spec ?? {};
  const lifted = isRecord(spec) ? (lifts[kind.kind]?.(spec, notes) ?? spec) : spec;
  const metadata = liftMetadata(v1.metadata, notes);
  if (!('name' in metadata)) return [metadata];
  const object = defaultObject(kind, {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { ...metadata, name: liftName(kind.kind, metadata.name, lifted) },
    spec: lifted,
  } as KubernetesObject);
  // Claims on their way out are nobody's mistake; foldIpam leaves them out.
  const errors = validateObject(kind, object).filter(({ field }) => field !== 'spec.deleted');
  return errors.length > 0 ? errors : { kind, object, notes };
}

/** Name, namespace, labels and annotations, from the object and from what it carries in the annotation. */
function liftMetadata(metadata: ObjectMeta, notes: string[]): ObjectMeta | FieldError {
  const { [metadataAnnotation]: carried, [lastApplied]: applied, ...rest } = metadata.annotations ?? {};
  const field = `metadata.annotations.${metadataAnnotation}`;
  const inner = carried === undefined ? {} : parseRecord(carried);
  if (inner === undefined) return { field, value: carried, reason: 'JSON of an ObjectMeta is needed' };
  if (applied !== undefined) notes.push(`annotation ${lastApplied} left out: it describes the old object`);
  for (const [list, what] of [
    [metadata.ownerReferences, 'owner references'],
    [metadata.finalizers, 'finalizers'],
  ] as const) {
    if (list !== undefined && list.length > 0) notes.push(`${what} left out: they belong to the old store`);
  }
  const labels = { ...metadata.labels, ...texts(inner.labels) };
  const annotations = { ...rest, ...texts(inner.annotations) };
  return {
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

/** Policies of the tier `default` were stored as `default.NAME`, and shown as `NAME`. */
function liftName(kind: string, name: string, spec: unknown): string {
  if (!/^(Staged)?(Global)?NetworkPolicy$/.test(kind) || !isRecord(spec)) return name;
  const inDefault = spec.tier === 'default' || spec.tier === undefined;
  return inDefault ? name.replace(/^default\.(?=[^.]+$)/, '') : name;
}

function parseRecord(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function texts(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries);
}
