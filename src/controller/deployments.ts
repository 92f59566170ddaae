import { isDeepStrictEqual } from 'node:util';
import type { Deployment, ReplicaSet } from '../api/core.ts';
import { deployments as deploymentKind } from '../api/kinds.ts';
import { isPodFinished } from '../api/pod-state.ts';
import { keyOf, objectKey, parseObjectKey } from '../datastore/object-key.ts';
import type { RecordEvent } from '../datastore/record-event.ts';
import { type DeploymentStatus, deploymentStatus } from './deployment-status.ts';
import type { FreshCache } from './fresh-cache.ts';
import { KeyedLoop } from './keyed-loop.ts';
import { controllerOf } from './ownership.ts';
import { wantedReplicas } from './plan-replica-set.ts';
import { planRollout, type RolloutPlan, revisionAnnotation, rolloutSets } from './plan-rollout.ts';
import { rolloutSpec } from './rollout-spec.ts';
import type { Controller, LabSurroundings, WorkloadKinds } from './shared.ts';

/** Rolls Deployments out: one ReplicaSet per version of the pod template. */
export function startDeployments(
  kinds: Pick<WorkloadKinds, 'deployments' | 'replicaSets' | 'pods'>,
  surroundings: LabSurroundings,
): Controller {
  const { deployments, replicaSets, pods } = kinds;
  const loop = new KeyedLoop({ name: 'deployment', logger: surroundings.logger, reconcile });
  deployments.onChange((deployment) => loop.enqueue(objectKey(deployment)));
  replicaSets.onChange((set) => {
    const owner = controllerOf(set);
    if (owner?.kind === 'Deployment') loop.enqueue(keyOf(owner.name, set.metadata.namespace));
  });
  pods.onChange((pod) => {
    // Strategy Recreate waits for the last old pod; everything else shows in the sets' status.
    const owner = controllerOf(pod);
    if (owner?.kind !== 'ReplicaSet') return;
    const set = replicaSets.get(owner.name, pod.metadata.namespace);
    const deployment = set === undefined ? undefined : controllerOf(set);
    const key = `${pod.metadata.namespace ?? ''}/${deployment?.name}`;
    const found = deployments.get(deployment?.name ?? '', pod.metadata.namespace);
    if (found !== undefined && rolloutSpec(found).recreate) loop.enqueue(key);
  });
  for (const deployment of deployments.items()) loop.enqueue(objectKey(deployment));
  return loop;

  async function reconcile(key: string): Promise<number | undefined> {
    const { name, namespace } = parseObjectKey(key);
    const deployment = deployments.get(name, namespace);
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return undefined;
    const plan = planRollout(deployment, setsOf(namespace), hasOldPods(deployment, setsOf(namespace)));
    await carryOut(deployment, plan, replicaSets, surroundings.record);
    if (deployment.metadata.annotations?.[revisionAnnotation] !== plan.revision) {
      const annotations = { [revisionAnnotation]: plan.revision };
      await deployments.patch(deployment, 'merge', { metadata: { annotations } });
    }
    return writeStatus(key);
  }

  async function writeStatus(key: string): Promise<number | undefined> {
    const { name, namespace } = parseObjectKey(key);
    const deployment = deployments.get(name, namespace);
    if (deployment === undefined) return undefined;
    const old: Partial<DeploymentStatus> = { ...deployment.status };
    const sets = rolloutSets(deployment, setsOf(namespace));
    const { status, againMs } = deploymentStatus(deployment, sets, old, surroundings.clock.now());
    const absent = Object.keys(old).filter((field) => !(field in status) && field !== 'collisionCount');
    if (absent.length > 0 || !isDeepStrictEqual({ ...old, ...status }, old)) {
      const removed = Object.fromEntries(absent.map((field) => [field, null]));
      await deployments.patch(deployment, 'merge', { status: { ...removed, ...status } }, 'status');
    }
    return againMs;
  }

  function setsOf(namespace: string | undefined): readonly ReplicaSet[] {
    return replicaSets.items().filter((set) => set.metadata.namespace === namespace);
  }

  function hasOldPods(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
    const old = new Set(rolloutSets(deployment, sets).old.map((set) => set.metadata.uid));
    return pods.items().some((pod) => old.has(controllerOf(pod)?.uid ?? '') && !isPodFinished(pod));
  }
}

/** Writes what the plan says, and tells of every change of a number. */
async function carryOut(
  deployment: Deployment,
  plan: RolloutPlan,
  replicaSets: FreshCache<ReplicaSet>,
  record: RecordEvent,
): Promise<void> {
  if (plan.create !== undefined) {
    const created = await replicaSets.create(plan.create);
    tellScaled(record, deployment, created, 0, wantedReplicas(created));
  }
  for (const { set, revision } of plan.annotate) {
    await replicaSets.patch(set, 'merge', { metadata: { annotations: { [revisionAnnotation]: revision } } });
  }
  for (const { set, replicas } of plan.scale) {
    const { resourceVersion } = replicaSets.get(set.metadata.name, set.metadata.namespace)?.metadata ?? set.metadata;
    await replicaSets.patch(set, 'merge', { metadata: { resourceVersion }, spec: { replicas } });
    tellScaled(record, deployment, set, wantedReplicas(set), replicas);
  }
  for (const set of plan.remove) await replicaSets.delete(set);
}

function tellScaled(record: RecordEvent, about: Deployment, set: ReplicaSet, from: number, to: number): void {
  if (from === to) return;
  const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${set.metadata.name} from ${from} to ${to}`;
  const component = 'deployment-controller';
  void record({ kind: deploymentKind, about, reason: 'ScalingReplicaSet', message, component });
}
