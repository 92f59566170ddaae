import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '../../api/core.ts';
import { pods as podKind } from '../../api/kinds.ts';
import type { OwnerReference } from '../../api/meta.ts';
import { errorText, hasCode, WeftError } from '../../base/errors.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { nextReplacements, type OwnedPods } from '../../ipam/pool-migration.ts';
import type { Cidr } from '../../net/cidr.ts';
import { readPoolPods } from './plan-migration.ts';

/** How pods are replaced. */
export interface ReplaceRules {
  readonly maxUnavailable: number;
  /** Longest time without any progress. */
  readonly timeoutMs: number;
  /** Told how many pods are still to be moved whenever that changes. */
  progress(left: number): void;
}

const pauseMs = 300;

/**
 * Replaces the pods that have addresses of the pool, a few of each owner at a time, until there are none. Everything is
 * decided anew from what the cluster says, so that it may be interrupted at any moment.
 *
 * @throws WeftError IPAM_MIGRATION when nothing gets on for too long
 */
export async function replacePods(cluster: HttpCluster, cidr: Cidr, rules: ReplaceRules): Promise<void> {
  let seen = '';
  let told = -1;
  let sinceMs = performance.now();
  let refusal = '';
  for (;;) {
    const { owners, movable, leaving } = await readPoolPods(cluster, cidr);
    if (movable + leaving !== told) rules.progress(movable + leaving);
    told = movable + leaving;
    if (told === 0) return;
    for (const group of owners) {
      const replicas = await wantedReplicas(cluster, group.owner, group.namespace);
      for (const pod of nextReplacements(group, cidr, replicas, rules.maxUnavailable)) {
        refusal = (await evict(cluster, pod)) ?? '';
      }
    }
    const state = JSON.stringify([movable, leaving, owners.map(fingerprint)]);
    if (state !== seen) sinceMs = performance.now();
    seen = state;
    if (performance.now() - sinceMs > rules.timeoutMs) throw stalled(owners, refusal);
    await sleep(pauseMs);
  }
}

/** Asks for the pod to go, as its PodDisruptionBudget allows; returns why it may not go now. */
async function evict(cluster: HttpCluster, pod: Pod): Promise<string | undefined> {
  const { name, namespace = '', uid } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    ...(uid === undefined ? {} : { deleteOptions: { preconditions: { uid } } }),
  };
  try {
    await cluster.request('POST', path, body);
  } catch (error) {
    if (hasCode(error, 'API_CONFLICT')) return undefined;
    // A server without evictions, or a pod that is gone: deleting it is a success in both cases.
    if (!hasCode(error, 'API_NOT_FOUND')) return errorText(error);
    await cluster.delete(podKind, name, namespace, { uid });
  }
  return undefined;
}

const plurals: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  ReplicationController: 'replicationcontrollers',
};

/** How many pods the owner wants; `undefined` when it does not say, is gone or may not be read. */
async function wantedReplicas(
  cluster: HttpCluster,
  owner: OwnerReference,
  namespace: string,
): Promise<number | undefined> {
  const root = owner.apiVersion.includes('/') ? `/apis/${owner.apiVersion}` : `/api/${owner.apiVersion}`;
  const path = `${root}/namespaces/${namespace}/${plurals[owner.kind]}/${owner.name}`;
  try {
    const { spec, status } = await cluster.request<{
      spec?: { replicas?: number };
      status?: { desiredNumberScheduled?: number };
    }>('GET', path);
    return spec?.replicas ?? status?.desiredNumberScheduled;
  } catch (error) {
    if (hasCode(error, 'API_NOT_FOUND', 'API_FORBIDDEN')) return undefined;
    throw error;
  }
}

function fingerprint({ pods }: OwnedPods): readonly string[] {
  return pods.map((pod) => `${pod.metadata.uid} ${JSON.stringify(pod.status?.conditions ?? [])}`);
}

function stalled(owners: readonly OwnedPods[], refusal: string): WeftError {
  const waiting = owners.map(({ owner, namespace }) => `${owner.kind} ${namespace}/${owner.name}`).join(', ');
  const why = refusal === '' ? 'its pods do not get Ready' : refusal;
  return new WeftError(
    'IPAM_MIGRATION',
    `Cannot go on replacing pods: no progress with ${waiting || 'pods that are ending'}: ${why}; mend that and run the same command again`,
  );
}
