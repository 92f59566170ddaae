import type { Pod, Taint, Toleration } from '../api/core.ts';

/** The taints of these effects that the pod does not tolerate. */
export function untolerated(pod: Pod, taints: readonly Taint[], effects: readonly Taint['effect'][]): readonly Taint[] {
  const tolerations = pod.spec.tolerations ?? [];
  return taints.filter(
    (taint) => effects.includes(taint.effect) && !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
}

/**
 * How long the pod may stay on a node with these taints, milliseconds; 0 when it does not tolerate one of effect
 * NoExecute, `undefined` for ever.
 */
export function toleratedMs(pod: Pod, taints: readonly Taint[]): number | undefined {
  if (untolerated(pod, taints, ['NoExecute']).length > 0) return 0;
  const limits = taints
    .filter(({ effect }) => effect === 'NoExecute')
    .flatMap((taint) => (pod.spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint)))
    .flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  return limits.length === 0 ? undefined : Math.max(0, Math.min(...limits)) * 1000;
}

/** @see Kubernetes documentation "Taints and Tolerations" */
function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  const exists = toleration.operator === 'Exists';
  if (!toleration.key) return exists;
  return toleration.key === taint.key && (exists || (toleration.value ?? '') === (taint.value ?? ''));
}
