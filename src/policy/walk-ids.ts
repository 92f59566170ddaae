import { createHash } from 'node:crypto';

/** More than these are as good as never used: the kernel has long forgotten them. */
const mostResting = 4096;

/**
 * Hands out the ids 1 to `last` that folds and address lists share. An id follows from what it stands for (a hash of the
 * content, then the next one that is free), so that nodes and restarts mostly agree. A freed id rests: the same content
 * gets it back, other content not before {@link settle}, and then only when it must, so that no packet in between can
 * meet entries of something else under an id it has just been given.
 */
export class WalkIds {
  readonly #last: number;
  readonly #taken = new Map<number, string>();
  /** Freed since the last {@link settle}. */
  readonly #freed = new Map<number, string>();
  /** Freed before that, longest ago first. */
  readonly #resting = new Map<number, string>();

  constructor(last = 65_535) {
    this.#last = last;
  }

  /** A free id, or undefined when there is none. */
  take(content: string): number | undefined {
    if (this.#taken.size + this.#freed.size >= this.#last && !this.#isFreed(content)) return undefined;
    const id = this.#find(content) ?? this.#longestAtRest();
    if (id === undefined) return undefined;
    this.#freed.delete(id);
    this.#resting.delete(id);
    this.#taken.set(id, content);
    return id;
  }

  free(id: number): void {
    const content = this.#taken.get(id);
    if (content === undefined) return;
    this.#taken.delete(id);
    this.#freed.set(id, content);
  }

  /** What was freed until now has left the kernel, or will together with what comes next. */
  settle(): void {
    for (const [id, content] of this.#freed) this.#resting.set(id, content);
    this.#freed.clear();
    for (const id of this.#resting.keys()) {
      if (this.#resting.size <= mostResting) break;
      this.#resting.delete(id);
    }
  }

  #isFreed(content: string): boolean {
    return [...this.#freed.values()].includes(content);
  }

  #find(content: string): number | undefined {
    const start = createHash('sha256').update(content).digest().readUInt32BE(0) % this.#last;
    for (let step = 0; step < this.#last; step++) {
      const id = 1 + ((start + step) % this.#last);
      if (this.#taken.has(id)) continue;
      const before = this.#freed.get(id) ?? this.#resting.get(id);
      if (before === undefined || before === content) return id;
    }
    return undefined;
  }

  #longestAtRest(): number | undefined {
    for (const id of this.#resting.keys()) return id;
    return undefined;
  }
}
