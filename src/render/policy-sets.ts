import { type JournalSnapshot, mapSnapshot } from '../base/journal.ts';
import { type Cidr, cidrAddress, isSingleAddress } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import { type DataType, type MapElement, maxComment, type NftMap, type NftSet, type SetElement } from '../nft/model.ts';
import type {
  AddressEntry,
  EndpointPortEntry,
  FoldEntry,
  FoldLookup,
  PolicyCollections,
} from '../policy/policy-state.ts';
import { fitComment } from './fit-comment.ts';
import { classid, listKey } from './policy-key.ts';
import { ruleNumber } from './rule-number.ts';

/** Names of the big collections; rules look in them with `@name`. */
export const collectionNames = {
  fold: (lookup: FoldLookup, family: Family) => (lookup === 'port' ? 'rules-by-port' : `rules-by-${lookup}-${family}`),
  addresses: (family: Family) => `address-lists-${family}`,
  endpointPorts: (family: Family) => `endpoint-ports-${family}`,
  networks: (id: number, family: Family) => `nets-${id}-${family}`,
} as const;

/**
 * The maps that folded rules are found in, by number: always there, so that elements can come before the chains that
 * look. They lead to no chains themselves: the kernel follows every element that does, from every chain that looks, at
 * every change.
 */
export function renderFoldMaps(collections: PolicyCollections): readonly NftMap[] {
  const families = [4, 6] as const;
  return [
    ...families.map((family) => foldMap('peer-port', family, collections.peerPorts[family])),
    ...families.map((family) => foldMap('peer-protocol', family, collections.peerProtocols[family])),
    ...families.map((family) => foldMap('peer', family, collections.peers[family])),
    foldMap('port', 4, collections.ports),
  ];
}

/** The sets with the addresses that rules name by selectors. */
export function renderListSets(collections: PolicyCollections): readonly NftSet[] {
  return ([4, 6] as const).flatMap((family): NftSet[] => [
    {
      name: collectionNames.addresses(family),
      comment: 'List and address: who the selectors of rules stand for',
      key: ['mark', addressType(family)],
      flags: [],
      elements: mapSnapshot(collections.addresses[family], addressElement),
    },
    {
      name: collectionNames.endpointPorts(family),
      comment: 'List, address, protocol, port: where the named ports of endpoints are',
      key: ['mark', addressType(family), 'inet_proto', 'inet_service'],
      flags: [],
      elements: mapSnapshot(collections.endpointPorts[family], endpointPortElement),
    },
  ]);
}

/** The set of a list's networks of one family. */
export function renderNetworkSet(
  id: number,
  family: Family,
  { comment, nets }: { readonly comment: string; readonly nets: JournalSnapshot<Cidr> },
): NftSet {
  return {
    name: collectionNames.networks(id, family),
    comment: fitComment(`Networks: ${comment}`, maxComment),
    key: [addressType(family)],
    flags: ['interval'],
    elements: mapSnapshot(nets, networkElement),
  };
}

/** The data type of an address. */
export function addressType(family: Family): DataType {
  return family === 4 ? 'ipv4_addr' : 'ipv6_addr';
}

/** A network as the kernel lists it: one of a single address is the address. */
export function networkElement(cidr: Cidr): SetElement {
  return { key: [isSingleAddress(cidr) ? cidrAddress(cidr) : cidr] };
}

const folds: Readonly<
  Record<FoldLookup, { readonly comment: string; readonly fields: readonly (DataType | 'peer')[] }>
> = {
  'peer-port': { comment: 'Fold, peer, protocol, port: the rule', fields: ['peer', 'inet_proto', 'inet_service'] },
  'peer-protocol': { comment: 'Fold, peer, protocol: the rule, for any port', fields: ['peer', 'inet_proto'] },
  peer: { comment: 'Fold, peer: the rule, for any protocol', fields: ['peer'] },
  port: { comment: 'Fold, protocol, port: the rule, for any peer', fields: ['inet_proto', 'inet_service'] },
};

function foldMap(lookup: FoldLookup, family: Family, entries: JournalSnapshot<FoldEntry>): NftMap {
  const { comment, fields } = folds[lookup];
  return {
    name: collectionNames.fold(lookup, family),
    comment,
    key: ['classid', ...fields.map((field) => (field === 'peer' ? addressType(family) : field))],
    value: ['classid'],
    flags: [],
    elements: mapSnapshot(entries, foldElement),
  };
}

function foldElement({ id, peer, protocol, port, rule, comment }: FoldEntry): MapElement {
  const rest = [peer, protocol, port].flatMap((part) => (part === undefined ? [] : [`${part}`]));
  return { key: [classid(id), ...rest], value: classid(ruleNumber(rule)), ...commentOf(comment) };
}

function addressElement({ id, address, comment }: AddressEntry): SetElement {
  return { key: [listKey.element(id), address], ...commentOf(comment) };
}

function endpointPortElement({ id, address, protocol, port, comment }: EndpointPortEntry): SetElement {
  return { key: [listKey.element(id), address, `${protocol}`, `${port}`], ...commentOf(comment) };
}

function commentOf(comment: string | undefined): { readonly comment?: string } {
  return comment === undefined ? {} : { comment: fitComment(comment, maxComment) };
}
