import {
  globalNetworkPolicies,
  networkPolicies,
  stagedGlobalNetworkPolicies,
  stagedKubernetesNetworkPolicies,
  stagedNetworkPolicies,
  tiers,
} from '../api/kinds.ts';
import { tierDeletionProblem } from '../api/tier-deletion.ts';
import { timestamp } from '../api/timestamp.ts';
import { isRecord } from '../base/is-record.ts';
import type { Context, Outcome } from './context.ts';
import type { Query } from './http/query.ts';
import { type ApiObject, ensureRecord, type JsonRecord, stringAt, valueAt } from './json.ts';
import { type Resource, storageKey } from './resource.ts';
import type { Selection } from './selection.ts';
import { badRequest, conflict, forbidden, notFound } from './status-error.ts';
import type { Entry, EntryKey } from './storage/entry.ts';
import { isRemovable } from './write.ts';

/** How an object is deleted. */
export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly gracePeriodSeconds: number | undefined;
  readonly propagation: 'Background' | 'Foreground' | 'Orphan';
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  /** The definition of the kind goes, too: there is nothing left that a tier would have to stay for. */
  readonly withDefinition?: boolean;
}

const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';
const keptNamespaces = ['default', 'kube-system', 'kube-public'];

/** DeleteOptions from body and query; the body wins. @throws StatusError 400 */
export function readDeleteOptions(body: JsonRecord | undefined, query: Query): DeleteOptions {
  const propagations = ['Background', 'Foreground', 'Orphan'] as const;
  const asked = valueAt(body, 'propagationPolicy') ?? query.choice('propagationPolicy', propagations);
  const orphan =
    valueAt(body, 'orphanDependents') ?? (query.has('orphanDependents') ? query.flag('orphanDependents') : undefined);
  const propagation = asked ?? (orphan === true ? 'Orphan' : 'Background');
  const found = propagations.find((item) => item === propagation);
  if (found === undefined)
    throw badRequest(`propagationPolicy ${JSON.stringify(propagation)} must be one of ${propagations.join(', ')}`);
  const grace = valueAt(body, 'gracePeriodSeconds') ?? query.count('gracePeriodSeconds');
  if (grace !== undefined && grace !== null && !(Number.isInteger(grace) && Number(grace) >= 0)) {
    throw badRequest(`gracePeriodSeconds ${JSON.stringify(grace)} must be a whole number, at least 0`);
  }
  const dryRun = valueAt(body, 'dryRun');
  return {
    dryRun: (Array.isArray(dryRun) && dryRun.includes('All')) || query.choice('dryRun', ['All']) === 'All',
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
    propagation: found,
    uid: stringAt(body, 'preconditions', 'uid'),
    resourceVersion: stringAt(body, 'preconditions', 'resourceVersion'),
  };
}

/**
 * DELETE of one object: gone at once, or marked with a deletionTimestamp when something holds it (finalizers, the
 * contents of a namespace, a kubelet that still runs the pod).
 *
 * @throws StatusError 403 (namespaces and tiers that must stay), 404, 409 (precondition)
 */
export function deleteObject(context: Context, resource: Resource, key: EntryKey, options: DeleteOptions): Outcome {
  const entry = context.store.get(key);
  if (entry === undefined) throw notFound(resource, key.name);
  checkPreconditions(resource, entry, options);
  if (!resource.custom && resource.kind === 'Namespace' && keptNamespaces.includes(entry.name)) {
    throw forbidden(resource, entry.name, 'this namespace may not be deleted');
  }
  const isTier = resource.group === tiers.group && resource.kind === tiers.kind && options.withDefinition !== true;
  const problem = isTier ? tierProblem(context, entry.name) : undefined;
  if (problem !== undefined) throw forbidden(resource, entry.name, problem);
  const next = entry.copy();
  markDeleted(context, resource, next, options);
  if (isRemovable(resource, next)) {
    if (!options.dryRun) context.store.remove(entry);
    return { status: 200, text: JSON.stringify(deletedAnswer(resource, next)), warnings: [] };
  }
  const changed = JSON.stringify(next) !== entry.text;
  const text = options.dryRun || !changed ? JSON.stringify(next) : context.store.put(entry, next).text;
  return { status: 200, text, warnings: [] };
}

const tieredPolicies = [
  networkPolicies,
  globalNetworkPolicies,
  stagedNetworkPolicies,
  stagedGlobalNetworkPolicies,
  stagedKubernetesNetworkPolicies,
];

function tierProblem(context: Context, name: string): string | undefined {
  const policies = tieredPolicies.flatMap((kind) => context.store.scan(storageKey(kind)));
  return tierDeletionProblem(
    name,
    policies.map((policy) => stringAt(policy.object, 'spec', 'tier')),
  );
}

/** DELETE of a collection: everything selected, each as {@link deleteObject}. Answers with the list of what it hit. */
export function deleteCollection(
  context: Context,
  resource: Resource,
  selection: Selection,
  storageResource: string,
  options: DeleteOptions,
): Outcome {
  const entries = context.store.scan(storageResource, selection.namespace).filter((entry) => selection.matches(entry));
  for (const entry of entries) deleteObject(context, resource, entry, { ...options, uid: undefined });
  const items = entries.map((entry) => entry.text).join(',');
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  const head = JSON.stringify({
    kind: resource.listKind,
    apiVersion,
    metadata: { resourceVersion: String(context.store.version) },
  });
  return { status: 200, text: `${head.slice(0, -1)},"items":[${items}]}`, warnings: [] };
}

function checkPreconditions(resource: Resource, entry: Entry, options: DeleteOptions): void {
  const { uid } = entry.object.metadata;
  if (options.uid !== undefined && options.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid}`;
    throw conflict(resource, entry.name, why);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== String(entry.version)) {
    const why = `Precondition failed: ResourceVersion in precondition: ${options.resourceVersion}, ResourceVersion in object meta: ${entry.version}`;
    throw conflict(resource, entry.name, why);
  }
}

function markDeleted(context: Context, resource: Resource, object: ApiObject, options: DeleteOptions): void {
  const { metadata } = object;
  setPropagation(metadata, options);
  const grace = graceSeconds(resource, object, options);
  if (metadata.deletionTimestamp === undefined) {
    if (resource.generation) metadata.generation = (metadata.generation ?? 0) + 1;
  } else if (grace >= (metadata.deletionGracePeriodSeconds ?? 0)) return;
  metadata.deletionTimestamp = timestamp(context.now() + grace * 1000);
  metadata.deletionGracePeriodSeconds = grace;
  if (!resource.custom && resource.kind === 'Namespace') ensureRecord(object, 'status').phase = 'Terminating';
}

function setPropagation(metadata: ApiObject['metadata'], options: DeleteOptions): void {
  if (metadata.deletionTimestamp !== undefined) return;
  const finalizers = (metadata.finalizers ?? []).filter(
    (item) => item !== orphanFinalizer && item !== foregroundFinalizer,
  );
  if (options.propagation === 'Orphan') finalizers.push(orphanFinalizer);
  if (options.propagation === 'Foreground') finalizers.push(foregroundFinalizer);
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
}

/** A pod that runs on a node waits for its kubelet; everything else has nothing to wait for. */
function graceSeconds(resource: Resource, object: ApiObject, options: DeleteOptions): number {
  if (resource.custom || resource.kind !== 'Pod') return 0;
  const phase = stringAt(object, 'status', 'phase');
  const waits = Boolean(stringAt(object, 'spec', 'nodeName')) && phase !== 'Succeeded' && phase !== 'Failed';
  if (!waits) return 0;
  const own = valueAt(object, 'spec', 'terminationGracePeriodSeconds');
  return options.gracePeriodSeconds ?? (typeof own === 'number' && own >= 0 ? own : 30);
}

/** Pods, Services and the like come back as they were; other kinds as a `Status` that names them, as clients expect. */
function deletedAnswer(resource: Resource, object: ApiObject): ApiObject | JsonRecord {
  const whole = ['Pod', 'Service', 'ServiceAccount', 'PersistentVolumeClaim'];
  if (!resource.custom && whole.includes(resource.kind)) return object;
  const { name, uid } = object.metadata;
  const details = { name, ...(resource.group !== '' && { group: resource.group }), kind: resource.plural, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

/** True when the finalizer list of an object names the foreground or orphan step of a deletion. */
export function deletionStep(object: Readonly<ApiObject>): 'foreground' | 'orphan' | undefined {
  const finalizers: unknown = object.metadata.finalizers;
  if (!isRecord(object.metadata) || object.metadata.deletionTimestamp === undefined || !Array.isArray(finalizers))
    return undefined;
  if (finalizers.includes(orphanFinalizer)) return 'orphan';
  return finalizers.includes(foregroundFinalizer) ? 'foreground' : undefined;
}
