import { type HttpPaths, jsonAnswer } from './http-listener.ts';
import type { Readiness } from './readiness.ts';

/** What `/debug/*` shows. */
export interface DebugViews {
  /** Everything this node should be, as computed. */
  readonly desired: () => unknown;
  /** Everything of ours that the kernel has. */
  readonly actual: () => Promise<unknown>;
  /** Attachments, queues, versions of the watches. */
  readonly status: () => unknown;
  /** Rules in force with their counters, and packets that were denied. */
  readonly policy: () => unknown;
}

/**
 * `/liveness`: the process answers, nothing else is asked. `/readiness`: 200, or 503 with the reason per part.
 * `/debug/desired`, `/debug/actual`, `/debug/status`, `/debug/policy`: JSON.
 */
export function healthPaths(readiness: Readiness, views: DebugViews): HttpPaths {
  return {
    '/liveness': () => jsonAnswer({ live: true }),
    '/readiness': () =>
      jsonAnswer(
        { ready: readiness.ready, reasons: Object.fromEntries(readiness.reasons()) },
        readiness.ready ? 200 : 503,
      ),
    '/debug/desired': () => jsonAnswer(views.desired()),
    '/debug/actual': async () => jsonAnswer(await views.actual()),
    '/debug/status': () => jsonAnswer(views.status()),
    '/debug/policy': () => jsonAnswer(views.policy()),
  };
}
