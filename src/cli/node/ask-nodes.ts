import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CalicoNodeStatus } from '../../api/calico-config.ts';
import type { Node } from '../../api/core.ts';
import { calicoNodeStatuses } from '../../api/kinds.ts';
import type { Cluster } from '../../datastore/cluster.ts';
import { WatchCache } from '../../datastore/watch-cache.ts';
import { abandonedQuestions } from './abandoned-questions.ts';
import { answeredReport, type NodeReport, unansweredReport } from './node-report.ts';

/** Marks the questions of this command, so that the next one can remove what an interrupted one has left. */
const marker = { 'projectcalico.org/created-by': 'weft-node-status' };
const labelSelector = Object.entries(marker)
  .map((pair) => pair.join('='))
  .join(',');

/** How many questions are on their way to the server at a time. */
const atOnce = 32;

/**
 * Asks the agents of nodes for their BGP by a CalicoNodeStatus each, and removes these again.
 *
 * @param limitMs how long the answers are waited for
 * @returns a report for each node, in the order of `nodes`; one that did not answer says why
 * @throws WeftError of the API server when the questions cannot be written
 */
export async function askNodes(
  cluster: Cluster,
  nodes: readonly Node[],
  limitMs: number,
): Promise<readonly NodeReport[]> {
  const before = await cluster.list(calicoNodeStatuses, { labelSelector });
  const questions = new Map(nodes.map((node) => [`weft-node-status-${randomUUID()}`, node]));
  const cache = new WatchCache(cluster, calicoNodeStatuses, { labelSelector });
  // What cannot be removed now is swept by a later command; the answer is what matters.
  const remove = (name: string) => cluster.delete(calicoNodeStatuses, name).catch(() => {});
  try {
    const created = await inBatches([...questions], ([name, node]) =>
      cluster.create(calicoNodeStatuses, questionTo(node, name)),
    );
    await waitForAnswers(cache, [...questions.keys()], limitMs);
    const abandoned = abandonedQuestions(before.items, created[0]);
    await inBatches(abandoned, ({ metadata }) => remove(metadata.name));
    return [...questions].map(([name, node]) => {
      const answer = cache.get(name);
      const answered = answer !== undefined && isAnswered(answer);
      return answered ? answeredReport(answer) : unansweredReport(node.metadata.name, silence(node, limitMs, cache));
    });
  } finally {
    await cache.stop();
    await inBatches([...questions.keys()], remove);
  }
}

function questionTo({ metadata: { name: node, uid } }: Node, name: string): CalicoNodeStatus {
  // When the node goes away, so does the question.
  const owner = { apiVersion: 'v1', kind: 'Node', name: node, uid: uid ?? '' };
  return {
    metadata: { name, labels: marker, ownerReferences: [owner] },
    spec: { node, classes: ['Agent', 'BGP'], updatePeriodSeconds: 0 },
  };
}

function isAnswered({ status }: CalicoNodeStatus): boolean {
  return Boolean(status?.lastUpdated);
}

async function waitForAnswers(
  cache: WatchCache<CalicoNodeStatus>,
  names: readonly string[],
  limitMs: number,
): Promise<void> {
  const open = new Set(names);
  const { promise, resolve } = Promise.withResolvers<void>();
  cache.onChange(({ type, object }) => {
    if (type !== 'deleted' && isAnswered(object)) open.delete(object.metadata.name);
    if (open.size === 0) resolve();
  });
  if (open.size === 0) return;
  // A list that never comes is told by `cache.problem`.
  cache.start().catch(() => {});
  const timer = new AbortController();
  await Promise.race([promise, sleep(limitMs, undefined, { signal: timer.signal })]);
  timer.abort();
}

/** Why a node has said nothing, as far as the cluster knows. */
function silence({ status }: Node, limitMs: number, { problem }: WatchCache<CalicoNodeStatus>): string {
  const none = `no answer within ${limitMs / 1000} s`;
  if (problem !== undefined) return `${none}, and the answers cannot be watched: ${problem}`;
  const condition = (type: string) => status?.conditions?.find((one) => one.type === type);
  const ready = condition('Ready');
  if (ready !== undefined && ready.status !== 'True') return `${none}, it is not ready: ${ready.message ?? ''}`;
  const network = condition('NetworkUnavailable');
  if (network?.status === 'True') return `${none}: ${network.message ?? ''}`;
  return `${none}, its agent does not run or cannot reach the API server`;
}

async function inBatches<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += atOnce) {
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(act))));
  }
  return results;
}
