import { type Ip, tryParseIp } from '../net/ip.ts';

/** Where a BGP peer listens; without a port at BGP's own, 179. */
export interface PeerAddress {
  readonly ip: Ip;
  readonly port?: number;
}

/** Reads BGPPeer.spec.peerIP: `IP`, `IPV4:PORT` or `[IPV6]:PORT`; `undefined` when the text is none of these. */
export function readPeerAddress(text: string): PeerAddress | undefined {
  const parts = /^(\d+\.\d+\.\d+\.\d+):(\d+)$/.exec(text) ?? /^\[([0-9a-fA-F:.]+)\]:(\d+)$/.exec(text);
  const ip = tryParseIp(parts?.[1] ?? text);
  if (ip === undefined) return undefined;
  if (parts === null) return { ip };
  const port = Number(parts[2]);
  return port >= 1 && port <= 65_535 ? { ip, port } : undefined;
}
