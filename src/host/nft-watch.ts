import { type NftTransaction, NftTransactions } from '../netlink/nft-transactions.ts';
import { netlinkProtocol, nftablesGroup, openGroups } from './netlink-socket.ts';
import { type NetlinkStream, streamNetlink } from './netlink-stream.ts';
import { readNftGeneration } from './nft-generation.ts';

const defaultReceiveBytes = 8 << 20;
/** So many changes of the table are remembered: whoever asks has looked at it since. */
const maxTouches = 1000;

/**
 * Hears of every transaction in nftables of the network namespace this thread is in, and knows which of them concerned one
 * table. Other programs change their tables all the time (a service proxy every second), each time with a new generation
 * of the whole ruleset.
 *
 * Complete or `undefined`, never wrong: generations are consecutive numbers, so that one that was not heard of is noticed.
 */
export class NftWatch {
  readonly #table: string;
  readonly #onTouched: (generation: number | undefined) => void;
  readonly #transactions = new NftTransactions();
  readonly #stream: NetlinkStream;
  /** Everything after this generation was heard, up to `#heard`. */
  #since: number;
  #heard: number;
  /** Generations with a change of our table. */
  #touched: number[] = [];

  /**
   * @param table `inet weft`
   * @param onTouched the table has changed, with this generation; `undefined`: may have, words of the kernel were lost
   * @param receiveBytes room for words of the kernel that wait to be read
   * @throws WeftError HOST_<ERRNO>
   */
  constructor(
    table: string,
    onTouched: (generation: number | undefined) => void = () => {},
    receiveBytes: number = defaultReceiveBytes,
  ) {
    this.#table = table;
    this.#onTouched = onTouched;
    const fd = openGroups(netlinkProtocol.netfilter, [nftablesGroup], receiveBytes);
    const { decode } = this.#transactions;
    const listener = { decode, onItem: (item: NftTransaction) => this.#hear(item), onLost: () => this.#forget() };
    this.#stream = streamNetlink(fd, netlinkProtocol.netfilter, listener, { background: true });
    this.#since = readNftGeneration();
    this.#heard = this.#since;
  }

  /**
   * The generations after `from`, up to `to`, with a change of the table; `undefined` when not all of the kernel's words
   * were heard.
   */
  history(from: number, to: number): readonly number[] | undefined {
    if (from === to) return [];
    this.#stream.drain();
    if (from < this.#since || from > to || this.#heard < to) return undefined;
    return this.#touched.filter((generation) => generation > from && generation <= to);
  }

  /** Idempotent. */
  close(): void {
    this.#stream.close();
  }

  #hear({ generation, tables }: NftTransaction): void {
    // Made before the watch began, or before its memory was lost.
    if (generation <= this.#heard) return;
    if (generation !== this.#heard + 1) this.#since = generation;
    this.#heard = generation;
    if (!tables.includes(this.#table)) return;
    this.#touched.push(generation);
    if (this.#touched.length > maxTouches) {
      this.#since = this.#touched[maxTouches >> 1] ?? generation;
      this.#touched = this.#touched.filter((touched) => touched > this.#since);
    }
    this.#onTouched(generation);
  }

  /** Of what waits no more than half may be left: only what begins from here on is whole. */
  #forget(): void {
    this.#transactions.forget();
    this.#since = readNftGeneration();
    this.#heard = this.#since;
    this.#touched = [];
    this.#onTouched(undefined);
  }
}
