import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seedBgpConfiguration, seedBgpSnapshot } from '../../test/support/seed-bgp.ts';
import { seedPool } from '../../test/support/seed-cluster.ts';
import type { IPPool } from '../api/calico.ts';
import { type RouteProgramming, routeProgrammings } from '../api/route-programming.ts';
import { computeNodeState } from '../desired/compute.ts';
import type { Backend } from '../desired/snapshot.ts';
import { routeProtocol } from '../net/route.ts';
import { readRoutedPools } from './pool.ts';
import { routeOwners } from './route-owner.ts';

const modes: Readonly<Record<string, Partial<IPPool['spec']>>> = {
  none: {},
  'ipip Always': { ipipMode: 'Always' },
  'ipip CrossSubnet': { ipipMode: 'CrossSubnet' },
  'vxlan Always': { vxlanMode: 'Always' },
  'vxlan CrossSubnet': { vxlanMode: 'CrossSubnet' },
  'not exported': { disableBGPExport: true },
};
const asked: readonly (RouteProgramming | undefined)[] = [undefined, ...routeProgrammings];

const combinations = (['none', 'vxlan', 'bird'] as const).flatMap((backend) =>
  Object.keys(modes).flatMap((mode) =>
    asked.flatMap((birdRoutes) => asked.map((agentRoutes) => ({ backend, mode, birdRoutes, agentRoutes }))),
  ),
);

describe('route owner: every backend, encapsulation and setting', () => {
  for (const { backend, mode, birdRoutes, agentRoutes } of combinations) {
    test(`${backend}, pool ${mode}, BIRD ${birdRoutes}, agent ${agentRoutes} -> every remote block once`, () => {
      const snapshot = seedBgpSnapshot(
        birdRoutes === undefined
          ? {}
          : { configurations: [seedBgpConfiguration({ programClusterRoutes: birdRoutes })] },
        {
          backend,
          pools: [seedPool('p', '10.24.0.0/16', modes[mode])],
          nodes: seedBgpSnapshot({}).nodes.slice(0, 3).map(withTunnels),
          felixConfigurations:
            agentRoutes === undefined
              ? []
              : [{ metadata: { name: 'default' }, spec: { programClusterRoutes: agentRoutes } }],
        },
      );
      const { routes, birdPrefixes, bgp } = computeNodeState(snapshot);
      const agents = routes
        .filter(({ kind, protocol }) => kind === 'unicast' && protocol === routeProtocol.weft)
        .map(({ destination }) => destination);
      assert.deepEqual([...agents, ...birdPrefixes].sort(), ['10.24.0.0/26', '10.24.2.0/26']);
      assert.equal(bgp?.pools[0]?.kernelRoutes, birdPrefixes.length === 0 ? 'agent' : 'bird');
      if (backend !== 'bird' || mode !== 'none') assert.deepEqual(birdPrefixes, []);
    });
  }
});

function withTunnels(node: ReturnType<typeof seedBgpSnapshot>['nodes'][number], index: number): typeof node {
  const annotations = {
    ...node.metadata.annotations,
    'projectcalico.org/IPv4VXLANTunnelAddr': `10.24.${index}.0`,
    'projectcalico.org/IPv4IPIPTunnelAddr': `10.24.${index}.0`,
  };
  return { metadata: { ...node.metadata, annotations } };
}

const decisions: readonly {
  readonly name: string;
  readonly backend?: Backend;
  readonly mode: keyof typeof modes;
  readonly bird?: RouteProgramming;
  readonly agent?: RouteProgramming;
  readonly owner: 'agent' | 'bird';
  readonly problem?: RegExp;
}[] = [
  { name: 'nothing said', mode: 'none', owner: 'bird' },
  { name: 'nothing said', mode: 'ipip Always', owner: 'agent' },
  { name: 'nothing said', mode: 'vxlan Always', owner: 'agent' },
  {
    name: 'the defaults of both, said',
    mode: 'none',
    bird: 'EnabledNoEncapOnly',
    agent: 'EnabledIPIPOnly',
    owner: 'bird',
  },
  { name: 'BIRD Disabled alone', mode: 'none', bird: 'Disabled', owner: 'agent' },
  { name: 'agent Enabled alone', mode: 'none', agent: 'Enabled', owner: 'agent' },
  { name: 'BIRD Disabled, agent Enabled', mode: 'none', bird: 'Disabled', agent: 'Enabled', owner: 'agent' },
  { name: 'agent Disabled alone', mode: 'none', agent: 'Disabled', owner: 'bird' },
  {
    name: 'both Enabled',
    mode: 'none',
    bird: 'Enabled',
    agent: 'Enabled',
    owner: 'agent',
    problem:
      /^pool p: .* Enabled in BGPConfiguration and Enabled in Felix.* both BIRD and the agent .*: the agent does$/,
  },
  {
    name: 'both Disabled',
    mode: 'none',
    bird: 'Disabled',
    agent: 'Disabled',
    owner: 'agent',
    problem: /nobody would write its routes: the agent does$/,
  },
  {
    name: 'BIRD asked for tunnels',
    mode: 'ipip Always',
    bird: 'Enabled',
    agent: 'Disabled',
    owner: 'agent',
    problem: /so that BIRD would write its routes: the agent does, for BIRD has no tunnels$/,
  },
  { name: 'nothing said', mode: 'not exported', owner: 'agent' },
  { name: 'agent Disabled alone', mode: 'not exported', agent: 'Disabled', owner: 'agent' },
  {
    name: 'BIRD asked for what it does not tell',
    mode: 'not exported',
    bird: 'EnabledNoEncapOnly',
    owner: 'agent',
    problem:
      /so that BIRD would write its routes: the agent does, for disableBGPExport keeps BIRD from telling of them$/,
  },
  { name: 'vxlan whatever is said', mode: 'vxlan Always', bird: 'Enabled', agent: 'Disabled', owner: 'agent' },
  { name: 'no BGP, contradiction', backend: 'none', mode: 'none', bird: 'Enabled', agent: 'Enabled', owner: 'agent' },
];

for (const { name, backend = 'bird', mode, bird, agent, owner, problem } of decisions) {
  test(`route owner: ${name}, pool ${mode}, backend ${backend} -> ${owner}`, () => {
    const problems = new Set<string>();
    const pools = readRoutedPools([seedPool('p', '10.24.0.0/16', modes[mode])], problems);
    const owners = routeOwners(pools, { backend, agentRoutes: agent, birdRoutes: bird }, problems);
    assert.equal(owners.get('p'), owner);
    if (problem === undefined) assert.deepEqual([...problems], []);
    else assert.match([...problems].join('\n'), problem);
  });
}
