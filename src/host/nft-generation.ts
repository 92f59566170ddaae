import { WeftError } from '../base/errors.ts';
import { eachAttribute } from '../netlink/attribute.ts';
import { readI32Be } from '../netlink/bytes.ts';
import { outgoing } from '../netlink/message.ts';
import { nfgenmsgLength, nftMessage } from '../netlink/nft-message.ts';
import { netlinkProtocol } from './netlink-socket.ts';
import { ownNetlink } from './own-netlink.ts';

const NFTA_GEN_ID = 1;

/**
 * How many transactions have changed the nftables ruleset of this namespace, modulo 2^32: as long as it is the same,
 * nothing in any table has changed. Twenty microseconds, where listing a table takes milliseconds.
 *
 * @throws WeftError NETLINK_<ERRNO>
 */
export function readNftGeneration(): number {
  const message = outgoing(nftMessage.getGeneration, 0, new Uint8Array(nfgenmsgLength));
  const [reply] = ownNetlink(netlinkProtocol.netfilter).request(message, 'read nftables generation');
  let generation: number | undefined;
  if (reply !== undefined) {
    eachAttribute(reply.body, nfgenmsgLength, reply.body.length, (type, start) => {
      if (type === NFTA_GEN_ID) generation = readI32Be(reply.body, start) >>> 0;
    });
  }
  if (generation === undefined) {
    throw new WeftError('NETLINK_MALFORMED', 'Cannot read nftables generation: none in the answer');
  }
  return generation;
}
