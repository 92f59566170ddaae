import { cidrFamily } from '../net/cidr.ts';
import { ipFamily } from '../net/ip.ts';
import type { LabRouter, RouterNeighbor } from './lab-router.ts';
import { routerId } from './router-names.ts';

/**
 * The configuration of ExaBGP as a router: it announces its networks, and hands what it learns to a process that
 * writes routes, for it has no routing table of its own. It passes nothing on.
 *
 * @param follower the command of that process
 * @see ExaBGP, "Configuration Syntax"
 */
export function exabgpRouterConfig(router: LabRouter, follower: readonly string[]): string {
  return [
    `# Router "${router.name}" of a lab: ExaBGP, AS ${router.asNumber}.`,
    'process fib {',
    `  run ${follower.join(' ')};`,
    '  encoder json;',
    '}',
    ...router.neighbors.map((neighbor) => session(router, neighbor)),
    '',
  ].join('\n');
}

function session(router: LabRouter, { address, asNumber, source, kind }: RouterNeighbor): string {
  const family = ipFamily(address);
  const networks = router.announce.filter((cidr) => cidrFamily(cidr) === family);
  return [
    `neighbor ${address} {`,
    `  router-id ${routerId(router)};`,
    `  local-address ${source};`,
    `  local-as ${router.asNumber};`,
    `  peer-as ${asNumber};`,
    ...(kind === 'node' && router.password !== undefined ? [`  md5-password ${JSON.stringify(router.password)};`] : []),
    `  family { ipv${family} unicast; }`,
    '  api { processes [ fib ]; neighbor-changes; receive { parsed; update; } }',
    ...(networks.length === 0
      ? []
      : [`  static { ${networks.map((cidr) => `route ${cidr} next-hop self;`).join(' ')} }`]),
    '}',
  ].join('\n');
}
