import { decide } from '../bird/decide.ts';
import { all, any, netIn, number, operation } from '../bird/expressions.ts';
import type { BirdItem } from '../bird/model.ts';
import type { BirdStatement } from '../bird/statement.ts';
import { addressBits } from '../net/ip.ts';
import type { BirdFamily } from './bird-family.ts';
import type { BirdSets } from './bird-sets.ts';

/** Refuses, from whoever it comes, what only this node can say: where its own blocks are. */
export function refuseOwn({ family }: BirdFamily, sets: BirdSets): BirdItem {
  const body: BirdStatement[] = [];
  if (sets.own_blocks !== undefined) body.push(decide(netIn(sets.own_blocks.name), 'reject'));
  if (sets.inside_own_blocks !== undefined) {
    body.push({ kind: 'comment', text: 'A single address may have been borrowed by another node.' });
    const part = netIn(sets.inside_own_blocks.name);
    body.push(decide(all(part, operation('net.len', '<', number(addressBits(family)))), 'reject'));
  }
  return { kind: 'function', name: `refuse_own${family}`, parameters: [], body };
}

/**
 * What a router outside the cluster may not say unless a BGPFilter accepts it: a default route, a route over a whole pool,
 * a route into a pool that did not begin in the cluster. An empty AS path is of our own AS.
 */
export function refuseForeign({ family }: BirdFamily, sets: BirdSets, clusterAsNumbers: readonly number[]): BirdItem {
  const body: BirdStatement[] = [
    { kind: 'comment', text: 'The default route.' },
    decide(operation('net.len', '=', number(0)), 'reject'),
  ];
  if (sets.pools_and_wider !== undefined) {
    body.push(
      { kind: 'comment', text: 'A route over a whole pool.' },
      decide(netIn(sets.pools_and_wider.name), 'reject'),
    );
  }
  if (sets.pools !== undefined) {
    const fromHere = any(
      operation('bgp_path.len', '=', number(0)),
      ...(clusterAsNumbers.length === 0
        ? []
        : [operation('bgp_path.last', '~', { kind: 'numbers', values: clusterAsNumbers })]),
    );
    body.push(
      { kind: 'comment', text: 'A route into a pool that did not begin in this cluster.' },
      decide(all(netIn(sets.pools.name), { kind: 'not', of: fromHere }), 'reject'),
    );
  }
  return { kind: 'function', name: `refuse_foreign${family}`, parameters: [], body };
}
