import type { CalicoNodeStatus, RouteStatus } from '../api/calico-config.ts';
import { peerTypeOf } from '../api/peer-type.ts';
import type { BirdRoute } from '../bird/bird-route.ts';
import { cidrFamily } from '../net/cidr.ts';
import type { Family, Ip } from '../net/ip.ts';

/** So many routes of a family fit into an object of the API without making it a burden; the rest is left out. */
const maxRoutes = 2000;

/**
 * Class `Routes` of a CalicoNodeStatus: what BIRD has in its tables. `FIB`: the one of its destination that is used;
 * `RIB`: another that would be used without it.
 *
 * @param peerOf addresses of the peers, by the name of the session
 */
export function routesAnswer(
  routes: readonly BirdRoute[],
  peerOf: ReadonlyMap<string, Ip>,
): NonNullable<NonNullable<CalicoNodeStatus['status']>['routes']> {
  const ofFamily = (family: Family): readonly RouteStatus[] =>
    routes
      .filter(({ destination }) => cidrFamily(destination) === family)
      .slice(0, maxRoutes)
      .map((route) => routeAnswer(route, peerOf.get(route.protocol)));
  return { routesV4: ofFamily(4), routesV6: ofFamily(6) };
}

function routeAnswer(route: BirdRoute, peerIP: Ip | undefined): RouteStatus {
  const { destination, best, nextHops, protocol } = route;
  const [hop] = nextHops;
  return {
    type: best ? 'FIB' : 'RIB',
    destination,
    ...(hop?.via === undefined ? {} : { gateway: hop.via }),
    ...(hop === undefined ? {} : { interface: hop.device }),
    learnedFrom: { sourceType: sourceOf(protocol), ...(peerIP === undefined ? {} : { peerIP }) },
  };
}

/** By the name of the protocol, which the configuration gives. */
function sourceOf(protocol: string): NonNullable<NonNullable<RouteStatus['learnedFrom']>['sourceType']> {
  const type = peerTypeOf(protocol);
  if (type !== undefined) return type === 'NodeMesh' ? 'NodeMesh' : 'BGPPeer';
  if (protocol.startsWith('kernel')) return 'Kernel';
  return protocol.startsWith('direct') ? 'Direct' : 'Static';
}
