import type { Node } from '../api/core.ts';
import { nodes } from '../api/kinds.ts';
import type { Condition } from '../api/meta.ts';
import { type CalicoNodeFields, nodeAnnotationsPatch } from '../api/node-annotations.ts';
import type { Cluster } from '../datastore/cluster.ts';

/**
 * Writes the fields into the node's annotations, through nodes/status, when they differ from what `node` has.
 *
 * @param more other annotations
 * @returns what was written: annotation -> text, or null for one that was removed; empty when nothing differed
 */
export async function writeNodeFields(
  cluster: Cluster,
  node: Node,
  fields: CalicoNodeFields,
  more: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string | null>>> {
  const now = node.metadata.annotations ?? {};
  const wanted = Object.entries({ ...nodeAnnotationsPatch(fields), ...more });
  const annotations = Object.fromEntries(wanted.filter(([key, value]) => (now[key] ?? null) !== value));
  if (Object.keys(annotations).length > 0) {
    const body = { metadata: { annotations } };
    await cluster.patch(nodes, node.metadata.name, undefined, 'merge', body, { subresource: 'status' });
  }
  return annotations;
}

/**
 * Tells the scheduler and the cloud's route controller whether pods here have a network: condition
 * NetworkUnavailable=False with reason CalicoIsUp, or True with CalicoIsDown. Conditions of others stay.
 *
 * @param now RFC 3339
 */
export async function writeNetworkCondition(cluster: Cluster, name: string, up: boolean, now: string): Promise<void> {
  const node = await cluster.get(nodes, name);
  const conditions = node?.status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === 'NetworkUnavailable');
  const after: Condition = {
    type: 'NetworkUnavailable',
    status: up ? 'False' : 'True',
    reason: up ? 'CalicoIsUp' : 'CalicoIsDown',
    message: up ? 'The network of this node is ready' : 'The network agent of this node has been shut down',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
  if (node === undefined || (before?.status === after.status && before?.reason === after.reason)) return;
  // A strategic merge keyed by type: the other conditions, and writers of them, are not disturbed.
  const body = { status: { conditions: [after] } };
  await cluster.patch(nodes, name, undefined, 'strategic', body, { subresource: 'status' });
}
