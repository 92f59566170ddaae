import type { Deployment, ReplicaSet } from '../api/core.ts';

/** The part of a Deployment's spec that says how to roll out, with the API's defaults. */
export interface RolloutSpec {
  readonly replicas: number;
  readonly recreate: boolean;
  /** Pods beyond `replicas` while rolling. */
  readonly maxSurge: number;
  /** Pods that may be missing while rolling. */
  readonly maxUnavailable: number;
  readonly paused: boolean;
  readonly minReadySeconds: number;
  readonly progressDeadlineSeconds: number;
  readonly revisionHistoryLimit: number;
}

/** Reads it. Percentages of `replicas`: surge rounds up, unavailable down; both zero would never move, so one may be missing. */
export function rolloutSpec(deployment: Deployment): RolloutSpec {
  const spec: Readonly<Record<string, unknown>> = deployment.spec as unknown as Readonly<Record<string, unknown>>;
  const strategy = record(spec.strategy);
  const rolling = record(strategy.rollingUpdate);
  const replicas = number(spec.replicas, 1);
  const maxSurge = share(rolling.maxSurge ?? '25%', replicas, Math.ceil);
  const maxUnavailable = share(rolling.maxUnavailable ?? '25%', replicas, Math.floor);
  return {
    replicas,
    recreate: strategy.type === 'Recreate',
    maxSurge,
    maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : Math.min(maxUnavailable, replicas),
    paused: spec.paused === true,
    minReadySeconds: number(spec.minReadySeconds, 0),
    progressDeadlineSeconds: number(spec.progressDeadlineSeconds, 600),
    revisionHistoryLimit: number(spec.revisionHistoryLimit, 10),
  };
}

/** `spec.minReadySeconds` of a ReplicaSet. */
export function minReadySeconds(set: ReplicaSet): number {
  return number((set.spec as unknown as Readonly<Record<string, unknown>>).minReadySeconds, 0);
}

function share(value: unknown, replicas: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? 0 : round((Number(percent) * replicas) / 100);
}

function number(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
