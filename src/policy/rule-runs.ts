import type { CompiledRule } from './compile-policy.ts';

/** Rules next to each other that may be asked in any order, because they all do the same; or one Log rule. */
export interface Run {
  readonly action: CompiledRule['rule']['action'];
  readonly rules: readonly CompiledRule[];
}

/** Cuts the rules of a tier, in order, into the longest runs there are. */
export function runsOf(rules: Iterable<CompiledRule>): readonly Run[] {
  const runs: { action: Run['action']; rules: CompiledRule[] }[] = [];
  for (const rule of rules) {
    const { action } = rule.rule;
    const last = runs.at(-1);
    if (last !== undefined && last.action === action && action !== 'Log') last.rules.push(rule);
    else runs.push({ action, rules: [rule] });
  }
  return runs;
}
