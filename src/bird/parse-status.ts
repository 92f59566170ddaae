import type { BirdReply } from './bird-reply.ts';
import { requireAnswer } from './reply-error.ts';

/** What BIRD says about itself. Times as BIRD prints them, in its own time zone: `2026-01-31 12:17:43.641`. */
export interface BirdStatus {
  /** `2.0.12` */
  readonly version: string;
  readonly routerId: string;
  readonly serverTime: string;
  readonly bootTime: string;
  readonly reconfigurationTime: string;
  /** There while routes from before a restart wait for the sessions to come back. */
  readonly gracefulRestart?: {
    readonly channelsWaiting: number;
    readonly secondsLeft: number;
  };
}

/** Reads `show status` of BIRD 1.6 and 2. What is missing is empty. @throws WeftError BIRD_REPLY */
export function parseStatus(reply: BirdReply): BirdStatus {
  const lines = requireAnswer(reply).map(({ text }) => text.trim());
  const after = (words: string): string =>
    lines.find((line) => line.startsWith(`${words} `))?.slice(words.length + 1) ?? '';
  const waiting = /^(\d+) channels? to recover/.exec(after('Waiting for'))?.[1];
  const timer = /^is ([\d.]+)\//.exec(after('Wait timer'))?.[1];
  return {
    version: after('BIRD') || (reply.version ?? ''),
    routerId: after('Router ID is'),
    serverTime: after('Current server time is'),
    bootTime: after('Last reboot on'),
    reconfigurationTime: after('Last reconfiguration on'),
    ...(lines.includes('Graceful restart recovery in progress')
      ? { gracefulRestart: { channelsWaiting: Number(waiting ?? 0), secondsLeft: Number(timer ?? 0) } }
      : {}),
  };
}
