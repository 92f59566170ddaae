import { objectText } from '../base/object-text.ts';
import { address, network, symbol } from '../bird/expressions.ts';
import type { BirdBlock, BirdOption, BirdPart } from '../bird/model.ts';
import { option } from '../bird/option.ts';
import { type Cidr, isSingleAddress } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import type { BirdFamily } from './bird-family.ts';

/**
 * Routes that exist in BIRD's table only, so that peers learn them: own blocks and services. Routes to peers that are
 * not reached otherwise (`reachableBy`) go into the kernel, too.
 */
export function staticParts(state: BirdFamily): readonly BirdPart[] {
  const { family, announced, reachableBy } = state;
  // A block of one address is told as the route to its pod, as soon as there is one.
  const blocks = state.blocks.filter((cidr) => !isSingleAddress(cidr));
  return [
    ...staticPart('Own blocks', 'blocks', family, blocks.map(blackhole)),
    ...staticPart('Services', 'services', family, announced.map(blackhole)),
    ...staticPart('Ways to peers', 'reachable', family, reachableBy.map(wayToPeer)),
  ];
}

function staticPart(about: string, name: string, family: Family, routes: readonly BirdOption[]): readonly BirdPart[] {
  if (routes.length === 0) return [];
  const head = ['protocol static', symbol(`${name}${family}`)];
  const protocol: BirdBlock = { kind: 'block', head, items: [option(`ipv${family}`), ...routes] };
  return [{ comment: [`${about}, IPv${family}`], items: [protocol] }];
}

function blackhole(cidr: Cidr): BirdOption {
  return option('route', network(cidr), 'blackhole');
}

function wayToPeer({ peer, via, origin }: BirdFamily['reachableBy'][number]): BirdOption {
  const route = option('route', network(peer), 'via', address(via));
  return { ...route, origin: objectText(origin) };
}
