import type { Direction } from './direction.ts';
import type { PolicyId } from './policy-id.ts';

/** What policy says of one packet at one endpoint, and why. */
export interface Verdict {
  readonly allowed: boolean;
  readonly direction: Direction;
  readonly reason: VerdictReason;
  /** Rules that logged it on the way. */
  readonly logged: readonly RuleReference[];
}

/** What decided. */
export type VerdictReason =
  /** The first Allow or Deny rule that matched. */
  | { readonly kind: 'rule'; readonly rule: RuleReference }
  /** A tier's end: `policies` of it are for this endpoint and direction, and none of their rules matched. */
  | { readonly kind: 'tier-end'; readonly tier: string; readonly policies: readonly PolicyId[] }
  /** No tier decided. */
  | { readonly kind: 'profile'; readonly profile: string }
  /** No tier decided, and no profile allows. */
  | { readonly kind: 'no-profile' }
  /** A failsafe port of a host endpoint. */
  | { readonly kind: 'failsafe' }
  /** No endpoint of the cluster at this end, or a host endpoint that does not concern itself with this packet. */
  | { readonly kind: 'no-policy' };

/** Which rule. */
export interface RuleReference {
  readonly tier: string;
  readonly policy: PolicyId;
  readonly direction: Direction;
  readonly index: number;
  readonly name?: string;
}
