import { cidrFamily } from '../net/cidr.ts';
import { type Family, ipFamily } from '../net/ip.ts';
import type { LabRouter, RouterNeighbor } from './lab-router.ts';
import { routerId } from './router-names.ts';

/** The configuration of FRR's bgpd as a router. @see FRR User Manual, "BGP" */
export function frrRouterConfig(router: LabRouter): string {
  return [
    `! Router "${router.name}" of a lab: FRR, AS ${router.asNumber}.`,
    `hostname ${router.name}`,
    'log stdout',
    `router bgp ${router.asNumber}`,
    ` bgp router-id ${routerId(router)}`,
    ' no bgp ebgp-requires-policy',
    ' no bgp default ipv4-unicast',
    ...(router.reflector ? [` bgp cluster-id ${routerId(router)}`] : []),
    ...router.neighbors.flatMap((neighbor) => session(router, neighbor)),
    ...([4, 6] as const).flatMap((family) => addressFamily(router, family)),
    '',
  ].join('\n');
}

function session(router: LabRouter, { address, asNumber, source, kind }: RouterNeighbor): readonly string[] {
  const toNode = kind === 'node';
  return [
    ` neighbor ${address} remote-as ${asNumber}`,
    ` neighbor ${address} update-source ${source}`,
    ` neighbor ${address} timers connect 5`,
    ` neighbor ${address} advertisement-interval 0`,
    ...(toNode && router.password !== undefined ? [` neighbor ${address} password ${router.password}`] : []),
    ...(toNode && router.bfd ? [` neighbor ${address} bfd`] : []),
  ];
}

function addressFamily(router: LabRouter, family: Family): readonly string[] {
  const neighbors = router.neighbors.filter((one) => ipFamily(one.address) === family);
  const networks = router.announce.filter((cidr) => cidrFamily(cidr) === family);
  if (neighbors.length === 0 && networks.length === 0) return [];
  return [
    ` address-family ipv${family} unicast`,
    ...networks.map((cidr) => `  network ${cidr}`),
    ...neighbors.flatMap(({ address, kind }) => [
      `  neighbor ${address} activate`,
      ...(kind === 'node' && router.reflector ? [`  neighbor ${address} route-reflector-client`] : []),
      // Only of routes from another AS; without "force" reflected ones keep theirs.
      ...(kind === 'node' && router.reflector ? [`  neighbor ${address} next-hop-self`] : []),
    ]),
    ' exit-address-family',
  ];
}
