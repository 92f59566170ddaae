import type { IPAMBlock } from '../api/calico.ts';
import { type AddressRelease, addressesOfHandle, releaseAddresses, releaseHandle } from '../ipam/release.ts';
import { cidrOf } from '../net/cidr.ts';
import { addressBits, type Ip, ipFamily } from '../net/ip.ts';
import { BlockWriter, type BlockWriterParts, type DecideChange } from './ipam-block-writer.ts';
import { KnownBlocks } from './ipam-known-blocks.ts';

/** What became of the addresses of a release, see `ipam/release.ts`. */
export interface ReleaseResult {
  readonly released: readonly Ip[];
  readonly absent: readonly Ip[];
  readonly refused: readonly Ip[];
}

/**
 * The blocks of the cluster for reading (newest known state) and changing (one queue per block). Used by the node
 * agent's allocator, the collector and the CLI alike.
 */
export class BlockStore {
  readonly #parts: BlockWriterParts;
  readonly #writers = new Map<string, BlockWriter>();

  constructor(parts: Omit<BlockWriterParts, 'known'>, view: () => readonly IPAMBlock[]) {
    this.#parts = { ...parts, known: new KnownBlocks(view) };
  }

  list(): readonly IPAMBlock[] {
    return this.#parts.known.list();
  }

  /** The block that holds the address. */
  holding(ip: Ip): IPAMBlock | undefined {
    return this.#locator()(ip);
  }

  /** See {@link BlockWriter.change}. */
  change<T>(name: string, decide: DecideChange<T>): Promise<T> {
    return this.#writer(name).change(decide);
  }

  /** See {@link BlockWriter.remove}. */
  remove(name: string, condition: (block: IPAMBlock) => boolean): Promise<boolean> {
    return this.#writer(name).remove(condition);
  }

  /** Reads one block anew. */
  refresh(name: string): Promise<IPAMBlock | undefined> {
    return this.#writer(name).refresh();
  }

  /** The addresses the handle holds, by what is known without asking the server. */
  addressesOfHandle(handle: string): readonly Ip[] {
    return this.list().flatMap((block) => addressesOfHandle(block, handle));
  }

  /**
   * Releases everything the handle holds; nothing held is a success. Blocks with a write of unknown fate are read again
   * first, so that an address given by a lost answer is found.
   */
  async releaseByHandle(handle: string, cooldownSeconds: number): Promise<readonly Ip[]> {
    await Promise.all([...this.#writers].map(([name, writer]) => (writer.suspect ? this.refresh(name) : undefined)));
    const holders = this.list().filter((block) => addressesOfHandle(block, handle).length > 0);
    const released = await Promise.all(
      holders.map((block) =>
        this.change(block.metadata.name, (current) => {
          if (current === undefined) return { next: undefined, result: [] };
          const outcome = releaseHandle(current, handle, this.#now(cooldownSeconds));
          return { next: outcome.block, result: outcome.released };
        }),
      ),
    );
    return released.flat();
  }

  /** Releases single addresses, each only if what the caller believes about it still holds. */
  async releaseAddresses(releases: readonly AddressRelease[], cooldownSeconds: number): Promise<ReleaseResult> {
    const locate = this.#locator();
    const byBlock = Map.groupBy(releases, (release) => locate(release.ip)?.metadata.name);
    const outcomes = await Promise.all(
      [...byBlock].map(([name, group]) => {
        const absent = { released: [], absent: group.map((release) => release.ip), refused: [] };
        if (name === undefined) return absent;
        return this.change<ReleaseResult>(name, (current) => {
          if (current === undefined) return { next: undefined, result: absent };
          const { block, ...result } = releaseAddresses(current, group, this.#now(cooldownSeconds));
          return { next: block, result };
        });
      }),
    );
    return {
      released: outcomes.flatMap((outcome) => outcome.released),
      absent: outcomes.flatMap((outcome) => outcome.absent),
      refused: outcomes.flatMap((outcome) => outcome.refused),
    };
  }

  /** The time of the decision: a request may have waited, and a cool-down must not be shorter for it. */
  #now(cooldownSeconds: number): { readonly nowMs: number; readonly cooldownSeconds: number } {
    return { nowMs: this.#parts.clock.now(), cooldownSeconds };
  }

  /** Finds the block of an address by trying every block size in use: cheap for thousands of blocks and addresses. */
  #locator(): (ip: Ip) => IPAMBlock | undefined {
    const byCidr = new Map(this.list().map((block) => [block.spec.cidr, block]));
    const lengths = new Set([...byCidr.keys()].map((cidr) => cidr.slice(cidr.indexOf('/') + 1)));
    return (ip) => {
      for (const length of lengths) {
        const block = byCidr.get(cidrOf(ip, Math.min(Number(length), addressBits(ipFamily(ip)))));
        if (block !== undefined) return block;
      }
      return undefined;
    };
  }

  #writer(name: string): BlockWriter {
    const known = this.#writers.get(name);
    if (known !== undefined) return known;
    const writer = new BlockWriter(this.#parts, name);
    this.#writers.set(name, writer);
    return writer;
  }
}
