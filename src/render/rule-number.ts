import { createHash } from 'node:crypto';
import type { RuleIdentity } from '../policy/policy-state.ts';
import { chainNames } from './chain-names.ts';

const byName = new Map<string, number>();
const names = new Map<number, string>();
/** Forgotten rules get their number back, unless two rules claim one. */
const remembered = 100_000;
/** Below are ids of folds and what is no rule; the last one has a name of its own in nft. */
const [first, last] = [0x20000, 0xfffffffe];

/**
 * The number by which a rule is known in maps and in a packet's priority: a hash of its name, the next number when
 * another rule has that.
 */
export function ruleNumber(rule: Pick<RuleIdentity, 'policy' | 'direction' | 'index'>): number {
  const name = chainNames.rule(rule);
  const known = byName.get(name);
  if (known !== undefined) return known;
  if (byName.size >= remembered) forgetOldest();
  const hash = createHash('sha256').update(name).digest().readUInt32BE(0);
  let number = first + (hash % (last - first));
  while (names.has(number)) number = number === last ? first : number + 1;
  byName.set(name, number);
  names.set(number, name);
  return number;
}

function forgetOldest(): void {
  for (const [name, number] of byName) {
    byName.delete(name);
    names.delete(number);
    if (byName.size <= remembered / 2) return;
  }
}
