import { createHash } from 'node:crypto';
import type { Cidr } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import { maxComment, type NftSet } from '../nft/model.ts';
import type { PolicyState, PortMatch } from '../policy/policy-state.ts';
import { fitComment } from './fit-comment.ts';
import { collectionNames, renderNetworkSet } from './policy-sets.ts';
import { portListKey, walkParts } from './walk-parts.ts';

/** Which lists have a named set of their own: the kernel's cost of a table grows with the square of their number. */
export interface NamedSets {
  readonly sets: readonly NftSet[];
  /** The networks of a list: a named set, or to be written out; `undefined` when it has none of the family. */
  readonly networksOf: (id: number, family: Family) => 'set' | readonly Cidr[] | undefined;
  /** The named set of such ports; `undefined`: to be written out. */
  readonly portSetOf: (ranges: PortMatch['ranges']) => string | undefined;
  /** Changes when what rules say of this list does: not with the elements of a set. */
  readonly listVersion: (id: number) => string;
}

/** At most so many sets of networks, and of ports. */
export interface SetLimits {
  readonly networks: number;
  readonly ports: number;
}

/** Gives the biggest lists sets of their own; the others are written out in rules. */
export function nameSets(state: PolicyState, limits: SetLimits): NamedSets {
  const networks = networkSets(state, limits.networks);
  const ports = portSets(state, limits.ports);
  const networksOf = (id: number, family: Family) => {
    const list = state.networks.get(id)?.nets[family];
    if (list === undefined || list.size === 0) return undefined;
    return networks.has(collectionNames.networks(id, family)) ? 'set' : [...list.values()];
  };
  return {
    sets: [...networks.values(), ...ports.values()],
    networksOf,
    portSetOf: (ranges) => ports.get(portSetName(ranges))?.name,
    listVersion: (id) => `${networksOf(id, 4) ?? ''}|${networksOf(id, 6) ?? ''}`,
  };
}

function networkSets({ networks }: PolicyState, limit: number): ReadonlyMap<string, NftSet> {
  const lists = [...networks.values()].flatMap(({ id, comment, nets }) =>
    ([4, 6] as const).map((family) => ({ id, family, comment, nets: nets[family] })),
  );
  const biggest = lists.filter(({ nets }) => nets.size > 0).sort((a, b) => b.nets.size - a.nets.size || a.id - b.id);
  const chosen = biggest.slice(0, limit).sort((a, b) => a.id - b.id || a.family - b.family);
  return new Map(
    chosen.map((list) => [
      collectionNames.networks(list.id, list.family),
      renderNetworkSet(list.id, list.family, list),
    ]),
  );
}

function portSets({ walks }: PolicyState, limit: number): ReadonlyMap<string, NftSet> {
  const lists = new Map<string, PortMatch['ranges']>();
  for (const walk of walks.values()) {
    for (const [key, ranges] of walkParts(walk).portLists) lists.set(key, ranges);
  }
  const biggest = [...lists].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  return new Map(biggest.slice(0, limit).map(([key, ranges]) => [portSetName(ranges), portSet(key, ranges)]));
}

function portSet(key: string, ranges: PortMatch['ranges']): NftSet {
  return {
    name: portSetName(ranges),
    comment: fitComment(`Ports: ${key}`, maxComment),
    key: ['inet_service'],
    flags: ['interval'],
    elements: ranges.map(({ first, last }) => ({ key: [first === last ? `${first}` : `${first}-${last}`] })),
  };
}

function portSetName(ranges: PortMatch['ranges']): string {
  return `ports-${createHash('sha256').update(portListKey(ranges)).digest('hex').slice(0, 8)}`;
}
