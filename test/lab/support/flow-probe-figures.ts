/** How one end of a probe is to behave. */
export interface EndOptions {
  /** Address of the other end. */
  readonly peer: string;
  /** UDP and TCP, the same at both ends. */
  readonly port: number;
  readonly tickMs: number;
  /** Who opens the TCP stream (and sends on it). */
  readonly role: 'client' | 'server';
  /** The end ends by itself after this. */
  readonly limitMs: number;
}

/** What one end has seen since it was asked last. */
export interface EndFigures {
  /** Ticks that this end has sent. */
  readonly sent: number;
  /** Ticks of the other end that arrived here. */
  readonly received: number;
  /** Ticks of the other end that were overtaken by later ones and have not come. */
  readonly lost: number;
  /** Longest time between two arrivals: loss, delay and the sender's own lateness. */
  readonly longestGapMs: number;
  /** When it ended, for comparing with logs. */
  readonly longestGapEnd: string;
  /** Of the gaps with loss, the longest between the ticks around it, by the sender's clock: not disturbed by lateness. */
  readonly longestLossMs: number;
  /** The receiving end's. */
  readonly tcpBytes: number;
  /** Errors of the connection at this end, an end that nobody asked for included. */
  readonly tcpResets: number;
  readonly tcpLongestStallMs: number;
  /** Bytes per 100 ms in which any came. */
  readonly tcpProgress: readonly number[];
}

/** What was seen of a pair of pods; `there` and `back` are the two directions of the ticker. */
export interface FlowFigures {
  /** The worse of the two directions, as all figures of the ticker here. */
  readonly longestGapMs: number;
  readonly longestLossMs: number;
  readonly lost: number;
  readonly sent: number;
  readonly received: number;
  readonly tcpBytes: number;
  readonly tcpResets: number;
  readonly tcpLongestStallMs: number;
  readonly tcpProgress: readonly number[];
  /** What arrived at the second pod. */
  readonly there: EndFigures;
  /** What arrived at the first pod. */
  readonly back: EndFigures;
}

/** @param client of the first pod @param server of the second pod */
export function flowFigures(client: EndFigures, server: EndFigures): FlowFigures {
  return {
    longestGapMs: Math.max(client.longestGapMs, server.longestGapMs),
    longestLossMs: Math.max(client.longestLossMs, server.longestLossMs),
    lost: client.lost + server.lost,
    sent: client.sent + server.sent,
    received: client.received + server.received,
    tcpBytes: server.tcpBytes,
    tcpResets: client.tcpResets + server.tcpResets,
    tcpLongestStallMs: server.tcpLongestStallMs,
    tcpProgress: server.tcpProgress,
    there: server,
    back: client,
  };
}
