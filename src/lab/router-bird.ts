import { cidrFamily } from '../net/cidr.ts';
import { ipFamily } from '../net/ip.ts';
import type { LabRouter, RouterNeighbor } from './lab-router.ts';
import { birdSessionName, routerId, stubDevice } from './router-names.ts';

/**
 * The configuration of BIRD as a router. BIRD 1.6 has IPv4 only and no channels: what BIRD 2 has in those stands in the
 * protocol itself.
 *
 * @see BIRD 1.6 and 2 User's Guides, chapters 3 and 6
 */
export function birdRouterConfig(router: LabRouter, version: '1.6' | '2'): string {
  const neighbors = router.neighbors.filter((one) => version === '2' || ipFamily(one.address) === 4);
  const families = [4, 6].filter(
    (family) => family === 4 || neighbors.some(({ address }) => ipFamily(address) === family),
  );
  const channels = version === '2' ? families.map((family) => `ipv${family}; `).join('') : '';
  const stubs = router.announce.map((_, index) => `"${stubDevice(index)}"`);
  const kernel = families.map((family) => {
    const name = version === '2' ? ` kernel${family}` : '';
    const exchange = channel(version, family, 'import none; export where source = RTS_BGP;');
    return `protocol kernel${name} { scan time 2; merge paths on; ${exchange} }`;
  });
  return [
    `# Router "${router.name}" of a lab: BIRD ${version}, AS ${router.asNumber}.`,
    `router id ${routerId(router)};`,
    'log stderr all;',
    'graceful restart wait 10;',
    'protocol device { scan time 2; }',
    '# The way to next hops.',
    `protocol direct underlay { ${channels}interface "eth*"; }`,
    ...(stubs.length === 0
      ? []
      : ['# Networks of its own.', `protocol direct stubs { ${channels}interface ${stubs.join(', ')}; }`]),
    ...kernel,
    ...(router.bfd ? ['protocol bfd { interface "eth*" { min rx interval 300 ms; min tx interval 300 ms; }; }'] : []),
    ...neighbors.map((neighbor) => session(router, neighbor, version)),
    '',
  ].join('\n');
}

function session(router: LabRouter, neighbor: RouterNeighbor, version: '1.6' | '2'): string {
  const family = ipFamily(neighbor.address);
  const toNode = neighbor.kind === 'node';
  // What comes from another AS is reached by this router, also by the members of its own AS.
  const nextHop = version === '2' && neighbor.asNumber === router.asNumber ? ' next hop self ebgp;' : '';
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
    `  ${channel(version, family, `import all; export ${exported};${nextHop}`)}`,
    '}',
  ].join('\n');
}

function channel(version: '1.6' | '2', family: number, options: string): string {
  return version === '2' ? `ipv${family} { ${options} };` : options;
}
