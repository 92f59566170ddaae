import { parseDuration } from '../base/duration.ts';
import { isSet } from '../base/is-set.ts';
import type { BgpSettings } from './bgp-configuration.ts';
import type { BfdTimers } from './bgp-state.ts';

/** A lost neighbour is noticed within a second, and a busy machine is not yet a lost one. */
const defaults: BfdTimers = { minimumReceiveMs: 300, minimumTransmitMs: 300, multiplier: 3 };

/** RFC 5880 has 32 bits for microseconds, a little more than this. */
const longestMs = 3_600_000;

/** The timers of BFD; what cannot be read is a problem, and the default is used. */
export function bfdTimers({ bfd = {} }: BgpSettings, problems: Set<string>): BfdTimers {
  const read = (key: 'minimumReceiveInterval' | 'minimumTransmitInterval', fallback: number): number => {
    const text = bfd[key];
    if (!isSet(text)) return fallback;
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= 1 && ms <= longestMs) return Math.round(ms);
    problems.add(
      `BGPConfiguration: bfd.${key} "${text}" found, a duration from 1ms to 1h needed: ${fallback}ms is used`,
    );
    return fallback;
  };
  return {
    minimumReceiveMs: read('minimumReceiveInterval', defaults.minimumReceiveMs),
    minimumTransmitMs: read('minimumTransmitInterval', defaults.minimumTransmitMs),
    multiplier: bfd.multiplier || defaults.multiplier,
  };
}
