import type { NodeState } from '../desired/node-state.ts';
import type { NftSet, Table } from '../nft/model.ts';
import { renderFilterChains } from './nft-filter.ts';
import { renderNatChains } from './nft-nat.ts';
import { renderRawChains } from './nft-raw.ts';
import { renderSets } from './nft-sets.ts';
import { type PolicyRendering, renderPolicyTable } from './policy-rendering.ts';

/** What {@link renderNftTable} and its parts are told about names. */
export interface NftNames {
  readonly interfacePrefix: string;
  readonly tableName: string;
}

/**
 * The one table. Pods, nodes, networks and whom rules select are elements of a few sets and maps, so that a pod that
 * comes or goes changes elements; policies are chains that endpoints share. A packet's cost grows with neither.
 */
export function renderNftTable(state: NodeState, policy: PolicyRendering, names: NftNames): Table {
  const { sets, maps, chains } = renderPolicyTable(policy);
  return {
    family: 'inet',
    name: names.tableName,
    comment: `Weft: pod network of node ${state.node}, kept so by its agent`,
    sets: [...setsOf(state), ...sets],
    maps,
    chains: [
      ...renderRawChains(state, policy, names),
      ...renderFilterChains(state, policy, names),
      ...renderNatChains(state),
      ...chains,
    ],
  };
}

const setsByState = new WeakMap<NodeState, readonly NftSet[]>();

/** Policy changes all the time and the node seldom: its sets are as long as it has pods, and are rendered once. */
function setsOf(state: NodeState): readonly NftSet[] {
  const known = setsByState.get(state) ?? renderSets(state);
  setsByState.set(state, known);
  return known;
}
