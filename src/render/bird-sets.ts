import { objectText } from '../base/object-text.ts';
import { netIn } from '../bird/expressions.ts';
import type { BirdDefinition } from '../bird/model.ts';
import type { BirdPrefix, BirdStatement } from '../bird/statement.ts';
import { when } from '../bird/statements.ts';
import { type Cidr, cidrContains, cidrFamily, cidrLength, isSingleAddress, parseCidr } from '../net/cidr.ts';
import { addressBits, type Family } from '../net/ip.ts';
import type { BgpPool } from '../routing/bgp-state.ts';
import { linkLocal, shortestLength } from '../routing/refused-route.ts';
import type { BirdFamily } from './bird-family.ts';

/**
 * The sets of networks that the filters of one IP version look into, by name. BIRD has no empty sets: what would be empty
 * is not there, and a filter leaves out the question.
 */
export type BirdSets = Readonly<Partial<Record<BirdSetName, BirdDefinition>>>;

export type BirdSetName =
  | 'own_blocks'
  | 'inside_own_blocks'
  | 'only_ours'
  | 'guarded'
  | 'pools'
  | 'exported_pools'
  | 'unexported_pools'
  | 'agent_pools'
  | 'pools_and_wider'
  | 'nodes'
  | 'service_networks'
  | 'passed_on';

/** Sets as definitions, `own_blocks4` for IPv4. */
export function birdSets(state: BirdFamily): BirdSets {
  const { family, pools, blocks, links, farNodes } = state;
  const sets: Record<string, BirdDefinition> = {};
  const define = (name: BirdSetName, comment: string, prefixes: readonly BirdPrefix[]) => {
    if (prefixes.length === 0) return;
    sets[name] = { kind: 'define', name: `${name}${family}`, comment, value: { kind: 'prefixes', prefixes } };
  };
  const ofPools = (widen: (cidr: Cidr) => BirdPrefix, isMeant: (pool: BgpPool) => boolean = () => true) =>
    pools.filter(isMeant).map(({ name, cidr }) => ({ ...widen(cidr), origin: objectText({ kind: 'IPPool', name }) }));

  define('own_blocks', 'Blocks of this node', blocks.map(exactly));
  define('inside_own_blocks', 'Routes to parts of them', blocks.filter(hasParts).map(inside));
  const ours = (cidr: Cidr) => (hasParts(cidr) ? { ...within(cidr), longest: addressBits(family) - 1 } : exactly(cidr));
  define('only_ours', 'What only this node can say: blocks, and parts that are no single addresses', blocks.map(ours));
  define('pools', 'Pools and all that is inside them', ofPools(within));
  define('pools_and_wider', 'Networks that hold a whole pool', ofPools(holding));
  const isExported = ({ exported }: BgpPool) => exported;
  define('exported_pools', 'Pools that peers learn of', ofPools(within, isExported));
  const isSilent = ({ exported }: BgpPool) => !exported;
  define('unexported_pools', 'Pools with disableBGPExport', ofPools(within, isSilent));
  const isAgents = ({ kernelRoutes }: BgpPool) => kernelRoutes === 'agent';
  define('agent_pools', 'Pools whose routes the agent writes into the kernel', ofPools(within, isAgents));
  const nodes = [within(linkLocal[family]), ...links.filter(hasParts).map(inside), ...farNodes.map(exactly)];
  define('nodes', "What is of one link, hosts of the node's own networks, and other nodes", nodes);
  define('guarded', 'All that may be refused of outside routers: nearly default routes, nodes, what touches a pool', [
    { cidr: everything[family], shortest: 0, longest: shortestLength(family) - 1 },
    ...nodes,
    // A pool may be gone before its blocks.
    ...blocks.filter((block) => !pools.some(({ cidr }) => cidrContains(cidr, block))).map(ours),
    ...ofPools((cidr) => ({ ...within(cidr), shortest: 0 })),
  ]);
  define('service_networks', 'Networks of services: never routed by the kernel', state.serviceNetworks.map(within));
  define('passed_on', 'Networks of services that this route reflector passes on', state.passedOn.map(within));
  return sets;
}

/** `if net ~ SET then ...`; nothing when the set is empty. */
export function whenIn(set: BirdDefinition | undefined, ...then: readonly BirdStatement[]): readonly BirdStatement[] {
  return set === undefined ? [] : [when(netIn(set.name), ...then)];
}

/** The network and all that is inside it. */
export function within(cidr: Cidr): BirdPrefix {
  return { cidr, shortest: cidrLength(cidr), longest: addressBits(cidrFamily(cidr)) };
}

const everything: Readonly<Record<Family, Cidr>> = { 4: parseCidr('0.0.0.0/0'), 6: parseCidr('::/0') };

function hasParts(cidr: Cidr): boolean {
  return !isSingleAddress(cidr);
}

function exactly(cidr: Cidr): BirdPrefix {
  return { cidr, shortest: cidrLength(cidr), longest: cidrLength(cidr) };
}

function inside(cidr: Cidr): BirdPrefix {
  return { ...within(cidr), shortest: cidrLength(cidr) + 1 };
}

function holding(cidr: Cidr): BirdPrefix {
  return { ...exactly(cidr), shortest: 0 };
}
