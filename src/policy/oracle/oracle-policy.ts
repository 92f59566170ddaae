import type { RuleAction } from '../../api/calico-policy.ts';
import type { Packet } from '../packet.ts';
import type { PolicyId } from '../policy-id.ts';
import type { AddressOwner } from './address-owner.ts';

/** A policy of any kind as questions that can be asked of it. */
export interface OraclePolicy {
  readonly id: PolicyId;
  readonly tier: string;
  /** Infinity where the resource has none. */
  readonly order: number;
  /** True for the endpoints that it is for. */
  selects(endpoint: AddressOwner): boolean;
  /** Rules in order; absent when the policy has nothing to say about the direction. */
  readonly ingress?: readonly OracleRule[];
  readonly egress?: readonly OracleRule[];
  readonly untracked: boolean;
  readonly preDnat: boolean;
  readonly applyOnForward: boolean;
}

/** One rule as a question. Rules that come from one of a Kubernetes policy's share its index. */
export interface OracleRule {
  readonly index: number;
  readonly name?: string;
  readonly action: RuleAction;
  matches(packet: Packet): boolean;
}
