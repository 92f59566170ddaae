import { errorText } from '../../base/errors.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { protocolName } from '../../net/protocol.ts';
import { formatPolicyId } from '../../policy/policy-id.ts';
import type { PolicyResources } from '../../policy/resources.ts';
import type { RuleReference } from '../../policy/verdict.ts';
import { compiledProgram, deviceOf } from '../../trace/compiled-program.ts';
import type { ExplainedCheckpoint } from '../../trace/explain.ts';
import { policyName } from '../../trace/policy-name.ts';
import { type DeniedPacket, type NodePolicyView, readNodePolicy } from '../policy/node-policy.ts';
import type { PolicyWorld } from '../policy/policy-world.ts';
import type { LiveNote } from './live-note.ts';
import type { WhyReport } from './why-report.ts';

/** What the nodes know of the connections: counters of the rules that decide, packets they have denied. */
export async function askNodesLive(
  cluster: HttpCluster,
  world: PolicyWorld,
  reports: readonly WhyReport[],
): Promise<readonly WhyReport[]> {
  const nodes = new Set(reports.flatMap(({ checkpoints }) => checkpoints.map(({ node }) => node)));
  const views = new Map(
    await Promise.all(
      [...nodes].map(async (node) => {
        // A node that does not answer hides nothing of what the others say.
        const view = await readNodePolicy(cluster, node, world).catch(errorText);
        return [node, view] as const;
      }),
    ),
  );
  return reports.map((report) => ({ ...report, live: liveNotes(world.resources, report, views) }));
}

/** What the agent of each node says, or why it does not. */
export type NodeViews = ReadonlyMap<string, NodePolicyView | string>;

/** What the nodes' answers mean for one connection. */
export function liveNotes(
  resources: PolicyResources,
  { checkpoints }: Pick<WhyReport, 'checkpoints'>,
  views: NodeViews,
): readonly LiveNote[] {
  const silent = new Set<string>();
  return checkpoints.flatMap((checkpoint): readonly LiveNote[] => {
    const { node } = checkpoint;
    const view = views.get(node);
    if (view === undefined || (typeof view === 'string' && silent.has(node))) return [];
    if (typeof view === 'string') {
      silent.add(node);
      return [{ node, text: view }];
    }
    return [presence(resources, checkpoint, view), ...counters(checkpoint, view), ...denials(checkpoint, view)].map(
      (text) => ({ node, text }),
    );
  });
}

/** Whether the node has rules for the endpoint at all, and those that the resources ask for. */
function presence(resources: PolicyResources, checkpoint: ExplainedCheckpoint, view: NodePolicyView): string {
  const { endpoint, direction, node } = checkpoint;
  const name = endpoint.kind === 'pod' ? `${endpoint.namespace}/${endpoint.name}` : endpoint.name;
  const what = `rules for the ${direction} of ${name}`;
  if (endpoint.kind === 'host') {
    const isKnown = view.hostEndpoints.some((one) => one.name === name);
    return `${what} are ${isKnown ? 'in force' : 'not in force (yet)'}`;
  }
  const there = view.workloads.find((one) => one.device === deviceOf(endpoint));
  if (there === undefined) return `${what} are not in force (yet): nothing may pass`;
  const { workloads } = compiledProgram(resources, node, [endpoint]);
  // Walks are named by their content.
  const isWanted = workloads.some((one) => one.device === there.device && one[direction] === there[direction]);
  return isWanted ? `${what} are in force` : `${what} in force are others (yet) than the resources ask for`;
}

function counters({ verdict, logged }: ExplainedCheckpoint, view: NodePolicyView): readonly string[] {
  const rules: readonly RuleReference[] = verdict.reason.kind === 'rule' ? [verdict.reason.rule, ...logged] : logged;
  return rules.map((rule) => {
    const name = `rule ${rule.direction}[${rule.index}] of ${policyName(rule.policy)}`;
    const found = view.rules.find(
      ({ key }) => key === `${formatPolicyId(rule.policy)}/${rule.direction}/${rule.index}`,
    );
    if (found === undefined) return `${name} is not in force (yet)`;
    const { packets, bytes } = found;
    return `${name} has matched ${count(packets, 'packet')} (${count(bytes, 'byte')}), of all connections`;
  });
}

function denials(checkpoint: ExplainedCheckpoint, view: NodePolicyView): readonly string[] {
  const { packet } = checkpoint;
  const same = view.denied.filter(
    (one) =>
      one.direction === checkpoint.direction &&
      one.source === packet.source &&
      one.destination === packet.destination &&
      one.protocol === (protocolName(packet.protocol) ?? String(packet.protocol)) &&
      one.destinationPort === packet.destinationPort,
  );
  if (same.length === 0) return checkpoint.verdict.allowed ? [] : ['no such packet was denied lately'];
  return same.map(denialText);
}

function denialText({ count: times, lastSeen, reason, policy, rule, tier }: DeniedPacket): string {
  const by =
    policy !== undefined ? `rule ${rule ?? '?'} of ${policy}` : tier === undefined ? reason : `the end of tier ${tier}`;
  return `denied ${count(times, 'such packet')}, the last at ${lastSeen}, by ${by}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
