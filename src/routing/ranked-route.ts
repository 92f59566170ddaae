import { compareCidrs } from '../net/cidr.ts';
import type { Route } from '../net/route.ts';

/** Who wins when several sources want one destination, best first (the order of Calico's route table). */
export const routeRanks = [
  'local pod',
  'vxlan same subnet',
  'vxlan tunnel',
  'ipip same subnet',
  'ipip tunnel',
  'no encapsulation',
  'blackhole',
] as const;

/** A route with its claim to its destination. */
export interface RankedRoute {
  readonly rank: (typeof routeRanks)[number];
  readonly route: Route;
}

/** One route per destination, the best ranked, sorted by destination. The order of the input does not matter. */
export function chooseRoutes(candidates: readonly RankedRoute[]): readonly Route[] {
  const best = new Map<string, RankedRoute>();
  for (const candidate of candidates) {
    const holder = best.get(candidate.route.destination);
    if (holder === undefined || isBetter(candidate, holder)) best.set(candidate.route.destination, candidate);
  }
  return [...best.values()].map(({ route }) => route).sort((a, b) => compareCidrs(a.destination, b.destination));
}

function isBetter(a: RankedRoute, b: RankedRoute): boolean {
  const difference = routeRanks.indexOf(a.rank) - routeRanks.indexOf(b.rank);
  return difference !== 0 ? difference < 0 : JSON.stringify(a.route) < JSON.stringify(b.route);
}
