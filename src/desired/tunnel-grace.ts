import type { HandOverTimes } from './hand-over.ts';

/** What is remembered of a tunnel device that this node has or had; times by one monotonic clock. */
export interface TunnelUse {
  readonly inUse: boolean;
  /** While `inUse`, when that was seen last. */
  readonly lastUsedMs: number;
  readonly announced: boolean;
  /** When its address was last seen announced by this node; absent = never. */
  readonly lastAnnouncedMs?: number;
}

/** By device name. */
export type TunnelUses = ReadonlyMap<string, TunnelUse>;

type Grace = Pick<HandOverTimes, 'graceMs' | 'deviceMs'>;

/**
 * What is to be remembered now.
 *
 * @param used devices that a pool needs or that a route leaves by
 * @param announced devices whose address the node announces
 */
export function usesAfter(
  uses: TunnelUses,
  nowMs: number,
  used: ReadonlySet<string>,
  announced: ReadonlySet<string>,
): TunnelUses {
  const devices = new Set([...uses.keys(), ...used]);
  return new Map(
    [...devices].map((device): [string, TunnelUse] => {
      const before = uses.get(device);
      const inUse = used.has(device);
      // What was in use at the last look was so until now: nothing has changed in between.
      const lastUsedMs = inUse || before === undefined || before.inUse ? nowMs : before.lastUsedMs;
      const now = announced.has(device);
      const lastAnnouncedMs = now || before?.announced ? nowMs : before?.lastAnnouncedMs;
      const last = lastAnnouncedMs === undefined ? {} : { lastAnnouncedMs };
      return [device, { inUse, lastUsedMs, announced: now, ...last }];
    }),
  );
}

/** Devices whose address is still to be announced: other nodes may send by them. */
export function keptAddresses(uses: TunnelUses, nowMs: number, { graceMs }: Grace): ReadonlySet<string> {
  return new Set([...uses].flatMap(([device, use]) => (isRecent(use, nowMs, graceMs) ? [device] : [])));
}

/** Devices that must exist: those, and the ones that were announced a moment ago. */
export function keptDevices(uses: TunnelUses, nowMs: number, { graceMs, deviceMs }: Grace): ReadonlySet<string> {
  const isKept = (use: TunnelUse): boolean => {
    const { announced, lastAnnouncedMs } = use;
    if (isRecent(use, nowMs, graceMs) || announced) return true;
    return lastAnnouncedMs !== undefined && nowMs - lastAnnouncedMs < deviceMs;
  };
  return new Set([...uses].flatMap(([device, use]) => (isKept(use) ? [device] : [])));
}

/** When one of the answers changes by itself, in milliseconds from now; `undefined` when none does. */
export function graceEndsInMs(uses: TunnelUses, nowMs: number, { graceMs, deviceMs }: Grace): number | undefined {
  const ends = [...uses.values()].flatMap(({ inUse, lastUsedMs, announced, lastAnnouncedMs }) => [
    ...(inUse ? [] : [lastUsedMs + graceMs]),
    ...(inUse || announced || lastAnnouncedMs === undefined ? [] : [lastAnnouncedMs + deviceMs]),
  ]);
  const future = ends.map((end) => end - nowMs).filter((ms) => ms > 0);
  return future.length === 0 ? undefined : Math.min(...future);
}

function isRecent({ inUse, lastUsedMs }: TunnelUse, nowMs: number, graceMs: number): boolean {
  return inUse || nowMs - lastUsedMs < graceMs;
}
