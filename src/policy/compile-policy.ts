import { createHash } from 'node:crypto';
import type { RuleList, RuleLists } from './compile-list.ts';
import { formatMatch } from './compile-match.ts';
import { ownPortNames } from './compile-ports.ts';
import { compileRule, type RulePart } from './compile-rule.ts';
import type { Direction } from './direction.ts';
import type { NormalPolicy, NormalRule } from './normal-policy.ts';
import { formatPolicyId } from './policy-id.ts';
import type { NamedPort } from './policy-input.ts';
import type { RuleIdentity } from './policy-state.ts';

/** One direction of a policy, as all endpoints have it whose ports its rules' names stand for are the same. */
export interface CompiledPolicy {
  readonly rules: readonly CompiledRule[];
  /** Equal for equal rules, whatever has been before. */
  readonly hash: string;
  /** Open as long as this is in use. */
  readonly lists: readonly RuleList[];
}

/** A rule with its parts. */
export interface CompiledRule {
  readonly rule: RuleIdentity;
  readonly parts: readonly RulePart[];
  /** Equal for equal rules. */
  readonly text: string;
}

/**
 * Compiles one direction of a policy.
 *
 * @param ownPorts of the endpoint; absent: ports that ingress rules name are looked up by address
 * @param intern gives one object for equal identities
 */
export function compilePolicy(
  policy: NormalPolicy,
  direction: Direction,
  ownPorts: readonly NamedPort[] | undefined,
  lists: RuleLists,
  intern: (identity: RuleIdentity) => RuleIdentity,
): CompiledPolicy {
  const opened: RuleList[] = [];
  const context = {
    direction,
    ...(ownPorts && { ownPorts }),
    open: (spec: Parameters<RuleLists['open']>[0]) => {
      const list = lists.open(spec);
      opened.push(list);
      return list;
    },
  };
  const rules = policy[direction].map((rule): CompiledRule => {
    const identity = intern(ruleIdentity(policy, direction, rule));
    const parts = compileRule(rule, context);
    return { rule: identity, parts, text: JSON.stringify([identity, parts.map(formatPart)]) };
  });
  const hash = createHash('sha256');
  for (const { text } of rules) hash.update(text).update('\n');
  return { rules, hash: hash.digest('hex').slice(0, 32), lists: opened };
}

/** What of an endpoint's ports makes a difference to a policy's rules: policies are compiled once for each such text. */
export function ownPortsText(policy: NormalPolicy, direction: Direction, ownPorts: readonly NamedPort[]): string {
  if (direction === 'egress') return '';
  const names = ownPortNames(policy.ingress);
  if (names.size === 0) return '';
  const relevant = ownPorts.filter(({ name }) => names.has(name));
  return [...new Set(relevant.map(({ name, protocol, port }) => `${name} ${protocol} ${port}`))].sort().join(',');
}

function ruleIdentity(policy: NormalPolicy, direction: Direction, { index, name, action }: NormalRule): RuleIdentity {
  return {
    key: `${formatPolicyId(policy.id)}/${direction}/${index}`,
    policy: policy.id,
    tier: policy.tier,
    direction,
    index,
    ...(name === undefined ? {} : { name }),
    action,
  };
}

/** Canonical text of a part: its lists by what is in them. */
export function formatPart(part: RulePart): string {
  if (part.kind === 'step') return formatMatch(part.match);
  const { family, protocol, ports, peers } = part;
  const text =
    peers.kind === 'list' ? [peers.list.key, peers.withPorts] : peers.kind === 'addresses' ? peers.addresses : 'any';
  return JSON.stringify(['fold', family, protocol, ports, text]);
}
