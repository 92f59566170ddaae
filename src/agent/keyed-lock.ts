/** Work with one key runs one after the other, in the order of asking; work with different keys side by side. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Holds all keys at once. Keys are taken together, so that two callers can never wait for each other. */
  async run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = keys.flatMap((key) => this.#tails.get(key) ?? []);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    for (const key of keys) this.#tails.set(key, held);
    try {
      await Promise.all(before);
      return await work();
    } finally {
      release();
      for (const key of keys) if (this.#tails.get(key) === held) this.#tails.delete(key);
    }
  }
}
