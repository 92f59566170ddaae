import type { BirdRoute } from '../bird/bird-route.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Route } from '../net/route.ts';

/**
 * Destinations that BIRD has several routes to in the kernel. BIRD has one for each: in another metric it writes a route
 * beside the earlier one, which it then forgets (IPv4, seen in 2.0.12), and which would win if its metric is the better.
 */
export function doubleDestinations(kernel: readonly Route[]): ReadonlySet<Cidr> {
  const seen = new Set<Cidr>();
  return new Set(kernel.flatMap(({ destination }) => (seen.size === seen.add(destination).size ? [destination] : [])));
}

/**
 * The routes of the kernel that BIRD has forgotten: beside one that has the metric of BIRD's best route. What BIRD has
 * not, or not yet written, is left alone.
 *
 * @param kernel BIRD's routes in the kernel
 * @param bird its best routes, with attributes
 */
export function staleBirdRoutes(kernel: readonly Route[], bird: readonly BirdRoute[]): readonly Route[] {
  const double = doubleDestinations(kernel);
  const metrics = new Map(
    bird.flatMap(({ destination, best, kernelMetric }) =>
      best && kernelMetric !== undefined && double.has(destination) ? [[destination, kernelMetric]] : [],
    ),
  );
  const written = new Set(
    kernel.flatMap(({ destination, metric }) => (metrics.get(destination) === metric ? [destination] : [])),
  );
  return kernel.filter(({ destination, metric }) => written.has(destination) && metric !== metrics.get(destination));
}
