import type { Node, Pod, Taint } from '../api/core.ts';
import { isPodFinished } from '../api/pod-state.ts';
import { controllerOf } from './ownership.ts';
import { untolerated } from './tolerations.ts';

/** Where a pod goes, or why it can go nowhere: `0/2 nodes are available: 1 node(s) ..., 1 node(s) ....` */
export type NodeChoice =
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'none'; readonly message: string };

/** How many pods each node has, and how many of one owner: what the choice weighs. Changed by {@link placePod}. */
export interface NodeLoad {
  readonly pods: Map<string, number>;
  /** Key: node and owner uid. */
  readonly owned: Map<string, number>;
}

/** Counts the pods that are bound and not finished. */
export function nodeLoad(pods: readonly Pod[]): NodeLoad {
  const load: NodeLoad = { pods: new Map(), owned: new Map() };
  for (const pod of pods) {
    const node = pod.spec.nodeName;
    if (node !== undefined && node !== '' && !isPodFinished(pod)) placePod(load, pod, node);
  }
  return load;
}

/** Counts one more pod on the node. */
export function placePod(load: NodeLoad, pod: Pod, node: string): void {
  load.pods.set(node, (load.pods.get(node) ?? 0) + 1);
  const owner = `${node} ${controllerOf(pod)?.uid}`;
  load.owned.set(owner, (load.owned.get(owner) ?? 0) + 1);
}

/**
 * The node for a pod: of those it may run on, the one with the fewest pods of the same owner, then the fewest soft
 * taints it does not tolerate, then the fewest pods, then the first by name.
 */
export function pickNode(pod: Pod, nodes: readonly Node[], load: NodeLoad): NodeChoice {
  const problems = nodes.map((node) => ({ node, problem: whyNot(pod, node) }));
  const owner = controllerOf(pod)?.uid;
  const ranked = problems
    .flatMap(({ node, problem }) => (problem === undefined ? [node] : []))
    .map(({ metadata, spec }) => ({
      name: metadata.name,
      owned: owner === undefined ? 0 : (load.owned.get(`${metadata.name} ${owner}`) ?? 0),
      avoided: untolerated(pod, spec?.taints ?? [], ['PreferNoSchedule']).length,
      pods: load.pods.get(metadata.name) ?? 0,
    }))
    .sort((a, b) => a.owned - b.owned || a.avoided - b.avoided || a.pods - b.pods || (a.name < b.name ? -1 : 1));
  const [best] = ranked;
  if (best !== undefined) return { kind: 'node', name: best.name };
  return { kind: 'none', message: unschedulableMessage(problems.flatMap(({ problem }) => problem ?? [])) };
}

function whyNot(pod: Pod, node: Node): string | undefined {
  const labels = node.metadata.labels ?? {};
  const wanted = Object.entries(pod.spec.nodeSelector ?? {});
  if (node.metadata.deletionTimestamp !== undefined) return 'node(s) were being deleted';
  if (!wanted.every(([key, value]) => labels[key] === value)) {
    return "node(s) didn't match Pod's node affinity/selector";
  }
  const [taint] = untolerated(pod, hardTaints(node, pod), ['NoSchedule', 'NoExecute']);
  if (taint === undefined) return undefined;
  if (taint.key === 'node.kubernetes.io/unschedulable') return 'node(s) were unschedulable';
  if (taint.key === 'node.kubernetes.io/not-ready') return 'node(s) were not ready';
  if (taint.key === 'node.kubernetes.io/network-unavailable') return 'node(s) had no network';
  return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
}

/** The node's own taints and those that its state stands for, so that a DaemonSet-like pod can tolerate them. */
function hardTaints(node: Node, pod: Pod): readonly Taint[] {
  const condition = (type: string) => node.status?.conditions?.find((one) => one.type === type)?.status;
  const implied = (on: boolean, name: string): Taint[] =>
    on ? [{ key: `node.kubernetes.io/${name}`, effect: 'NoSchedule' }] : [];
  return [
    ...implied(node.spec?.unschedulable === true, 'unschedulable'),
    ...implied(condition('Ready') !== 'True', 'not-ready'),
    ...implied(condition('NetworkUnavailable') === 'True' && pod.spec.hostNetwork !== true, 'network-unavailable'),
    ...(node.spec?.taints ?? []),
  ];
}

function unschedulableMessage(problems: readonly string[]): string {
  if (problems.length === 0) return '0/0 nodes are available: no nodes available to schedule pods';
  const counts = [...Map.groupBy(problems, (problem) => problem)].map(([problem, same]) => `${same.length} ${problem}`);
  return `0/${problems.length} nodes are available: ${counts.sort().join(', ')}.`;
}
