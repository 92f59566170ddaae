import type { NodeState } from '../desired/node-state.ts';
import type { Table } from '../nft/model.ts';
import { renderFilterChains } from './nft-filter.ts';
import { renderNatChains } from './nft-nat.ts';
import { renderRawChains } from './nft-raw.ts';
import { renderSets } from './nft-sets.ts';

/** What {@link renderNftTable} and its parts are told about names. */
export interface NftNames {
  readonly interfacePrefix: string;
  readonly tableName: string;
}

/**
 * The one table. Its structure depends on the kinds of tunnels and pools only; pods, nodes and networks are elements
 * of a few sets, so that a pod that comes or goes changes elements and a packet's cost does not grow with their number.
 */
export function renderNftTable(state: NodeState, names: NftNames): Table {
  return {
    family: 'inet',
    name: names.tableName,
    comment: `Weft: pod network of node ${state.node}, kept so by its agent`,
    sets: renderSets(state),
    maps: [],
    chains: [...renderRawChains(state, names), ...renderFilterChains(state, names), ...renderNatChains(state)],
  };
}
