import { createHash } from 'node:crypto';
import type { Rule } from './model.ts';

/**
 * Ten hex digits that stand for the intended rule: its chain and all that is said of it. They are kept at the end of
 * the rule's comment in the kernel, so that a listing can be compared with the intent without comparing rule texts
 * (the kernel rewrites those: `10.0.0.7/8` comes back as `10.0.0.0/8`).
 */
export function ruleHash(chain: string, rule: Rule): string {
  const { match, action, comment, uncounted } = rule;
  const intent = JSON.stringify([chain, match, action, comment, ...(uncounted === true ? ['uncounted'] : [])]);
  return createHash('sha256').update(intent).digest('hex').slice(0, 10);
}

/** The comment as written into the kernel: `why #0123456789`. */
export function hashedComment(chain: string, rule: Rule): string {
  return `${rule.comment} #${ruleHash(chain, rule)}`;
}

/** The hash at the end of a comment from the kernel; `undefined` for a rule that somebody else wrote. */
export function hashOfComment(comment: string): string | undefined {
  return /#([0-9a-f]{10})$/.exec(comment)?.[1];
}
