import type { HeldAddress } from './held-address.ts';
import type { AddressVerdict } from './judge-address.ts';

/** An address that looks leaked, since when (monotonic), and why. */
export interface LeakCandidate {
  readonly address: HeldAddress;
  readonly sinceMs: number;
  readonly verdict: Extract<AddressVerdict, { kind: 'leaked' }>;
}

/** Key: {@link leakKey}. Carried from one assessment to the next. */
export type LeakCandidates = ReadonlyMap<string, LeakCandidate>;

/** What an assessment concludes. */
export interface LeakAssessment {
  readonly candidates: LeakCandidates;
  /** Candidates that were none before. */
  readonly fresh: readonly LeakCandidate[];
  /** Whole handles, all of whose addresses are to be released after one more look. */
  readonly confirmed: readonly (readonly LeakCandidate[])[];
  /** Nodes whose mismatches are not acted on, with how many of how many addresses they concern. */
  readonly tripped: readonly { readonly node: string; readonly leaked: number; readonly held: number }[];
  /** When the next candidate's grace ends, in ms from now. */
  readonly nextMs: number | undefined;
}

/** Rules of an assessment. `nowMs` is monotonic. */
export interface LeakRules {
  readonly nowMs: number;
  readonly graceMs: number;
}

/** Fewer mismatches than this on one node are believed. */
const breakerCount = 10;

/**
 * Finds the addresses to release. A candidate is confirmed when its grace is over, at once when its node is gone, and
 * only together with all other addresses of its handle.
 *
 * Circuit breaker: when most addresses of a living node seem not to be those of their pods, and these are many, then it
 * is rather our view that is wrong; such mismatches of that node are then held back. (That a pod does not exist is no
 * mismatch: it is verified with the server before the release.)
 */
export function assessLeaks(
  addresses: readonly HeldAddress[],
  judge: (address: HeldAddress) => AddressVerdict,
  before: LeakCandidates,
  { nowMs, graceMs }: LeakRules,
): LeakAssessment {
  const candidates = new Map<string, LeakCandidate>();
  const fresh: LeakCandidate[] = [];
  for (const address of addresses) {
    const verdict = judge(address);
    if (verdict.kind !== 'leaked') continue;
    const key = leakKey(address);
    const known = before.get(key);
    const candidate = { address, verdict, sinceMs: known?.sinceMs ?? nowMs };
    candidates.set(key, candidate);
    if (known === undefined) fresh.push(candidate);
  }
  const tripped = trippedNodes(addresses, [...candidates.values()]);
  const held = new Set(tripped.map(({ node }) => node));
  const dueMs = ({ verdict, sinceMs }: LeakCandidate) =>
    verdict.cause === 'node gone' ? 0 : Math.max(0, sinceMs + graceMs - nowMs);
  const isHeld = ({ address, verdict }: LeakCandidate) => isMismatch(verdict) && held.has(address.node ?? '');
  const waits = [...candidates.values()].filter((one) => !isHeld(one)).map(dueMs);
  const pending = waits.filter((ms) => ms > 0);
  const confirmed = [...Map.groupBy(addresses, ({ handle }) => handle).values()].flatMap((handle) => {
    const leaks = handle.flatMap((address) => candidates.get(leakKey(address)) ?? []);
    const whole = leaks.length === handle.length && leaks.every((one) => dueMs(one) === 0 && !isHeld(one));
    return whole ? [leaks] : [];
  });
  return { candidates, fresh, confirmed, tripped, nextMs: pending.length === 0 ? undefined : Math.min(...pending) };
}

/** Identifies one allocation: the same address given anew is another one. */
export function leakKey(address: HeldAddress): string {
  return `${address.ip} ${address.handle} ${address.sequenceNumber}`;
}

function isMismatch(verdict: LeakCandidate['verdict']): boolean {
  return verdict.cause === 'pod elsewhere' || verdict.cause === 'pod holds another address';
}

function trippedNodes(
  addresses: readonly HeldAddress[],
  candidates: readonly LeakCandidate[],
): LeakAssessment['tripped'] {
  const held = Map.groupBy(addresses, ({ node }) => node ?? '');
  const mismatches = Map.groupBy(
    candidates.filter(({ verdict }) => isMismatch(verdict)),
    ({ address }) => address.node ?? '',
  );
  return [...mismatches].flatMap(([node, leaks]) => {
    const all = held.get(node)?.length ?? 0;
    return leaks.length >= breakerCount && leaks.length * 2 > all ? [{ node, leaked: leaks.length, held: all }] : [];
  });
}
