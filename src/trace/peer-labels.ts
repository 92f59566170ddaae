import type { Pod } from '../api/core.ts';

type Labels = Readonly<Record<string, string>>;

/** Labels that say what a pod is, the most telling first. */
const telling = ['app.kubernetes.io/name', 'app', 'k8s-app', 'name', 'role', 'component'];
/** Labels that controllers write, and that change with every roll-out. */
const passing =
  /^(pod-template-hash|controller-revision-hash|pod-template-generation|job-name|controller-uid|statefulset\.kubernetes\.io\/|apps\.kubernetes\.io\/|batch\.kubernetes\.io\/)/;

/** The labels of a pod by which a policy would select it and its like; none when it has none that last. */
export function peerLabels({ metadata: { labels = {} } }: Pod): Labels {
  const best = telling.find((key) => labels[key] !== undefined);
  if (best !== undefined) return { [best]: labels[best] ?? '' };
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([key]) => !passing.test(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** `app == 'web' && role == 'db'`, or `all()`. */
export function labelsExpression(labels: Labels): string {
  const terms = Object.entries(labels).map(([key, value]) => `${key} == '${value}'`);
  return terms.length === 0 ? 'all()' : terms.join(' && ');
}
