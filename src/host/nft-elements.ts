import { hasCode } from '../base/errors.ts';
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
 * Puts elements into a set or map of the network namespace this thread is in, as one transaction. What is there already
 * stays; a map key that is there with another value is refused (EEXIST).
 *
 * @throws WeftError NETLINK_<ERRNO>, then nothing is changed; HOST_NFT_ELEMENT
 */
export function addElements(table: NftTableName, set: ElementShape, elements: Members): void {
  changeElements(table, [{ set, add: elements }]);
}

/** Takes elements out of a set or map. Idempotent: what is not there (or has no set, no table) is passed over. */
export function deleteElements(table: NftTableName, set: ElementShape, elements: Members): void {
  try {
    changeElements(table, [{ set, remove: elements }]);
  } catch (error) {
    if (!hasCode(error, 'NETLINK_ENOENT')) throw error;
    // One that is missing undoes the whole transaction, and older kernels know no "delete if there".
    if (elements.length > 1) for (const element of elements) deleteElements(table, set, [element]);
  }
}

/** A hundred thousand elements in pieces: what is made of each one is garbage before the next piece begins. */
function chunks(elements: Members): Members[] {
  const count = Math.ceil(elements.length / chunkLength);
  return Array.from({ length: count }, (_, i) => elements.slice(i * chunkLength, (i + 1) * chunkLength));
}

/**
 * Changes elements of several sets and maps of one table as one transaction: all or nothing.
 *
 * @throws WeftError NETLINK_<ERRNO>: ENOENT for a missing table, set or element, EEXIST for a taken map key
 */
export function changeElements(table: NftTableName, changes: readonly ElementChange[]): void {
  const messages = changes.flatMap(({ add = [], remove = [], set }) => {
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
  if (messages.length === 0) return;
  const names = changes.map(({ set }) => set.name).join('", "');
  const action = `change elements of "${names}" in table "${table.family} ${table.name}"`;
  ownNetlink(netlinkProtocol.netfilter).transact(messages, action);
}
