import type { BirdRoute } from '../bird/bird-route.ts';
import { compareCidrs } from '../net/cidr.ts';
import type { BgpState } from '../routing/bgp-state.ts';
import { refusedRoute } from '../routing/refused-route.ts';

/** A route that was not taken, and why. */
export interface RefusedRouteText {
  readonly destination: string;
  /** `covers pool "default-pool"` */
  readonly reason: string;
}

/**
 * The routes that BIRD lists as filtered, in words for people; each destination once, in the order of addresses.
 *
 * @param session BIRD's name of the session they came from
 * @param most no more than so many
 */
export function refusedRoutes(
  routes: readonly BirdRoute[],
  session: string,
  state: BgpState,
  most: number,
): readonly RefusedRouteText[] {
  const destinations = [...new Set(routes.map(({ destination }) => destination))].sort(compareCidrs).slice(0, most);
  return destinations.map((destination) => ({ destination, reason: refusedRoute(destination, session, state) }));
}
