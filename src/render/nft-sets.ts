import type { NodeState } from '../desired/node-state.ts';
import type { LocalEndpoint } from '../desired/snapshot.ts';
import type { Cidr } from '../net/cidr.ts';
import { disjointCidrs } from '../net/disjoint-cidrs.ts';
import { type Family, ipFamily } from '../net/ip.ts';
import { maxComment, type NftSet, type SetElement } from '../nft/model.ts';
import { fitComment } from './fit-comment.ts';
import { addressType, networkElement } from './policy-sets.ts';

/** Names of the sets; rules refer to them as `@name`. */
export const setNames = {
  workloadInterfaces: 'workload-interfaces',
  workloadAddresses: (family: Family) => `workload-addresses-${family}`,
  nodeAddresses: (family: Family) => `node-addresses-${family}`,
  natOutgoingPools: (family: Family) => `nat-outgoing-pools-${family}`,
  natExempt: (family: Family) => `nat-exempt-${family}`,
} as const;

/** The sets of the table with their elements. */
export function renderSets(state: NodeState): readonly NftSet[] {
  return [
    {
      name: setNames.workloadInterfaces,
      comment: 'Host side devices of the pods of this node; every other cali device is cut off',
      key: ['ifname'],
      flags: [],
      elements: unique(state.endpoints.map((endpoint) => element([endpoint.device], endpoint))),
    },
    workloadAddresses(state, 4),
    workloadAddresses(state, 6),
    ...([4, 6] as const).filter((family) => family === 4 || hasFamily(state, 6)).map((f) => nodeAddresses(state, f)),
    ...state.masquerade.flatMap(({ family, natPools, excluded }): NftSet[] => [
      networks(setNames.natOutgoingPools(family), family, 'Pools whose pods are masqueraded outside', natPools),
      networks(setNames.natExempt(family), family, 'Destinations that see the address of the pod itself', excluded),
    ]),
  ];
}

function workloadAddresses(state: NodeState, family: Family): NftSet {
  const elements = state.endpoints.flatMap((endpoint) =>
    endpoint.addresses.filter((ip) => ipFamily(ip) === family).map((ip) => element([endpoint.device, ip], endpoint)),
  );
  return {
    name: setNames.workloadAddresses(family),
    comment: `Which IPv${family} source addresses each pod may use`,
    key: ['ifname', addressType(family)],
    flags: [],
    elements: unique(elements),
  };
}

function nodeAddresses(state: NodeState, family: Family): NftSet {
  return {
    name: setNames.nodeAddresses(family),
    comment: 'Nodes of the cluster: only they may send tunnel packets',
    key: [addressType(family)],
    flags: [],
    elements: state.nodeAddresses.filter((ip) => ipFamily(ip) === family).map((ip) => ({ key: [ip] })),
  };
}

function networks(name: string, family: Family, comment: string, cidrs: readonly Cidr[]): NftSet {
  return {
    name,
    comment,
    key: [addressType(family)],
    flags: ['interval'],
    elements: disjointCidrs(cidrs).map(networkElement),
  };
}

function hasFamily(state: NodeState, family: Family): boolean {
  // A tunnel's rules refer to the set of its family, also while no node has told its address yet.
  return (
    state.nodeAddresses.some((ip) => ipFamily(ip) === family) || state.tunnels.some((one) => one.family === family)
  );
}

function element(key: readonly string[], { namespace, pod }: LocalEndpoint): SetElement {
  return { key, comment: fitComment(`${namespace}/${pod}`, maxComment) };
}

/** Two containers of one pod (the old one on its way out) share a device. */
function unique(elements: readonly SetElement[]): readonly SetElement[] {
  return [...new Map(elements.map((element) => [element.key.join(' '), element])).values()];
}
