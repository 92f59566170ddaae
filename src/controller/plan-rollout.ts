import type { Deployment, ReplicaSet } from '../api/core.ts';
import { deployments as deploymentKind, replicaSets as replicaSetKind } from '../api/kinds.ts';
import { apiVersionOf } from '../api/meta.ts';
import { controllerOf, controllerReference } from './ownership.ts';
import { wantedReplicas } from './plan-replica-set.ts';
import { type RolloutSpec, rolloutSpec } from './rollout-spec.ts';
import { templateHash, templateHashLabel } from './template-hash.ts';

/** Annotation that counts the versions of a Deployment; `kubectl rollout history` lists them. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision';

/** What a Deployment needs done with its ReplicaSets. */
export interface RolloutPlan {
  readonly create: ReplicaSet | undefined;
  readonly scale: readonly { readonly set: ReplicaSet; readonly replicas: number }[];
  /** New values of the revision annotation. */
  readonly annotate: readonly { readonly set: ReplicaSet; readonly revision: string }[];
  /** Old versions beyond revisionHistoryLimit. */
  readonly remove: readonly ReplicaSet[];
  readonly revision: string;
}

/** The sets of a Deployment: the one of its present template, and the others, oldest first. */
export interface RolloutSets {
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

/** Picks the Deployment's own sets out of all of its namespace. */
export function rolloutSets(deployment: Deployment, sets: readonly ReplicaSet[]): RolloutSets {
  const own = sets
    .filter((set) => controllerOf(set)?.uid === deployment.metadata.uid && set.metadata.deletionTimestamp === undefined)
    .sort((a, b) => revisionOf(a) - revisionOf(b));
  const hash = templateHash(deployment.spec.template);
  const current = own.find((set) => set.metadata.labels?.[templateHashLabel] === hash);
  return { current, old: own.filter((set) => set !== current) };
}

/**
 * Decides the next step of a rollout; called again after every change, it ends with the present template at
 * `spec.replicas` and all others at 0. Never more than replicas + maxSurge pods, never fewer than replicas -
 * maxUnavailable available ones.
 *
 * @param hasOldPods whether pods of old sets still exist: with strategy Recreate the new ones wait for them
 */
export function planRollout(deployment: Deployment, sets: readonly ReplicaSet[], hasOldPods: boolean): RolloutPlan {
  const spec = rolloutSpec(deployment);
  const { current, old } = rolloutSets(deployment, sets);
  const latest = Math.max(0, ...old.map(revisionOf));
  const isNewest = current !== undefined && revisionOf(current) > latest;
  const revision = String(isNewest ? revisionOf(current) : latest + 1);
  if (spec.paused) return { create: undefined, ...pausedPlan(spec, current, old), remove: [], revision };
  const next = spec.recreate ? recreate(spec, current, old, hasOldPods) : roll(spec, current, old);
  const scale = next.old.filter(({ set, replicas }) => wantedReplicas(set) !== replicas);
  const idle = old.filter((set) => wantedReplicas(set) === 0 && (set.status?.replicas ?? 0) === 0);
  const remove = idle.slice(0, Math.max(0, idle.length - spec.revisionHistoryLimit));
  if (current === undefined) {
    const create = newReplicaSet(deployment, revision, next.current);
    return { create, scale, annotate: [], remove, revision };
  }
  if (wantedReplicas(current) !== next.current) scale.push({ set: current, replicas: next.current });
  const annotate = isNewest ? [] : [{ set: current, revision }];
  return { create: undefined, scale, annotate, remove, revision };
}

interface Scaling {
  readonly current: number;
  readonly old: { readonly set: ReplicaSet; readonly replicas: number }[];
}

function recreate(
  spec: RolloutSpec,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  hasOldPods: boolean,
): Scaling {
  const wait = hasOldPods || old.some((set) => wantedReplicas(set) > 0);
  const now = current === undefined ? 0 : wantedReplicas(current);
  return { current: wait ? now : spec.replicas, old: old.map((set) => ({ set, replicas: 0 })) };
}

function roll(spec: RolloutSpec, current: ReplicaSet | undefined, old: readonly ReplicaSet[]): Scaling {
  const now = current === undefined ? 0 : wantedReplicas(current);
  const total = old.reduce((sum, set) => sum + wantedReplicas(set), now);
  const room = Math.max(0, spec.replicas + spec.maxSurge - total);
  const next = Math.min(spec.replicas, now + room);
  return { current: next, old: shrink(spec, current, old, now) };
}

/**
 * Old sets give up first the pods that are not available anyway, then available ones as far as the new set's available
 * pods stand in for them.
 */
function shrink(
  spec: RolloutSpec,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  currentReplicas: number,
): Scaling['old'] {
  const least = spec.replicas - spec.maxUnavailable;
  const currentAvailable = Math.min(available(current), currentReplicas);
  const total = old.reduce((sum, set) => sum + wantedReplicas(set), currentReplicas);
  let spare = Math.max(0, total - least - (currentReplicas - currentAvailable));
  const scaled = old.map((set) => {
    const unhealthy = Math.min(spare, Math.max(0, wantedReplicas(set) - available(set)));
    spare -= unhealthy;
    return { set, replicas: wantedReplicas(set) - unhealthy };
  });
  const oldAvailable = scaled.reduce((sum, { set, replicas }) => sum + Math.min(available(set), replicas), 0);
  let surplus = Math.max(0, Math.min(spare, oldAvailable + currentAvailable - least));
  return scaled.map(({ set, replicas }) => {
    const less = Math.min(surplus, replicas);
    surplus -= less;
    return { set, replicas: replicas - less };
  });
}

/** A paused Deployment rolls no further; a change of `replicas` goes to its biggest set. */
function pausedPlan(
  spec: RolloutSpec,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): Pick<RolloutPlan, 'scale' | 'annotate'> {
  const sets = current === undefined ? [...old] : [...old, current];
  const total = sets.reduce((sum, set) => sum + wantedReplicas(set), 0);
  const biggest = sets.sort((a, b) => wantedReplicas(b) - wantedReplicas(a))[0];
  const rolling = sets.filter((set) => wantedReplicas(set) > 0).length > 1;
  if (biggest === undefined || rolling || total === spec.replicas) return { scale: [], annotate: [] };
  return { scale: [{ set: biggest, replicas: spec.replicas }], annotate: [] };
}

function newReplicaSet(deployment: Deployment, revision: string, replicas: number): ReplicaSet {
  const { template, selector } = deployment.spec;
  const hash = templateHash(template);
  const labels = { ...template.metadata?.labels, [templateHashLabel]: hash };
  const { minReadySeconds } = rolloutSpec(deployment);
  const spec = {
    replicas,
    selector: { ...selector, matchLabels: { ...selector.matchLabels, [templateHashLabel]: hash } },
    template: { ...template, metadata: { ...template.metadata, labels } },
  };
  return {
    apiVersion: apiVersionOf(replicaSetKind),
    kind: replicaSetKind.kind,
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      ...(deployment.metadata.namespace !== undefined && { namespace: deployment.metadata.namespace }),
      labels,
      annotations: { ...carriedAnnotations(deployment), [revisionAnnotation]: revision },
      ownerReferences: [controllerReference(deploymentKind, deployment)],
    },
    spec: minReadySeconds === 0 ? spec : { ...spec, ...{ minReadySeconds } },
  };
}

function carriedAnnotations(deployment: Deployment): Readonly<Record<string, string>> {
  const own = ['kubectl.kubernetes.io/last-applied-configuration', revisionAnnotation];
  const all = Object.entries(deployment.metadata.annotations ?? {});
  return Object.fromEntries(all.filter(([name]) => !own.includes(name)));
}

function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[revisionAnnotation] ?? 0) || 0;
}

/** How many pods of the set are available, as its status says; 0 for a status older than the spec. */
export function available(set: ReplicaSet | undefined): number {
  const status: Readonly<Record<string, unknown>> = { ...set?.status };
  return typeof status.availableReplicas === 'number' ? status.availableReplicas : 0;
}
