import type { RuleAction } from '../api/calico-policy.ts';
import type { JournalSnapshot } from '../base/journal.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Family, Ip } from '../net/ip.ts';
import type { Direction } from './direction.ts';
import { type ListMember, memberKey } from './list-member.ts';
import type { IcmpCondition } from './normal-policy.ts';
import type { PolicyId } from './policy-id.ts';

/**
 * What one node has to enforce, compiled: a plain value. Two states share every part that is the same in both (walks by
 * identity, collections by journal), so that following a change costs what has changed.
 */
export interface PolicyState {
  /** Sorted by device. */
  readonly workloads: readonly WorkloadWalks[];
  /** Sorted by name. */
  readonly hostEndpoints: readonly HostEndpointWalks[];
  /** By key; only those that are in use. Sorted by key. */
  readonly walks: ReadonlyMap<string, Walk>;
  readonly collections: PolicyCollections;
  /** By id; address lists with networks among them, and long lists of a rule's own. Disjoint within a list. */
  readonly networks: ReadonlyMap<number, NetworkList>;
  /** How many selectors, named ports and services the rules of these walks look for. */
  readonly selectors: number;
  /** "NetworkPolicy default/x: only Log rules ...", sorted. */
  readonly warnings: readonly string[];
}

/** The walks of a pod. A pod without an entry is unknown, and dropped. */
export interface WorkloadWalks {
  readonly device: string;
  /** `default/nginx`. */
  readonly name: string;
  /** Keys of walks. */
  readonly ingress: string;
  readonly egress: string;
}

/** The walks of a host endpoint, by phase. An absent one decides nothing: the packet goes on. */
export interface HostEndpointWalks {
  readonly name: string;
  readonly devices: readonly string[] | '*';
  /** To and from the host's own processes. Failsafe ports come before it. */
  readonly ingress: string;
  readonly egress: string;
  /** Packets the host forwards; only with policies that say applyOnForward. */
  readonly forwardIngress?: string;
  readonly forwardEgress?: string;
  /** Before connection tracking; what no rule decides goes on, and is tracked. */
  readonly untrackedIngress?: string;
  readonly untrackedEgress?: string;
  /** Before destination NAT; what no rule decides goes on. */
  readonly preDnat?: string;
}

/**
 * What decides one direction of all endpoints that have the same policies: tiers in order, then the profile. Endpoints
 * share walks.
 */
export interface Walk {
  /** Eight hex digits, of what is in it: equal walks have equal keys on every node. */
  readonly key: string;
  readonly direction: Direction;
  /**
   * They differ at the end: in `forward`, `untracked` and `pre-dnat` walks, which have no profile, what nothing decided
   * goes on; tiers of the last two never end with a drop.
   */
  readonly phase: 'workload' | 'normal' | 'forward' | 'untracked' | 'pre-dnat';
  readonly tiers: readonly TierWalk[];
  /** After the last tier of `workload` and `normal`: the profile that allows, by name; absent: what comes here is dropped. */
  readonly profile?: string;
}

/** A tier with at least one policy for these endpoints and direction. */
export interface TierWalk {
  readonly tier: string;
  /** In order. */
  readonly policies: readonly PolicyId[];
  readonly steps: readonly Step[];
  /** What becomes of packets that no rule decided: `drop`, or `pass` to the next tier or the profile. */
  readonly end: 'drop' | 'pass';
}

/** In order: the first that matches decides. A log step only logs. */
export type Step = FoldStep | RuleStep;

/**
 * Many rules of one action in one go, by lookups in the collections with this id: at most one lookup per collection,
 * whatever the number of rules. The rules stand next to each other in order (the order among them decides nothing but
 * which of them is counted), apart from rule steps of the same run, which come right after.
 */
export interface FoldStep {
  readonly kind: 'fold';
  /** 1 to 65535: what the keys of its entries in the collections begin with. Unique among folds and address lists. */
  readonly id: number;
  /** Collections that may hold entries of this id, in the order in which they are asked. */
  readonly lookups: readonly FoldLookup[];
  /** All rules that are in it, in order. */
  readonly rules: readonly RuleIdentity[];
}

/** `peer` = source address for ingress, destination address for egress; ports are always destination ports. */
export type FoldLookup = 'peer-port' | 'peer-protocol' | 'peer' | 'port';

/** One rule that is matched by itself. */
export interface RuleStep {
  readonly kind: 'rule';
  readonly rule: RuleIdentity;
  readonly match: RuleMatch;
}

/** Which rule of which policy, and what it does. */
export interface RuleIdentity {
  /** `np/default/allow-tcp-80/ingress/0`: unique on a node. */
  readonly key: string;
  readonly policy: PolicyId;
  readonly tier: string;
  readonly direction: Direction;
  readonly index: number;
  readonly name?: string;
  readonly action: RuleAction;
}

/** All conditions must hold; absent ones ask nothing. */
export interface RuleMatch {
  /** Absent: both. */
  readonly family?: Family;
  readonly protocol?: number;
  readonly notProtocol?: number;
  readonly icmp?: IcmpCondition;
  readonly notIcmp?: IcmpCondition;
  readonly source: EndMatch;
  readonly destination: EndMatch;
}

/** One end. Every list that is there must be satisfied. */
export interface EndMatch {
  /** In one of these networks: at most a few, longer lists are address lists. */
  readonly nets?: readonly Cidr[];
  readonly notNets?: readonly Cidr[];
  /** Ids of address lists: in every one of them. */
  readonly in?: readonly number[];
  /** In none of these. */
  readonly notIn?: readonly number[];
  /** In one of these ranges, or an (address, protocol, port) of one of the endpoint-port lists. */
  readonly ports?: PortMatch;
  readonly notPorts?: PortMatch;
}

/** Ranges and lists are alternatives. */
export interface PortMatch {
  /** Sorted, without overlaps. */
  readonly ranges: readonly { readonly first: number; readonly last: number }[];
  /** Ids of lists of (address, protocol, port). */
  readonly endpointPorts: readonly number[];
}

/**
 * Everything that changes all the time, in few big collections whose keys begin with an id. An address list `id` holds an
 * address when it is in `addresses` with that id, or in a network of `networks` with that id.
 */
export interface PolicyCollections {
  readonly peerPorts: ByFamily<FoldEntry>;
  readonly peerProtocols: ByFamily<FoldEntry>;
  readonly peers: ByFamily<FoldEntry>;
  readonly ports: JournalSnapshot<FoldEntry>;
  readonly addresses: ByFamily<AddressEntry>;
  readonly endpointPorts: ByFamily<EndpointPortEntry>;
}

/** One collection for each family. */
export type ByFamily<T> = Readonly<Record<Family, JournalSnapshot<T>>>;

/** What a lookup finds; fields that are no part of the collection's key are absent. Key: {@link foldKey}. */
export interface FoldEntry {
  readonly id: number;
  readonly peer?: Ip;
  readonly protocol?: number;
  readonly port?: number;
  /** The first rule, in order, that has this entry. */
  readonly rule: RuleIdentity;
  /** For people: `default/pod1`. */
  readonly comment?: string;
}

/** A member of an address list. */
export interface AddressEntry {
  readonly id: number;
  readonly address: Ip;
  readonly comment?: string;
}

/** A member of an endpoint-port list. */
export interface EndpointPortEntry {
  readonly id: number;
  readonly address: Ip;
  readonly protocol: number;
  readonly port: number;
  readonly comment?: string;
}

/** An address list that has networks. */
export interface NetworkList {
  readonly id: number;
  /** For people: the selector, or which rule's. */
  readonly comment: string;
  /** Disjoint; a family without networks is empty. */
  readonly nets: ByFamily<Cidr>;
}

/** Key of an entry in its collection: the parts that are there, joined by a blank. */
export function foldKey({ id, peer, protocol, port }: Omit<FoldEntry, 'rule' | 'comment'>): string {
  // Called for every entry of every change.
  let key = `${id}`;
  if (peer !== undefined) key += ` ${peer}`;
  if (protocol !== undefined) key += ` ${protocol}`;
  if (port !== undefined) key += ` ${port}`;
  return key;
}

/** Key of an entry of an address list: `7 10.0.0.1`, `7 10.0.0.1 6 80`. */
export function listEntryKey(id: number, member: Exclude<ListMember, { net: unknown }>): string {
  return `${id} ${memberKey(member)}`;
}
