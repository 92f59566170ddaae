import type { Direction } from '../policy/direction.ts';

/** A packet that the node's rules told of, for people. Absent fields are not known. */
export interface PacketNote {
  /** `denied`: it was dropped; `logged`: a Log rule saw it. */
  readonly kind: 'denied' | 'logged';
  readonly direction: Direction;
  /** Why: `rule`, `tier-end`, `no-profile`, `unknown`, `spoofed`, ... */
  readonly reason: string;
  readonly tier?: string;
  /** `np/default/allow-tcp-80`. */
  readonly policy?: string;
  /** Index of the rule in its policy. */
  readonly rule?: number;
  /** Of a Log rule: what became of the packet, */
  readonly verdict?: 'allowed' | 'denied';
  /** and what decided that: `rule 0 of np/default/allow-tcp-80`, `end of tier default`, `no-profile`. */
  readonly decidedBy?: string;
  readonly source?: string;
  readonly destination?: string;
  /** `TCP`, `UDP`, `ICMP`; the number of any other. */
  readonly protocol?: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** The endpoint whose policy it is: a pod `default/nginx`, or a host endpoint. */
  readonly workload?: string;
  readonly hostEndpoint?: string;
  readonly device?: string;
}
