import { all, any, netIn, not, number, operation, word } from '../bird/expressions.ts';
import type { BirdItem } from '../bird/model.ts';
import type { BirdStatement } from '../bird/statement.ts';
import { reject, remark, when } from '../bird/statements.ts';
import { shortestLength } from '../routing/refused-route.ts';
import type { BirdFamily } from './bird-family.ts';
import { type BirdSets, whenIn } from './bird-sets.ts';

/**
 * Refuses, from whoever it comes, what only this node can say: where its own blocks are. A single address may have been
 * borrowed by another node.
 */
export function refuseOwn({ family }: BirdFamily, sets: BirdSets): BirdItem {
  return { kind: 'function', name: `refuse_own${family}`, parameters: [], body: whenIn(sets.only_ours, reject) };
}

/**
 * What a router outside the cluster, or in a pod, may not say unless a BGPFilter accepts it: a default route or one that
 * is nearly one, where nodes are, a route over a whole pool, a route into a pool that did not begin in the cluster. What
 * {@link refuseOwn} refuses is refused here, too: without a BGPFilter in between, this is the only question.
 */
export function refuseForeign({ family }: BirdFamily, sets: BirdSets, clusterAsNumbers: readonly number[]): BirdItem {
  const body: BirdStatement[] = [
    ...whenIn(sets.only_ours, reject),
    remark('The default route, or parts that together make one.'),
    when(operation('net.len', '<', number(shortestLength(family))), reject),
  ];
  if (sets.nodes !== undefined) {
    body.push(remark('Where nodes are.'), when(netIn(sets.nodes.name), reject));
  }
  if (sets.pools_and_wider !== undefined) {
    body.push(remark('A route over a whole pool.'), when(netIn(sets.pools_and_wider.name), reject));
  }
  if (sets.pools !== undefined) {
    const fromHere = any(
      all(word('same_as'), operation('bgp_path.len', '=', number(0))),
      ...(clusterAsNumbers.length === 0
        ? []
        : [operation('bgp_path.last', '~', { kind: 'numbers', values: clusterAsNumbers })]),
    );
    body.push(
      remark('A route into a pool that did not begin in this cluster; an empty path is of the own AS.'),
      when(all(netIn(sets.pools.name), not(fromHere)), reject),
    );
  }
  return {
    kind: 'function',
    name: `refuse_foreign${family}`,
    parameters: [{ type: 'bool', name: 'same_as' }],
    // Routers announce tables of many thousand routes: all but a few pass with this one question.
    body: whenIn(sets.guarded, ...body),
  };
}
