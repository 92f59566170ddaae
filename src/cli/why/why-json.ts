import { apiVersionOf } from '../../api/meta.ts';
import type { PolicyId } from '../../policy/policy-id.ts';
import type { ExplainedCheckpoint, ExplainedRule } from '../../trace/explain.ts';
import { policyFieldOf } from '../../trace/find-policy.ts';
import { packetText, protocolText } from '../../trace/packet-text.ts';
import { policyKinds } from '../../trace/policy-kinds.ts';
import type { WalkStep } from '../../trace/policy-walk.ts';
import type { WhyReport } from './why-report.ts';

/** Reports as programs read them. The keys are stable. */
export function whyJson(reports: readonly WhyReport[]): object {
  return { allowed: reports.every(({ trace }) => trace.allowed), connections: reports.map(connection) };
}

function connection({ trace, checkpoints, remedies, staged, disagreements, live }: WhyReport): object {
  const { source, destination, packet, allowed, notes } = trace;
  return {
    source,
    destination,
    protocol: protocolText(packet.protocol),
    ...(packet.destinationPort === undefined ? {} : { port: packet.destinationPort }),
    summary: `${allowed ? 'allowed' : 'denied'}: ${packetText(packet)}`,
    allowed,
    checkpoints: checkpoints.map(checkpointObject),
    notes,
    remedies,
    ...(staged === undefined ? {} : { staged: { allowed: staged.allowed } }),
    compiled: { agrees: disagreements.length === 0 },
    ...(live.length === 0 ? {} : { live }),
  };
}

function checkpointObject(checkpoint: ExplainedCheckpoint): object {
  const { node, endpoint, direction, phase, packet, verdict, steps, rule, logged } = checkpoint;
  const { reason } = verdict;
  return {
    node,
    endpoint,
    direction,
    phase,
    sourceAddress: packet.source,
    allowed: verdict.allowed,
    reason: reason.kind,
    ...(reason.kind === 'tier-end' ? { tier: reason.tier, policies: reason.policies.map(policyObject) } : {}),
    ...(reason.kind === 'profile' ? { profile: reason.profile } : {}),
    ...(rule === undefined ? {} : { tier: rule.tier, rule: ruleObject(rule) }),
    steps: steps.map(stepObject),
    logged: logged.map(ruleObject),
  };
}

function stepObject(step: WalkStep): object {
  if (step.kind !== 'tier') return step;
  const { rule, policies, ...rest } = step;
  return { ...rest, policies: policies.map(policyObject), ...(rule === undefined ? {} : { rule: ruleObject(rule) }) };
}

function ruleObject({ policy, direction, index, name, quoted }: ExplainedRule): object {
  return {
    policy: policyObject(policy),
    direction,
    index,
    ...(name === undefined ? {} : { name }),
    ...(quoted === undefined ? {} : { text: quoted.text, resource: quoted.rule }),
  };
}

function policyObject({ kind: shortName, namespace, name }: PolicyId): object {
  const kind = policyKinds[policyFieldOf[shortName]];
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, ...(namespace === undefined ? {} : { namespace }), name };
}
