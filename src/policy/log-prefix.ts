import { createHash } from 'node:crypto';
import type { Direction } from './direction.ts';
import { formatPolicyId, type PolicyId, parsePolicyId } from './policy-id.ts';
import type { PolicyState } from './policy-state.ts';

/** Why a packet was reported by the kernel. */
export type LogReason =
  | {
      readonly kind: 'rule';
      readonly action: 'Deny' | 'Log';
      readonly direction: Direction;
      readonly policy: PolicyId;
      readonly index: number;
    }
  /** A tier's policies are for the endpoint, and no rule of them matched. */
  | { readonly kind: 'tier-end'; readonly direction: Direction; readonly tier: string }
  /** No tier decided, and no profile allows. */
  | { readonly kind: 'no-profile'; readonly direction: Direction }
  /** Dropped by something that is no policy. */
  | { readonly kind: 'system'; readonly direction: Direction; readonly drop: SystemDrop };

/**
 * What is dropped whatever the policies say: packets from and to devices of no known pod, with a source that is not the
 * pod's, that connection tracking cannot place, that pretend to come by a tunnel, when so configured from pods to their
 * own node, and those for which a rule was found that is not there (which does not happen unless somebody meddles).
 */
export type SystemDrop = (typeof systemDrops)[number];

/** All of them. */
export const systemDrops = ['unknown', 'spoofed', 'invalid', 'tunnel', 'to-host', 'no-rule'] as const;

/** The kernel keeps 128 bytes, Calico's readers 64 with their end. */
export const maxLogPrefix = 63;

/**
 * What stands before a reported packet, as Calico writes it: `DPI0|np/ns/name` (action, Policy, direction, rule index),
 * `LPE3|gnp/name`, at the end of a tier `DPI|default`, without a profile `DRE`, and our own `DSI|unknown`. A text that
 * is too long, or that holds what cannot be written, becomes its first 10 characters, a hash, `_` and its last 10.
 */
export function encodeLogPrefix(reason: LogReason): string {
  const text = longPrefix(reason);
  if (text.length <= maxLogPrefix && /^[A-Za-z0-9|/._-]+$/.test(text)) return text;
  const readable = text.replaceAll(/[^A-Za-z0-9|/._-]/g, '?');
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return `${readable.slice(0, 10)}${hash}_${readable.slice(-10)}`;
}

/** Reads {@link encodeLogPrefix}'s text; `undefined` for a shortened one (ask {@link logReasons}), or somebody else's. */
export function decodeLogPrefix(prefix: string): LogReason | undefined {
  const [, letter = '', owner, side, index = '', rest = ''] =
    /^([DL])([PRS])([IE])(\d*)(?:\|([A-Za-z0-9/._-]+))?$/.exec(prefix) ?? [];
  if (owner === undefined || /^.{32}_.{10}$/.test(prefix)) return undefined;
  const direction: Direction = side === 'I' ? 'ingress' : 'egress';
  if (owner === 'R') return { kind: 'no-profile', direction };
  if (owner === 'S') return isSystemDrop(rest) ? { kind: 'system', direction, drop: rest } : undefined;
  if (index === '') return rest === '' ? undefined : { kind: 'tier-end', direction, tier: rest };
  const policy = parsePolicyId(rest);
  if (policy === undefined) return undefined;
  return { kind: 'rule', action: letter === 'L' ? 'Log' : 'Deny', direction, policy, index: Number(index) };
}

/** The reason behind every prefix that this state can lead to, the shortened ones included. */
export function logReasons({ walks }: Pick<PolicyState, 'walks'>): ReadonlyMap<string, LogReason> {
  const reasons = new Map<string, LogReason>();
  const add = (reason: LogReason) => reasons.set(encodeLogPrefix(reason), reason);
  for (const direction of ['ingress', 'egress'] as const) {
    add({ kind: 'no-profile', direction });
    for (const drop of systemDrops) add({ kind: 'system', direction, drop });
  }
  for (const { direction, tiers } of walks.values()) {
    for (const { tier, steps } of tiers) {
      add({ kind: 'tier-end', direction, tier });
      for (const step of steps) {
        for (const { action, policy, index } of step.kind === 'fold' ? step.rules : [step.rule]) {
          if (action === 'Deny' || action === 'Log') add({ kind: 'rule', action, direction, policy, index });
        }
      }
    }
  }
  return reasons;
}

function isSystemDrop(text: string): text is SystemDrop {
  return systemDrops.some((drop) => drop === text);
}

function longPrefix(reason: LogReason): string {
  const side = reason.direction === 'ingress' ? 'I' : 'E';
  switch (reason.kind) {
    case 'rule':
      return `${reason.action === 'Log' ? 'L' : 'D'}P${side}${reason.index}|${formatPolicyId(reason.policy)}`;
    case 'tier-end':
      return `DP${side}|${reason.tier}`;
    case 'no-profile':
      return `DR${side}`;
    case 'system':
      return `DS${side}|${reason.drop}`;
  }
}
