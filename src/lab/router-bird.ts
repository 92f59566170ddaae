import { cidrFamily } from '../net/cidr.ts';
import { ipFamily } from '../net/ip.ts';
import type { LabRouter, RouterNeighbor } from './lab-router.ts';
import { birdSessionName, routerId, stubDevice } from './router-names.ts';

/** The configuration of BIRD 2 as a router. @see BIRD 2 User's Guide, chapters 3 and 6 */
export function birdRouterConfig(router: LabRouter): string {
  const families = [4, 6].filter(
    (family) => family === 4 || router.neighbors.some((one) => ipFamily(one.address) === family),
  );
  const stubs = router.announce.map((_, index) => `"${stubDevice(index)}"`);
  return [
    `# Router "${router.name}" of a lab: BIRD 2, AS ${router.asNumber}.`,
    `router id ${routerId(router)};`,
    'log stderr all;',
    'graceful restart wait 10;',
    'protocol device { scan time 2; }',
    '# The way to next hops.',
    `protocol direct underlay { ${channels(families)} interface "eth*"; }`,
    ...(stubs.length === 0
      ? []
      : ['# Networks of its own.', `protocol direct stubs { ${channels(families)} interface ${stubs.join(', ')}; }`]),
    ...families.map(
      (family) =>
        `protocol kernel kernel${family} { scan time 2; merge paths on; ipv${family} { import none; export where source = RTS_BGP; }; }`,
    ),
    ...(router.bfd ? ['protocol bfd { interface "eth*" { min rx interval 300 ms; min tx interval 300 ms; }; }'] : []),
    ...router.neighbors.map((neighbor) => session(router, neighbor)),
    '',
  ].join('\n');
}

function channels(families: readonly number[]): string {
  return families.map((family) => `ipv${family};`).join(' ');
}

function session(router: LabRouter, neighbor: RouterNeighbor): string {
  const family = ipFamily(neighbor.address);
  const toNode = neighbor.kind === 'node';
  // What comes from another AS is reached by this router, also by the members of its own AS.
  const nextHop = neighbor.asNumber === router.asNumber ? ' next hop self ebgp;' : '';
  const announces = router.announce.some((cidr) => cidrFamily(cidr) === family);
  const exported = announces ? 'where source = RTS_BGP || proto = "stubs"' : 'where source = RTS_BGP';
  return [
    `protocol bgp ${birdSessionName(neighbor)} {`,
    `  local ${neighbor.source} as ${router.asNumber};`,
    `  neighbor ${neighbor.address} as ${neighbor.asNumber};`,
    '  connect delay time 1; connect retry time 5; error wait time 1, 10; graceful restart on;',
    ...(toNode && router.password !== undefined ? [`  password ${JSON.stringify(router.password)};`] : []),
    ...(toNode && router.bfd ? ['  bfd on;'] : []),
    ...(toNode && router.reflector ? [`  rr client; rr cluster id ${routerId(router)};`] : []),
    `  ipv${family} { import all; export ${exported};${nextHop} };`,
    '}',
  ].join('\n');
}
