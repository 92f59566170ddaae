import { ipFamily } from '../net/ip.ts';
import type { LabRouter, RouterNeighbor } from './lab-router.ts';
import { routerId } from './router-names.ts';

/** The configuration of gobgpd (TOML) as a router. @see GoBGP, docs/sources/configuration.md */
export function gobgpRouterConfig(router: LabRouter): string {
  return [
    `# Router "${router.name}" of a lab: GoBGP, AS ${router.asNumber}.`,
    '[global.config]',
    `as = ${router.asNumber}`,
    `router-id = "${routerId(router)}"`,
    ...router.neighbors.flatMap((neighbor) => session(router, neighbor)),
    '',
  ].join('\n');
}

function session(router: LabRouter, { address, asNumber, source, kind }: RouterNeighbor): readonly string[] {
  const toNode = kind === 'node';
  return [
    '',
    '[[neighbors]]',
    '[neighbors.config]',
    `neighbor-address = "${address}"`,
    `peer-as = ${asNumber}`,
    ...(toNode && router.password !== undefined ? [`auth-password = ${JSON.stringify(router.password)}`] : []),
    '[neighbors.transport.config]',
    `local-address = "${source}"`,
    '[neighbors.timers.config]',
    'connect-retry = 5',
    'idle-hold-time-after-reset = 1',
    ...(toNode && router.reflector
      ? [
          '[neighbors.route-reflector.config]',
          'route-reflector-client = true',
          `route-reflector-cluster-id = "${routerId(router)}"`,
        ]
      : []),
    '[[neighbors.afi-safis]]',
    '[neighbors.afi-safis.config]',
    `afi-safi-name = "ipv${ipFamily(address)}-unicast"`,
  ];
}
