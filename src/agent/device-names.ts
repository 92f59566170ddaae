import { listLinks } from '../host/links.ts';
import type { NetlinkSocket } from '../host/netlink-socket.ts';

/** Names of devices by number, listed again when one is unknown. */
export class DeviceNames {
  readonly #nl: NetlinkSocket;
  readonly #names = new Map<number, string>();

  constructor(nl: NetlinkSocket) {
    this.#nl = nl;
  }

  nameOf(index: number): string {
    if (!this.#names.has(index)) {
      for (const link of listLinks(this.#nl)) this.#names.set(link.index, link.name);
    }
    const name = this.#names.get(index) ?? `if${index}`;
    // One that is gone is asked for once only.
    this.#names.set(index, name);
    return name;
  }

  /** Devices have come, gone or changed their names. */
  forget(): void {
    this.#names.clear();
  }
}
