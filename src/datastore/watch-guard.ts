import type { IncomingMessage } from 'node:http';
import { timeoutError } from './http-transport.ts';

/**
 * Notices watches whose server is gone without a word. A watch may be silent for minutes and still be fine, so silence
 * alone proves nothing: the server is asked something else, and when it does not answer, the watch is cut. A server
 * whose machine has lost the connection is found by TCP keep-alive.
 */
export class WatchGuard {
  readonly #idleMs: number;
  readonly #probe: () => Promise<boolean>;
  #probing: Promise<boolean> | undefined;

  /** @param probe asks the server; resolves false when it does not answer, never rejects */
  constructor(idleMs: number, probe: () => Promise<boolean>) {
    this.#idleMs = idleMs;
    this.#probe = probe;
  }

  /** Guards the answer until the returned function is called. */
  watch(answer: IncomingMessage): () => void {
    let heardAtMs = performance.now();
    const onData = (): void => {
      heardAtMs = performance.now();
    };
    answer.on('data', onData);
    // `on('data')` starts the flow; the reader decides when to read.
    answer.pause();
    const timer = setInterval(() => void check(), this.#idleMs / 2);
    const check = async (): Promise<void> => {
      if (performance.now() - heardAtMs < this.#idleMs) return;
      // Watches of one cluster share one question.
      this.#probing ??= this.#probe().finally(() => {
        this.#probing = undefined;
      });
      if (await this.#probing) heardAtMs = performance.now();
      else answer.destroy(timeoutError('the watch is silent and the server does not answer'));
    };
    return () => {
      clearInterval(timer);
      answer.off('data', onData);
    };
  }
}
