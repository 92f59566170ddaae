/** A read that many ask for at once: each gets one that began after it had asked, and those that wait share one. */
export class SharedRead<T> {
  readonly #read: () => Promise<T>;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<T> | undefined;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  read(): Promise<T> {
    this.#next ??= this.#after(this.#running);
    return this.#next;
  }

  async #after(running: Promise<unknown>): Promise<T> {
    await running.catch(() => {});
    const own = this.#next;
    this.#next = undefined;
    if (own !== undefined) this.#running = own;
    return this.#read();
  }
}
