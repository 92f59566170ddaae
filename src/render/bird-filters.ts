import { createHash } from 'node:crypto';
import { all, any, device, learnedFrom, network, not, number, operation, symbol, word } from '../bird/expressions.ts';
import type { BirdFunction, BirdPart } from '../bird/model.ts';
import { maxSymbolLength } from '../bird/quote.ts';
import type { BirdExpression, BirdStatement } from '../bird/statement.ts';
import { accept, reject, remark, when } from '../bird/statements.ts';
import { cidrFamily, cidrLength } from '../net/cidr.ts';
import { addressBits, type Family } from '../net/ip.ts';
import type { BgpFilterOperation, BgpFilterRule, BgpFilterState } from '../routing/bgp-state.ts';
import { hasPriority, setPriority } from './bird-priority.ts';

/** The functions of a BGPFilter for one IP version; none for a direction without rules. The first rule that matches decides. */
export function filterPart(filter: BgpFilterState, family: Family, normalPriority: number): BirdPart | undefined {
  const items = (['import', 'export'] as const).flatMap((direction): readonly BirdFunction[] => {
    const rules = rulesOf(filter, family, direction);
    if (rules.length === 0 && !filter.missing) return [];
    const body = filter.missing
      ? missing
      : rules.flatMap((rule) => ruleStatements(rule, { direction, normalPriority }));
    const name = filterFunctionName(filter.name, family, direction);
    return [{ kind: 'function', name, parameters: [{ type: 'bool', name: 'same_as' }], body }];
  });
  if (items.length === 0) return undefined;
  const origin = `BGPFilter "${filter.name}"`;
  return { comment: [`${origin}, IPv${family}`], origin, items };
}

/** True when the filter says something of this IP version and direction: a filter that is missing refuses all. */
export function filterApplies(filter: BgpFilterState, family: Family, direction: 'import' | 'export'): boolean {
  return filter.missing || rulesOf(filter, family, direction).length > 0;
}

/** `bgp_NAME_importFilterV4`; a name that does not fit, or that BIRD cannot read, is shortened and gets a hash. */
export function filterFunctionName(name: string, family: Family, direction: 'import' | 'export'): string {
  const suffix = `_${direction}FilterV${family}`;
  const room = maxSymbolLength - 'bgp_'.length - suffix.length;
  const readable = name.replaceAll(/[^A-Za-z0-9_.:-]/g, '_');
  if (readable === name && name.length <= room) return `bgp_${name}${suffix}`;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 10);
  return `bgp_${readable.slice(0, room - hash.length - 1)}-${hash}${suffix}`;
}

/** `[64512, 100]` for `64512:100`. */
export function communityParts(value: string): readonly number[] {
  return value.split(':').map(Number);
}

const missing: readonly BirdStatement[] = [remark('There is no such BGPFilter: every route is refused.'), reject];

interface RuleContext {
  readonly direction: 'import' | 'export';
  readonly normalPriority: number;
}

function rulesOf(filter: BgpFilterState, family: Family, direction: 'import' | 'export'): readonly BgpFilterRule[] {
  if (direction === 'import') return family === 4 ? filter.importV4 : filter.importV6;
  return family === 4 ? filter.exportV4 : filter.exportV6;
}

function ruleStatements(rule: BgpFilterRule, context: RuleContext): readonly BirdStatement[] {
  const body =
    rule.action === 'Accept'
      ? [...rule.operations.flatMap((change) => operationStatements(change, context)), accept]
      : [reject];
  const found = conditions(rule, context);
  return found.length === 0 ? body : [when(all(...found), ...body)];
}

function conditions(rule: BgpFilterRule, context: RuleContext): readonly BirdExpression[] {
  const found: BirdExpression[] = [];
  if (rule.peerType !== undefined) {
    const same = symbol('same_as');
    found.push(rule.peerType === 'iBGP' ? same : not(same));
  }
  if (rule.cidr !== undefined) found.push(matchCidr(rule.cidr, rule.prefixLength));
  if (rule.fromRemotePeers) found.push(learnedFrom('RTS_BGP'));
  if (rule.interface !== undefined) found.push(device(rule.interface));
  for (const value of rule.communities) {
    const parts = communityParts(value);
    const list = word(parts.length === 3 ? 'bgp_large_community' : 'bgp_community');
    found.push(operation({ kind: 'community', parts }, '~', list));
  }
  if (rule.asPathPrefix.length > 0) {
    found.push(operation('bgp_path', '~', { kind: 'path beginning', path: rule.asPathPrefix }));
  }
  if (rule.priority !== undefined) found.push(hasPriority(rule.priority, context.normalPriority));
  return found;
}

function matchCidr(
  { network: whole, operator }: NonNullable<BgpFilterRule['cidr']>,
  length: BgpFilterRule['prefixLength'],
): BirdExpression {
  const wanted = operator === 'Equal' || operator === 'In';
  if (operator === 'Equal' || operator === 'NotEqual') {
    const bounds =
      length === undefined
        ? []
        : [operation('net.len', '>=', number(length.min)), operation('net.len', '<=', number(length.max))];
    return all(operation('net', wanted ? '=' : '!=', network(whole)), ...bounds);
  }
  const shortest = Math.max(cidrLength(whole), length?.min ?? 0);
  const longest = Math.min(addressBits(cidrFamily(whole)), length?.max ?? 128);
  // Bounds that no route can keep: nothing is in.
  if (shortest > longest) return wanted ? any() : all();
  const prefixes: BirdExpression = { kind: 'prefixes', prefixes: [{ cidr: whole, shortest, longest }] };
  return operation('net', wanted ? '~' : '!~', prefixes);
}

function operationStatements(change: BgpFilterOperation, context: RuleContext): readonly BirdStatement[] {
  if (change.kind === 'add community') return [{ kind: 'add community', parts: communityParts(change.value) }];
  if (change.kind === 'set priority') return setPriority(change.value, context.normalPriority, context.direction);
  // Each number goes in front of what is there already.
  return [...change.path].reverse().map((as) => ({ kind: 'prepend', as }));
}
