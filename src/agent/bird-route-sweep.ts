import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { BirdRoute } from '../bird/bird-route.ts';
import type { NetlinkSocket } from '../host/netlink-socket.ts';
import { applyRoutes, listRoutes } from '../host/routes.ts';
import { mainTable, routeProtocol } from '../net/route.ts';
import { doubleDestinations, staleBirdRoutes } from './stale-bird-routes.ts';

/** What the sweep works with. */
export interface BirdRouteSweepParts {
  readonly nl: NetlinkSocket;
  readonly clock: Clock;
  readonly log: Logger;
  /** BIRD's best routes, with attributes; asked only when the kernel has two routes to one destination. */
  readonly bestRoutes: (signal: AbortSignal) => Promise<readonly BirdRoute[]>;
}

/** The kernel's routes are listed this often, or more seldom, so that it takes one hundredth of the time... */
const refreshMs = 10_000;
const share = 100;
/** ...and at every look for so long after BIRD was configured: it reads its routes again by and by. */
const afterApplyMs = 10_000;

/** Takes routes out of the kernel that BIRD has written and forgotten (see stale-bird-routes.ts). */
export class BirdRouteSweep {
  readonly #parts: BirdRouteSweepParts;
  #nextMs = 0;
  #oftenUntilMs = 0;
  #busy = false;

  constructor(parts: BirdRouteSweepParts) {
    this.#parts = parts;
  }

  /** BIRD has another configuration. */
  applied(): void {
    this.#oftenUntilMs = this.#parts.clock.monotonicMs() + afterApplyMs;
  }

  /** Sweeps when it is time to. Never throws. */
  async look(signal: AbortSignal): Promise<void> {
    const { nl, clock, log, bestRoutes } = this.#parts;
    const nowMs = clock.monotonicMs();
    if (this.#busy || (nowMs >= this.#oftenUntilMs && nowMs < this.#nextMs)) return;
    this.#busy = true;
    this.#nextMs = nowMs + refreshMs;
    try {
      const kernel = listRoutes(nl, { table: mainTable, protocol: routeProtocol.bird });
      this.#nextMs = nowMs + Math.max(refreshMs, share * (clock.monotonicMs() - nowMs));
      if (doubleDestinations(kernel).size === 0) return;
      const remove = staleBirdRoutes(kernel, await bestRoutes(signal));
      if (remove.length === 0) return;
      const failures = applyRoutes(nl, { replace: [], remove });
      log.info('routes that BIRD had forgotten removed', { removed: remove.length - failures.remove.size });
    } catch (error) {
      if (!signal.aborted) log.warn('cannot look for routes that BIRD has forgotten', { error: errorText(error) });
    } finally {
      this.#busy = false;
    }
  }
}
