import type { Pod, ReplicaSet } from '../api/core.ts';
import { pods as podKind, replicaSets as replicaSetKind } from '../api/kinds.ts';
import { apiVersionOf } from '../api/meta.ts';
import { hasCode } from '../base/errors.ts';
import { keyOf, objectKey, parseObjectKey } from '../datastore/object-key.ts';
import { KeyedLoop } from './keyed-loop.ts';
import { controllerOf, controllerReference } from './ownership.ts';
import { planReplicaSet, replicaSetStatus } from './plan-replica-set.ts';
import { randomName } from './random-name.ts';
import { minReadySeconds } from './rollout-spec.ts';
import type { Controller, LabSurroundings, WorkloadKinds } from './shared.ts';

/** Keeps each ReplicaSet's number of pods. */
export function startReplicaSets(
  kinds: Pick<WorkloadKinds, 'replicaSets' | 'pods'>,
  surroundings: LabSurroundings,
): Controller {
  const { replicaSets, pods } = kinds;
  const loop = new KeyedLoop({ name: 'replicaset', logger: surroundings.logger, reconcile });
  replicaSets.onChange((set) => loop.enqueue(objectKey(set)));
  pods.onChange((pod, old) => {
    for (const one of [pod, old]) {
      const owner = one === undefined ? undefined : controllerOf(one);
      if (owner?.kind === 'ReplicaSet') loop.enqueue(keyOf(owner.name, pod.metadata.namespace));
      if (one !== undefined && owner === undefined) enqueueNamespace(one.metadata.namespace);
    }
  });
  for (const set of replicaSets.items()) loop.enqueue(objectKey(set));
  return loop;

  /** A pod without owner may be for any set of its namespace. */
  function enqueueNamespace(namespace: string | undefined): void {
    for (const set of replicaSets.items()) if (set.metadata.namespace === namespace) loop.enqueue(objectKey(set));
  }

  async function reconcile(key: string): Promise<number | undefined> {
    const { name, namespace } = parseObjectKey(key);
    const set = replicaSets.get(name, namespace);
    if (set === undefined) return undefined;
    const plan = planReplicaSet(set, podsOf(namespace));
    await all([
      ...Array.from({ length: plan.create }, () => () => createPod(set)),
      ...plan.remove.map((pod) => () => deletePod(set, pod)),
      ...plan.adopt.map((pod) => () => setOwner(pod, [controllerReference(replicaSetKind, set)])),
      ...plan.release.map((pod) => () => setOwner(pod, null)),
    ]);
    return writeStatus(key);
  }

  async function createPod(set: ReplicaSet): Promise<void> {
    const pod = await pods.create(newPod(set, surroundings.random));
    tell(set, 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
  }

  async function deletePod(set: ReplicaSet, pod: Pod): Promise<void> {
    await pods.delete(pod);
    tell(set, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }

  function tell(about: ReplicaSet, reason: string, message: string): void {
    void surroundings.record({ kind: replicaSetKind, about, reason, message, component: 'replicaset-controller' });
  }

  async function writeStatus(key: string): Promise<number | undefined> {
    const { name, namespace } = parseObjectKey(key);
    const set = replicaSets.get(name, namespace);
    if (set === undefined) return undefined;
    const nowMs = surroundings.clock.now();
    const { status, againMs } = replicaSetStatus(set, podsOf(namespace), minReadySeconds(set), nowMs);
    const old: Readonly<Record<string, unknown>> = { ...set.status };
    const changed = Object.entries(status).some(([field, value]) => (old[field] ?? 0) !== value);
    if (changed) await replicaSets.patch(set, 'merge', { status }, 'status');
    return againMs;
  }

  function podsOf(namespace: string | undefined): readonly Pod[] {
    return pods.items().filter((pod) => pod.metadata.namespace === namespace);
  }

  async function setOwner(pod: Pod, ownerReferences: unknown): Promise<void> {
    const { uid, resourceVersion } = pod.metadata;
    await pods.patch(pod, 'merge', { metadata: { uid, resourceVersion, ownerReferences } });
  }
}

/** Runs all, then reports the first failure; what was gone already is no failure. */
async function all(actions: readonly (() => Promise<unknown>)[]): Promise<void> {
  const outcomes = await Promise.allSettled(actions.map((action) => action()));
  const failed = outcomes.find((one) => one.status === 'rejected' && !hasCode(one.reason, 'API_NOT_FOUND'));
  if (failed?.status === 'rejected') throw failed.reason;
}

function newPod(set: ReplicaSet, random: () => number): Pod {
  const { template } = set.spec;
  return {
    apiVersion: apiVersionOf(podKind),
    kind: podKind.kind,
    metadata: {
      name: randomName(set.metadata.name, random),
      ...(set.metadata.namespace !== undefined && { namespace: set.metadata.namespace }),
      ...(template.metadata?.labels !== undefined && { labels: template.metadata.labels }),
      ...(template.metadata?.annotations !== undefined && { annotations: template.metadata.annotations }),
      ownerReferences: [controllerReference(replicaSetKind, set)],
    },
    spec: template.spec,
  };
}
