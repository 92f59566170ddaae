import type { ProtocolsReply } from '../../bird/parse-protocols.ts';
import type { Family } from '../../net/ip.ts';
import { formatBox } from '../boxed-table.ts';
import { type BgpPeer, bgpPeers } from './bgp-peers.ts';
import { wholeSeconds } from './whole-seconds.ts';

/** What is known of the BGP sessions of one IP version. */
export type FamilyStatus =
  | { readonly kind: 'reply'; readonly reply: ProtocolsReply }
  | { readonly kind: 'not running' }
  | { readonly kind: 'unreachable'; readonly problem: string };

/** Which BIRD serves a family, as messages name it. */
const birdNames: Readonly<Record<Family, string>> = { 4: 'bird', 6: 'bird6' };

/** The part of `node status` about one IP version, in calicoctl's words, with the empty line before it. */
export function formatFamily(family: Family, status: FamilyStatus): string {
  if (status.kind === 'not running') {
    return `\nINFO: BIRDv${family} process: '${birdNames[family]}' is not running.\n`;
  }
  const title = `\nIPv${family} BGP status\n`;
  if (status.kind === 'unreachable') {
    // calicoctl has no end of line here; what follows begins with one.
    return `${title}Error querying BIRD: unable to connect to BIRDv${family} socket: ${status.problem}`;
  }
  const peers = bgpPeers(status.reply.protocols, family);
  return title + (peers.length === 0 ? `No IPv${family} peers found.\n` : formatPeers(peers));
}

function formatPeers(peers: readonly BgpPeer[]): string {
  const rows = peers.map(({ address, type, state, since, info }) => [address, type, state, wholeSeconds(since), info]);
  return formatBox(['PEER ADDRESS', 'PEER TYPE', 'STATE', 'SINCE', 'INFO'], rows);
}
