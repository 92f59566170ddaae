import type { Deployment } from '../api/core.ts';
import type { Condition } from '../api/meta.ts';
import { timestamp } from '../api/timestamp.ts';
import { available, type RolloutSets } from './plan-rollout.ts';
import { rolloutSpec } from './rollout-spec.ts';

/** A condition of a Deployment; `lastUpdateTime` moves whenever the rollout does. */
export interface DeploymentCondition extends Condition {
  readonly lastUpdateTime?: string;
}

/** Status of a Deployment as `kubectl get` and `kubectl rollout status` read it. Counts of 0 are left out. */
export interface DeploymentStatus {
  readonly observedGeneration: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly conditions: readonly DeploymentCondition[];
}

/**
 * The status that the Deployment's sets amount to, and in how many ms its progress deadline is over.
 *
 * @param old the status as it is now
 */
export function deploymentStatus(
  deployment: Deployment,
  sets: RolloutSets,
  old: Partial<DeploymentStatus>,
  nowMs: number,
): { readonly status: DeploymentStatus; readonly againMs: number | undefined } {
  const spec = rolloutSpec(deployment);
  const all = sets.current === undefined ? sets.old : [...sets.old, sets.current];
  const counts = {
    replicas: sum(all.map((set) => set.status?.replicas ?? 0)),
    updatedReplicas: sets.current?.status?.replicas ?? 0,
    readyReplicas: sum(all.map((set) => set.status?.readyReplicas ?? 0)),
    availableReplicas: sum(all.map(available)),
  };
  const unavailableReplicas = Math.max(0, sum(all.map((set) => set.spec.replicas ?? 1)) - counts.availableReplicas);
  const moved = Object.entries(counts).some(([name, count]) => count !== (readCount(old, name) ?? 0));
  const progress = progressOf(deployment, sets, counts, old, moved, nowMs);
  const enough = counts.availableReplicas >= spec.replicas - spec.maxUnavailable;
  const availability: DeploymentCondition = enough
    ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
    : condition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.');
  const stamp = timestamp(nowMs);
  return {
    status: {
      observedGeneration: deployment.metadata.generation ?? 0,
      ...Object.fromEntries(Object.entries({ ...counts, unavailableReplicas }).filter(([, count]) => count > 0)),
      conditions: [availability, progress.condition].map((one) => stamped(one, old.conditions ?? [], moved, stamp)),
    },
    againMs: progress.againMs,
  };
}

function progressOf(
  deployment: Deployment,
  sets: RolloutSets,
  counts: { readonly replicas: number; readonly updatedReplicas: number; readonly availableReplicas: number },
  old: Partial<DeploymentStatus>,
  moved: boolean,
  nowMs: number,
): { readonly condition: DeploymentCondition; readonly againMs: number | undefined } {
  const spec = rolloutSpec(deployment);
  const name = sets.current?.metadata.name ?? '';
  const before = old.conditions?.find(({ type }) => type === 'Progressing');
  const complete =
    counts.updatedReplicas === spec.replicas &&
    counts.replicas === spec.replicas &&
    counts.availableReplicas === spec.replicas;
  if (complete || (before?.reason === 'NewReplicaSetAvailable' && !moved && counts.updatedReplicas === spec.replicas)) {
    const message = `ReplicaSet "${name}" has successfully progressed.`;
    return { condition: condition('Progressing', 'True', 'NewReplicaSetAvailable', message), againMs: undefined };
  }
  if (spec.paused) {
    const paused = condition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused');
    return { condition: paused, againMs: undefined };
  }
  const sinceMs = Date.parse(before?.lastUpdateTime ?? '');
  const leftMs = moved || Number.isNaN(sinceMs) ? undefined : sinceMs + spec.progressDeadlineSeconds * 1000 - nowMs;
  const unchanged = deployment.metadata.generation === old.observedGeneration;
  if (unchanged && leftMs !== undefined && leftMs <= 0 && before?.reason !== 'NewReplicaSetAvailable') {
    const message = `ReplicaSet "${name}" has timed out progressing.`;
    return { condition: condition('Progressing', 'False', 'ProgressDeadlineExceeded', message), againMs: undefined };
  }
  const message = `ReplicaSet "${name}" is progressing.`;
  const againMs = leftMs !== undefined && leftMs > 0 ? leftMs : spec.progressDeadlineSeconds * 1000;
  return { condition: condition('Progressing', 'True', 'ReplicaSetUpdated', message), againMs };
}

function stamped(
  wanted: DeploymentCondition,
  old: readonly DeploymentCondition[],
  moved: boolean,
  stamp: string,
): DeploymentCondition {
  const before = old.find(({ type }) => type === wanted.type);
  const same = before?.status === wanted.status && before.reason === wanted.reason && before.message === wanted.message;
  const fresh = !same || (moved && wanted.type === 'Progressing');
  return {
    ...wanted,
    lastUpdateTime: fresh ? stamp : (before?.lastUpdateTime ?? stamp),
    lastTransitionTime: before?.status === wanted.status ? (before.lastTransitionTime ?? stamp) : stamp,
  };
}

function condition(
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
): DeploymentCondition {
  return { type, status, reason, message };
}

function readCount(status: Partial<DeploymentStatus>, name: string): number | undefined {
  const value: unknown = Object.entries(status).find(([field]) => field === name)?.[1];
  return typeof value === 'number' ? value : undefined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
