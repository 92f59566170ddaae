import { ipFamily } from '../net/ip.ts';
import type { LabRouter, RouterNeighbor } from './lab-router.ts';
import { birdSessionName, routerId, stubDevice } from './router-names.ts';

/** The configuration of BIRD 1.6 as a router, IPv4 only. @see BIRD 1.6 User's Guide, chapters 3 and 6 */
export function bird1RouterConfig(router: LabRouter): string {
  const stubs = router.announce.map((_, index) => `"${stubDevice(index)}"`);
  return [
    `# Router "${router.name}" of a lab: BIRD 1.6, AS ${router.asNumber}.`,
    `router id ${routerId(router)};`,
    'log stderr all;',
    'graceful restart wait 10;',
    'protocol device { scan time 2; }',
    '# The way to next hops.',
    'protocol direct underlay { interface "eth*"; }',
    ...(stubs.length === 0
      ? []
      : ['# Networks of its own.', `protocol direct stubs { interface ${stubs.join(', ')}; }`]),
    'protocol kernel { scan time 2; merge paths on; import none; export where source = RTS_BGP; }',
    ...router.neighbors.filter((one) => ipFamily(one.address) === 4).map((neighbor) => session(router, neighbor)),
    '',
  ].join('\n');
}

function session(router: LabRouter, neighbor: RouterNeighbor): string {
  const toNode = neighbor.kind === 'node';
  const exported = router.announce.length > 0 ? 'where source = RTS_BGP || proto = "stubs"' : 'where source = RTS_BGP';
  return [
    `protocol bgp ${birdSessionName(neighbor)} {`,
    `  local ${neighbor.source} as ${router.asNumber};`,
    `  neighbor ${neighbor.address} as ${neighbor.asNumber};`,
    '  connect delay time 1; connect retry time 5; error wait time 1, 10; graceful restart on;',
    ...(toNode && router.password !== undefined ? [`  password ${JSON.stringify(router.password)};`] : []),
    ...(toNode && router.reflector ? [`  rr client; rr cluster id ${routerId(router)};`] : []),
    `  import all; export ${exported};`,
    '}',
  ].join('\n');
}
