import { parseDuration } from '../base/duration.ts';
import type { BgpSettings } from './bgp-configuration.ts';
import type { BfdTimers } from './bgp-state.ts';

/** A lost neighbour is noticed within a second, and a busy machine is not yet a lost one. */
const defaults: BfdTimers = { minimumReceiveMs: 300, minimumTransmitMs: 300, multiplier: 3 };

/** The timers of BFD; what cannot be read is a problem, and the default is used. */
export function bfdTimers({ bfd = {} }: BgpSettings, problems: Set<string>): BfdTimers {
  const read = (key: 'minimumReceiveInterval' | 'minimumTransmitInterval', fallback: number): number => {
    const text = bfd[key];
    if (text === undefined || text === '') return fallback;
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= 1) return Math.round(ms);
    problems.add(
      `BGPConfiguration: bfd.${key} "${text}" found, a duration of 1ms or more needed: ${fallback}ms is used`,
    );
    return fallback;
  };
  return {
    minimumReceiveMs: read('minimumReceiveInterval', defaults.minimumReceiveMs),
    minimumTransmitMs: read('minimumTransmitInterval', defaults.minimumTransmitMs),
    multiplier: bfd.multiplier || defaults.multiplier,
  };
}
