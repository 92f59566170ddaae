import type { IPAMBlock } from '../api/calico.ts';
import { ipamBlocks } from '../api/kinds.ts';
import type { Clock } from '../base/clock.ts';
import { hasCode, WeftError } from '../base/errors.ts';
import { backoffMs } from '../base/retry.ts';
import { isLiveBlock } from '../ipam/known-block.ts';
import type { Cluster } from './cluster.ts';
import type { KnownBlocks } from './ipam-known-blocks.ts';

/** What a change of a block wants: the block to write (the same object for "no write") and what to tell the caller. */
export interface BlockChange<T> {
  readonly next: IPAMBlock | undefined;
  readonly result: T;
}

/** Decides on the newest state; may be called again, with a newer state, when the write loses a compare-and-swap. */
export type DecideChange<T> = (current: IPAMBlock | undefined) => BlockChange<T>;

interface Request {
  readonly decide: (current: IPAMBlock | undefined) => { readonly next: IPAMBlock | undefined; settle(): void };
  readonly reject: (error: unknown) => void;
  /** Deletion of the block instead of a write, alone in its batch. */
  readonly removal: boolean;
}

/** What a writer needs of its surroundings. */
export interface BlockWriterParts {
  readonly cluster: Cluster;
  readonly known: KnownBlocks;
  readonly clock: Clock;
  readonly random: () => number;
}

const maxAttempts = 100;
const backoff = { firstMs: 2, maxMs: 250 };

/**
 * All changes of one block by this process, in order. Changes that arrive while a write is in flight are merged into
 * the next one, so that any number of concurrent requests costs one compare-and-swap per round trip.
 *
 * Survives: lost compare-and-swaps (re-read, decide again, up to 100 times); a write whose fate is unknown (the block
 * is read again before it is next used); a block that vanishes or appears meanwhile.
 */
export class BlockWriter {
  readonly #parts: BlockWriterParts;
  readonly #name: string;
  readonly #queue: Request[] = [];
  #draining = false;
  #suspect = false;

  constructor(parts: BlockWriterParts, name: string) {
    this.#parts = parts;
    this.#name = name;
  }

  /** True after a write whose fate is unknown: what is known of the block cannot be trusted. */
  get suspect(): boolean {
    return this.#suspect;
  }

  /**
   * Resolves with the decision's result once it is in the store.
   *
   * @throws WeftError IPAM_CONFLICT after 100 lost races, and the errors of {@link Cluster}
   */
  change<T>(decide: DecideChange<T>): Promise<T> {
    return this.#submit(decide, false);
  }

  /** Deletes the block if `condition` holds for its newest state; resolves with whether it is gone. */
  remove(condition: (block: IPAMBlock) => boolean): Promise<boolean> {
    const decide = (current: IPAMBlock | undefined) => {
      const gone = current === undefined || condition(current);
      return { next: gone ? undefined : current, result: gone };
    };
    return this.#submit(decide, true);
  }

  /** Reads the block anew, after everything queued before. */
  async refresh(): Promise<IPAMBlock | undefined> {
    this.#suspect = true;
    return this.change((current) => ({ next: current, result: current }));
  }

  #submit<T>(decide: DecideChange<T>, removal: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const decided = (current: IPAMBlock | undefined) => {
        const change = decide(current);
        return { next: change.next, settle: () => resolve(change.result) };
      };
      this.#queue.push({ decide: decided, reject, removal });
      if (!this.#draining) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    await Promise.resolve(); // everything asked for in this turn joins the first write
    for (;;) {
      const batch = this.#nextBatch();
      if (batch.length === 0) break;
      try {
        await this.#commit(batch);
      } catch (error) {
        for (const request of batch) request.reject(error);
      }
    }
    this.#draining = false;
  }

  #nextBatch(): Request[] {
    if (this.#queue[0]?.removal === true) return this.#queue.splice(0, 1);
    const removal = this.#queue.findIndex((request) => request.removal);
    return this.#queue.splice(0, removal < 0 ? this.#queue.length : removal);
  }

  async #commit(batch: readonly Request[]): Promise<void> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const current = this.#suspect ? await this.#read() : this.#parts.known.get(this.#name);
      const live = current !== undefined && isLiveBlock(current) ? current : undefined;
      const { next, settle } = fold(batch, live);
      if (next === live || (await this.#write(current, live, next))) {
        settle();
        return;
      }
      this.#suspect = true;
      await this.#parts.clock.sleep(backoffMs(backoff, attempt, this.#parts.random()));
    }
    throw new WeftError(
      'IPAM_CONFLICT',
      `Cannot write block "${this.#name}": ${maxAttempts} attempts lost against other writers, retry later`,
    );
  }

  async #read(): Promise<IPAMBlock | undefined> {
    const block = await this.#parts.cluster.get(ipamBlocks, this.#name);
    if (block === undefined) this.#parts.known.forget(this.#name);
    else this.#parts.known.learn(block);
    this.#suspect = false;
    return block;
  }

  /** False when somebody else was first. Any other failure leaves the block suspect: the write may have happened. */
  async #write(
    stored: IPAMBlock | undefined,
    live: IPAMBlock | undefined,
    next: IPAMBlock | undefined,
  ): Promise<boolean> {
    this.#suspect = true;
    try {
      if (stored !== undefined && (next === undefined || live === undefined)) await this.#delete(stored);
      if (next !== undefined) this.#parts.known.learn(await this.#put(live, next));
      this.#suspect = false;
      return true;
    } catch (error) {
      if (isLostRace(error)) return false;
      throw error;
    }
  }

  async #delete(block: IPAMBlock): Promise<void> {
    const { uid, resourceVersion } = block.metadata;
    const guard = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
    await this.#parts.cluster.delete(ipamBlocks, this.#name, undefined, guard);
    this.#parts.known.forget(this.#name);
  }

  #put(live: IPAMBlock | undefined, next: IPAMBlock): Promise<IPAMBlock> {
    if (live === undefined) return this.#parts.cluster.create(ipamBlocks, next);
    return this.#parts.cluster.update(ipamBlocks, next);
  }
}

function fold(
  batch: readonly Request[],
  start: IPAMBlock | undefined,
): { next: IPAMBlock | undefined; settle(): void } {
  let next = start;
  const settled: (() => void)[] = [];
  for (const request of batch) {
    try {
      const change = request.decide(next);
      next = change.next;
      settled.push(change.settle);
    } catch (error) {
      settled.push(() => request.reject(error));
    }
  }
  return {
    next,
    settle: () => {
      for (const settle of settled) settle();
    },
  };
}

function isLostRace(error: unknown): boolean {
  return ['API_CONFLICT', 'API_ALREADY_EXISTS', 'API_NOT_FOUND'].some((code) => hasCode(error, code));
}
