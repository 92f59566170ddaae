import type { Cidr } from '../net/cidr.ts';

/** What FelixConfiguration says about enforcing. */
export interface PolicySettings {
  /** What becomes of packets from pods to their own node that their egress policy allows. */
  readonly endpointToHost: 'accept' | 'drop' | 'return';
  /** Packets that connection tracking cannot place are dropped. */
  readonly dropInvalid: boolean;
  readonly denyAction: 'drop' | 'reject';
  /** What a Log rule reports at most, packets per second, and every drop: 1 or more. */
  readonly logPerSecond: number;
  readonly failsafeInbound: readonly FailsafePort[];
  readonly failsafeOutbound: readonly FailsafePort[];
}

/** A port of the host that host endpoint policy never closes. */
export interface FailsafePort {
  /** IANA number: TCP, UDP or SCTP. */
  readonly protocol: number;
  readonly port: number;
  /** Only for peers in this network. */
  readonly net?: Cidr;
}
