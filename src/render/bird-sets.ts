import type { BirdDefinition } from '../bird/model.ts';
import type { BirdPrefix } from '../bird/statement.ts';
import { type Cidr, cidrFamily, cidrLength } from '../net/cidr.ts';
import { addressBits } from '../net/ip.ts';
import type { BirdFamily } from './bird-family.ts';

/**
 * The sets of networks that the filters of one IP version look into, by name. BIRD has no empty sets: what would be empty
 * is not there, and a filter leaves out the question.
 */
export type BirdSets = Readonly<Partial<Record<BirdSetName, BirdDefinition>>>;

export type BirdSetName =
  | 'own_blocks'
  | 'inside_own_blocks'
  | 'pools'
  | 'exported_pools'
  | 'unexported_pools'
  | 'agent_pools'
  | 'pools_and_wider'
  | 'service_networks'
  | 'passed_on';

/** Sets as definitions, `own_blocks4` for IPv4. */
export function birdSets(state: BirdFamily): BirdSets {
  const { family, pools, blocks } = state;
  const bits = addressBits(family);
  const sets: Record<string, BirdDefinition> = {};
  const define = (name: BirdSetName, comment: string, prefixes: readonly BirdPrefix[]) => {
    if (prefixes.length === 0) return;
    sets[name] = { kind: 'define', name: `${name}${family}`, comment, value: { kind: 'prefixes', prefixes } };
  };
  const poolPrefixes = (chosen: BirdFamily['pools'], widen: (cidr: Cidr) => BirdPrefix) =>
    chosen.map(({ name, cidr }) => ({ ...widen(cidr), origin: `IPPool "${name}"` }));

  define('own_blocks', 'Blocks of this node', blocks.map(exactly));
  define('inside_own_blocks', 'Routes to parts of them', blocks.filter((cidr) => cidrLength(cidr) < bits).map(inside));
  define('pools', 'Pools and all that is inside them', poolPrefixes(pools, within));
  define('pools_and_wider', 'Networks that hold a whole pool', poolPrefixes(pools, holding));
  define(
    'exported_pools',
    'Pools that peers learn of',
    poolPrefixes(
      pools.filter((pool) => pool.exported),
      within,
    ),
  );
  define(
    'unexported_pools',
    'Pools with disableBGPExport',
    poolPrefixes(
      pools.filter((pool) => !pool.exported),
      within,
    ),
  );
  define(
    'agent_pools',
    'Pools whose routes the agent writes into the kernel',
    poolPrefixes(
      pools.filter((pool) => pool.kernelRoutes === 'agent'),
      within,
    ),
  );
  define('service_networks', 'Networks of services: never routed by the kernel', state.serviceNetworks.map(within));
  define('passed_on', 'Networks of services that this route reflector passes on', state.passedOn.map(within));
  return sets;
}

/** The network and all that is inside it. */
export function within(cidr: Cidr): BirdPrefix {
  return { cidr, shortest: cidrLength(cidr), longest: addressBits(cidrFamily(cidr)) };
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
