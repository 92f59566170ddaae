import { symbol } from '../bird/expressions.ts';
import type { BirdItem, BirdOption, BirdPart } from '../bird/model.ts';
import { option } from '../bird/option.ts';
import type { BirdExpression } from '../bird/statement.ts';
import { type Cidr, cidrLength } from '../net/cidr.ts';
import { addressBits } from '../net/ip.ts';
import type { BirdFamily } from './bird-family.ts';

/**
 * Routes that exist in BIRD's table only, so that peers learn them: own blocks and services. Routes to peers that are
 * not reached otherwise (`reachableBy`) go into the kernel, too.
 */
export function staticParts(state: BirdFamily): readonly BirdPart[] {
  const { family, announced, reachableBy } = state;
  // A block of one address is told as the route to its pod, as soon as there is one.
  const blocks = state.blocks.filter((cidr) => cidrLength(cidr) < addressBits(family));
  return [
    ...part(`Own blocks, IPv${family}`, protocol(`blocks${family}`, family, blocks.map(blackhole))),
    ...part(`Services, IPv${family}`, protocol(`services${family}`, family, announced.map(blackhole))),
    ...part(`Ways to peers, IPv${family}`, protocol(`reachable${family}`, family, reachableBy.map(wayToPeer))),
  ];
}

function part(comment: string, item: BirdItem | undefined): readonly BirdPart[] {
  return item === undefined ? [] : [{ comment: [comment], items: [item] }];
}

function protocol(name: string, family: 4 | 6, routes: readonly BirdOption[]): BirdItem | undefined {
  if (routes.length === 0) return undefined;
  const channel = option(`ipv${family}`);
  return { kind: 'block', head: ['protocol static', symbol(name)], items: [channel, ...routes] };
}

function blackhole(cidr: Cidr): BirdOption {
  return option('route', network(cidr), 'blackhole');
}

function wayToPeer({ peer, via, origin }: BirdFamily['reachableBy'][number]): BirdOption {
  const route = option('route', network(peer), 'via', { kind: 'address', ip: via });
  return { ...route, origin: `${origin.kind} "${origin.name}"` };
}

function network(cidr: Cidr): BirdExpression {
  return { kind: 'network', cidr };
}
