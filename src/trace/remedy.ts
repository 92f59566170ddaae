import { oracleOf } from '../policy/oracle/evaluate.ts';
import type { PolicyId } from '../policy/policy-id.ts';
import type { PolicyResources } from '../policy/resources.ts';
import { withResources } from './apply-resources.ts';
import type { Checkpoint, ConnectionTrace } from './connection.ts';
import type { Denial, Remedy, RemedyCandidate } from './denial.ts';
import { findPolicy } from './find-policy.ts';
import { peerLabels } from './peer-labels.ts';
import { ruleAddition, rulesOf } from './remedy-addition.ts';
import { newHostPolicy, newPodPolicy } from './remedy-policy.ts';
import type { RemedyPeer } from './remedy-rule.ts';

/**
 * The least that would let the packet of a trace through a checkpoint that denies it: a rule in the policy that is in
 * the way, or a policy of its own where only policies without rules isolate the endpoint. It has been tried out.
 *
 * @returns `undefined` when no policy can help: the endpoint is unknown, or the resource cannot name the peer
 */
export function findRemedy(
  resources: PolicyResources,
  trace: ConnectionTrace,
  checkpoint: Checkpoint,
): Remedy | undefined {
  const denial: Denial = { resources, checkpoint, peer: peerOf(resources, trace, checkpoint) };
  const { reason } = checkpoint.verdict;
  const candidates =
    reason.kind === 'rule'
      ? [ruleAddition(denial, reason.rule.policy, reason.rule.index)]
      : reason.kind === 'tier-end'
        ? tierRemedies(denial, reason.tier, reason.policies)
        : [newHostPolicy(denial, 'default')];
  const found = candidates.find((one) => one !== undefined && helps(resources, one, checkpoint));
  if (found === undefined) return undefined;
  const { text, resource } = found;
  return { text, resource, ...cautionOf(denial.peer) };
}

/** Pods without labels can only be let through together. */
function cautionOf({ pod }: RemedyPeer): Pick<Remedy, 'caution'> {
  if (pod === undefined || Object.keys(peerLabels(pod)).length > 0) return {};
  const { name, namespace } = pod.metadata;
  return {
    caution: `pod ${namespace}/${name} has no label to tell it by: every pod of its namespace would get through`,
  };
}

function helps(
  resources: PolicyResources,
  { changed }: RemedyCandidate,
  { endpoint, direction, phase, packet }: Checkpoint,
): boolean {
  return oracleOf(withResources(resources, changed)).evaluate(endpoint, direction, packet, phase).allowed;
}

/** Somebody who was NATed on the way is known by the address only. */
function peerOf(
  { pods }: PolicyResources,
  { source, destination }: ConnectionTrace,
  { direction, packet }: Checkpoint,
): RemedyPeer {
  const end = direction === 'ingress' ? source : destination;
  const address = direction === 'ingress' ? packet.source : packet.destination;
  if (end.kind !== 'pod' || end.address !== address) return { address };
  const pod = pods.find(({ metadata }) => metadata.namespace === end.namespace && metadata.name === end.name);
  return pod === undefined ? { address } : { address, pod };
}

const rank = { np: 0, knp: 0, gnp: 1, kcnp: 2, anp: 2, banp: 2, snp: 3, sgnp: 3, sknp: 3 } as const;

/** First the policies that have rules for the direction: one without is there to deny all. */
function tierRemedies(
  denial: Denial,
  tier: string,
  policies: readonly PolicyId[],
): readonly (RemedyCandidate | undefined)[] {
  const { resources, checkpoint } = denial;
  const sorted = [...policies].sort((a, b) => rank[a.kind] - rank[b.kind]);
  const open = sorted.filter((id) => rulesOf(findPolicy(resources, id), checkpoint.direction).length > 0);
  const own = checkpoint.endpoint.kind === 'host' ? newHostPolicy(denial, tier) : newPodPolicy(denial, tier, sorted);
  const additions = (ids: readonly PolicyId[]) => ids.map((id) => ruleAddition(denial, id));
  return [...additions(open), own, ...additions(sorted)];
}
