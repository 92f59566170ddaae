import type { NetlinkMessage } from '../netlink/message.ts';
import {
  encodeDeleteElements,
  encodeNewElements,
  type NftElementList,
  type NftFamily,
  nftFamily,
} from '../netlink/nft-element.ts';
import type { MapElement, SetElement } from '../nft/model.ts';
import { netlinkProtocol } from './netlink-socket.ts';
import { type ElementShape, elementToBytes } from './nft-element-bytes.ts';
import { ownNetlink } from './own-netlink.ts';

type Members = readonly (SetElement | MapElement)[];

const chunkLength = 1000;

/** Which table. */
export interface NftTableName {
  readonly family: NftFamily;
  readonly name: string;
}

/** What changes in one set or map: removals first, so that a value can be replaced. */
export interface ElementChange {
  readonly set: ElementShape;
  readonly remove?: Members;
  readonly add?: Members;
}

/**
 * Changes elements of several sets and maps of one table, in the network namespace this thread is in, as one transaction:
 * all or nothing. What is to come and is there already stays.
 *
 * @throws WeftError NETLINK_<ERRNO>: ENOENT for a missing table, set or element, EEXIST for a map key that is there with
 *   another value; HOST_NFT_ELEMENT
 */
export function changeElements(table: NftTableName, changes: readonly ElementChange[]): void {
  const messages = encodeElementChanges(table, changes);
  if (messages.length === 0) return;
  const names = changes.map(({ set }) => set.name).join('", "');
  const action = `change elements of "${names}" in table "${table.family} ${table.name}"`;
  ownNetlink(netlinkProtocol.netfilter).transact(messages, action);
}

/** What {@link changeElements} sends between the brackets of its transaction. @throws WeftError HOST_NFT_ELEMENT */
export function encodeElementChanges(table: NftTableName, changes: readonly ElementChange[]): NetlinkMessage[] {
  return changes.flatMap(({ add = [], remove = [], set }) => {
    const encode = (elements: Members, encodeList: (list: NftElementList) => NetlinkMessage[]) =>
      chunks(elements).flatMap((chunk) =>
        encodeList({
          family: nftFamily[table.family],
          table: table.name,
          set: set.name,
          elements: chunk.flatMap((element) => elementToBytes(set, element)),
        }),
      );
    return [...encode(remove, encodeDeleteElements), ...encode(add, encodeNewElements)];
  });
}

/** A hundred thousand elements in pieces: what is made of each one is garbage before the next piece begins. */
function chunks(elements: Members): Members[] {
  const count = Math.ceil(elements.length / chunkLength);
  return Array.from({ length: count }, (_, i) => elements.slice(i * chunkLength, (i + 1) * chunkLength));
}
