import type { Family, Ip } from '../net/ip.ts';
import type { BirdProtocol } from './parse-protocols.ts';

/** State of a BGP session (RFC 4271 8.2.2) as BIRD calls it; `Close` and `Down` are BIRD's own. */
export type BgpState =
  | 'Idle'
  | 'Connect'
  | 'Active'
  | 'OpenSent'
  | 'OpenConfirm'
  | 'Established'
  | 'Close'
  | 'Down'
  | 'Passive';

/** What one protocol exchanges with a routing table. */
export interface BirdChannel {
  readonly family: Family;
  /** `UP`, `DOWN`, `START`, ... */
  readonly state: string;
  /** Routes taken from the protocol. */
  readonly imported: number;
  /** Routes refused on the way in, as far as they are kept (`import keep filtered`). */
  readonly filtered: number;
  readonly exported: number;
  /** Imported ones that are the best for their destination. */
  readonly preferred: number;
}

/** A protocol of a running BIRD, with what belongs to BGP where it is one. */
export interface BirdSession extends BirdProtocol {
  readonly bgpState?: BgpState;
  /** Why the session is down, or was the last time: `Socket: Connection refused`, `Received: Bad peer AS`. */
  readonly lastError?: string;
  /** What the peer's operator had to say about that (RFC 8203). */
  readonly message?: string;
  readonly neighbor?: Ip;
  readonly neighborAs?: number;
  readonly localAs?: number;
  /** Families as the protocol has them; in BIRD 1.6 one without a name, its family is that of the neighbour. */
  readonly channels: readonly BirdChannel[];
}
