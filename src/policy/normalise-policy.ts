import { defaultTierName } from '../api/built-in-tiers.ts';
import type { PolicyType, Rule } from '../api/calico-policy.ts';
import { defaultPolicyTypes } from '../api/policy-defaults.ts';
import { logOnlyNotice } from '../api/policy-notices.ts';
import { Unreadable } from '../api/unreadable.ts';
import { errorText } from '../base/errors.ts';
import type { Selector } from '../selector/selector.ts';
import type { Direction } from './direction.ts';
import type { NormalPolicy, NormalRule } from './normal-policy.ts';
import { normalRule } from './normalise-rule.ts';
import type { PolicyId } from './policy-id.ts';

/** A policy in the form that is compiled, and what its owner should know. */
export interface Normalised {
  /** `undefined` for what decides nothing. */
  readonly policy: NormalPolicy | undefined;
  readonly warnings: readonly string[];
}

/** A policy of any kind on its way to {@link NormalPolicy}: rules in Calico's words, or what is wrong with them. */
export interface PolicySource {
  readonly id: PolicyId;
  /** For people: `NetworkPolicy "default/web"`. */
  readonly title: string;
  readonly tier: string;
  readonly order: number;
  /** @throws Unreadable */
  readonly selector: () => Selector;
  /** What the policy is for at most: used when its selector cannot be read. */
  readonly scope: Selector;
  readonly directions: readonly Direction[];
  readonly ingress: readonly SourceRule[];
  readonly egress: readonly SourceRule[];
  readonly untracked?: boolean;
  readonly preDnat?: boolean;
  readonly applyOnForward?: boolean;
}

/** A rule of a resource. */
export interface SourceRule {
  /** The name that the resource gives it. */
  readonly name?: string;
  readonly action: Rule['action'];
  /** What it comes down to in Calico's words. @throws Unreadable */
  readonly rules: () => readonly Rule[];
}

/** Rules of a Calico policy. */
export function sourceRules(rules: readonly Rule[] | undefined): readonly SourceRule[] {
  return (rules ?? []).map((rule) => ({ action: rule?.action, rules: () => [rule] }));
}

/** The directions that `types` names, or those it has by default; both when it names none that there is. */
export function directionsOf(
  types: readonly PolicyType[] | undefined,
  rules: { readonly ingress?: readonly Rule[]; readonly egress?: readonly Rule[] },
): readonly Direction[] {
  const given = types === undefined || types.length === 0 ? defaultPolicyTypes(rules) : types;
  const directions: readonly Direction[] = ['ingress', 'egress'];
  const named = directions.filter((direction) => given.some((type) => type.toLowerCase() === direction));
  return named.length === 0 ? directions : named;
}

/**
 * Fails closed: a rule that cannot be read denies everything of its direction when it would have denied or passed
 * something, and is left out when it would have allowed; a policy whose selector cannot be read isolates everything in
 * its scope (see {@link closedPolicy}). Each such thing is told.
 */
export function normalisePolicy(source: PolicySource): Normalised {
  const { id, title, tier, order, directions } = source;
  const { untracked = false, preDnat = false, applyOnForward = false } = source;
  if (directions.length === 0) return { policy: undefined, warnings: [] };
  const warnings: string[] = [];
  const rulesOf = (direction: Direction): readonly NormalRule[] =>
    directions.includes(direction) ? normalRules(source, direction, warnings) : [];
  try {
    const selector = source.selector();
    const [ingress, egress] = [rulesOf('ingress'), rulesOf('egress')];
    warnings.push(...logOnlyWarnings(title, directions, { ingress, egress }));
    return {
      policy: { id, tier, order, selector, directions, ingress, egress, untracked, preDnat, applyOnForward },
      warnings,
    };
  } catch (error) {
    const consequence = 'everything it might be for is isolated until it is mended';
    warnings.push(`Cannot read ${fieldOf(error, 'the spec')} of ${title}: ${errorText(error)}; ${consequence}`);
    const denies = directions.filter((direction) => source[direction].some(({ action }) => !isHarmless(action)));
    return { policy: closedPolicy(source, denies), warnings };
  }
}

/**
 * A policy of which only this much can be read. Tier `default` drops what no rule of its policies allows, so having no
 * rules is enough there; other tiers may pass it on: directions in which something is denied are denied altogether.
 */
export function closedPolicy(
  { id, tier, order, scope, directions }: Pick<PolicySource, 'id' | 'tier' | 'order' | 'scope' | 'directions'>,
  denies: readonly Direction[],
): NormalPolicy {
  const rulesOf = (direction: Direction): readonly NormalRule[] =>
    tier !== defaultTierName && denies.includes(direction) ? [denyAll(0)] : [];
  const rules = { ingress: rulesOf('ingress'), egress: rulesOf('egress') };
  const hooks = { untracked: false, preDnat: false, applyOnForward: false };
  return { id, tier, order, selector: scope, directions, ...rules, ...hooks };
}

/** What would not have denied anything can be left out. */
function isHarmless(action: Rule['action'] | undefined): boolean {
  return action === 'Allow' || action === 'Log';
}

function denyAll(index: number, name?: string): NormalRule {
  return { index, ...(name !== undefined && { name }), action: 'Deny', source: {}, destination: {} };
}

function normalRules(source: PolicySource, direction: Direction, warnings: string[]): readonly NormalRule[] {
  const { namespace } = source.id;
  return source[direction].flatMap(({ name, action, rules }, index): readonly NormalRule[] => {
    const at = `${direction}[${index}]`;
    const named = name === undefined ? {} : { name };
    const context = { index, direction, ...named, ...(namespace !== undefined && { namespace }) };
    try {
      const normal = rules().map((rule) => normalRule(rule, context));
      if (normal.includes(undefined)) {
        warnings.push(`Rule ${at} of ${source.title} matches nothing: its conditions are of different IP versions`);
      }
      return normal.filter((rule) => rule !== undefined);
    } catch (error) {
      const left = isHarmless(action);
      const consequence = left ? 'the rule is left out' : `the rule denies all ${direction}`;
      const what = `${fieldOf(error, at, `${at}.`)} of ${source.title}`;
      warnings.push(`Cannot read ${what}: ${errorText(error)}; ${consequence} until it is mended`);
      return left ? [] : [denyAll(index, name)];
    }
  });
}

// Whatever is wrong with an object, it must not stop the others from being enforced: so any error counts here.
function fieldOf(error: unknown, missing: string, prefix = ''): string {
  return error instanceof Unreadable ? `${prefix}${error.field}` : missing;
}

function logOnlyWarnings(
  title: string,
  directions: readonly Direction[],
  rules: Readonly<Record<Direction, readonly NormalRule[]>>,
): readonly string[] {
  return directions
    .filter((direction) => rules[direction].length > 0 && rules[direction].every(({ action }) => action === 'Log'))
    .map((direction) => `${title}: ${logOnlyNotice(direction)}`);
}
