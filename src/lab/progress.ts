/** Tells a waiting person what happens: one line per finished stage with the time it took. */
export interface Progress {
  /** Runs a stage and reports it. */
  stage<T>(what: string, run: () => Promise<T> | T): Promise<T>;
}

/**
 * Progress on a terminal or in a log.
 *
 * @param write receives whole lines
 */
export function createProgress(write: (line: string) => void, color: boolean): Progress {
  const dim = (text: string) => (color ? `\x1b[2m${text}\x1b[0m` : text);
  const green = (text: string) => (color ? `\x1b[32m${text}\x1b[0m` : text);
  return {
    async stage(what, run) {
      const began = performance.now();
      const result = await run();
      const seconds = ((performance.now() - began) / 1000).toFixed(2);
      write(`${green('ok')} ${what} ${dim(`${seconds}s`)}\n`);
      return result;
    },
  };
}

/** True when colours are wanted: a terminal, and NO_COLOR not set. */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  environment: NodeJS.ProcessEnv = process.env,
): boolean {
  return stream.isTTY === true && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb';
}
