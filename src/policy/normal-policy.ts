import type { RuleAction } from '../api/calico-policy.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import type { Selector } from '../selector/selector.ts';
import type { Direction } from './direction.ts';
import type { PolicyId } from './policy-id.ts';

/**
 * A policy of any kind in the one form that is compiled: selectors are scoped (to the policy's namespace, to pods, to
 * the labels that endpoints inherit as `pcns.` and `pcsa.`), defaults filled, what cannot be read refused.
 */
export interface NormalPolicy {
  readonly id: PolicyId;
  readonly tier: string;
  /** Infinity where the resource has none. */
  readonly order: number;
  /** Which endpoints, over their labels with the inherited ones. */
  readonly selector: Selector;
  readonly directions: readonly Direction[];
  readonly ingress: readonly NormalRule[];
  readonly egress: readonly NormalRule[];
  readonly untracked: boolean;
  readonly preDnat: boolean;
  readonly applyOnForward: boolean;
}

/** One rule; all conditions must hold. */
export interface NormalRule {
  /** Position in the list of the resource, from 0. Several rules may come from one of a Kubernetes policy's. */
  readonly index: number;
  /** The name that the resource gives the rule, if it does. */
  readonly name?: string;
  readonly action: RuleAction;
  /** Absent: both. A rule whose networks are of one family is of that family. */
  readonly family?: Family;
  /** IANA numbers. */
  readonly protocol?: number;
  readonly notProtocol?: number;
  readonly icmp?: IcmpCondition;
  readonly notIcmp?: IcmpCondition;
  readonly source: NormalEntity;
  readonly destination: NormalEntity;
}

/** An ICMP message; the code only together with the type. Of the family the rule's protocol or `family` says, else both. */
export interface IcmpCondition {
  readonly type?: number;
  readonly code?: number;
}

/** One end of a connection. Absent fields ask nothing. An empty `nets` or `ports` is never there: nothing asks nothing. */
export interface NormalEntity {
  /** In one of these. */
  readonly nets?: readonly Cidr[];
  readonly notNets?: readonly Cidr[];
  /** An address of an endpoint, or in a network of a network set, that this matches. Namespace and accounts are in it. */
  readonly selector?: Selector;
  readonly notSelector?: Selector;
  readonly ports?: readonly PortCondition[];
  readonly notPorts?: readonly PortCondition[];
  /** An address that backs this Service; with `withPorts` at the port it is backed at (egress destinations). */
  readonly service?: { readonly namespace: string; readonly name: string; readonly withPorts: boolean };
}

/** A range of ports (one port: `first` = `last`), or the port that an endpoint has by that name. */
export type PortCondition = { readonly first: number; readonly last: number } | { readonly name: string };

/** A tier as policies are sorted by it. */
export interface NormalTier {
  readonly name: string;
  readonly order: number;
  /** What becomes of packets at its end. */
  readonly defaultAction: 'Deny' | 'Pass';
}
