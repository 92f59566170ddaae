import { WeftError } from '../base/errors.ts';
import { readCommandLine, usageError } from './usage.ts';

/** `weft lab fetch URL`: prints what the server answers. For checks from inside a pod, where no curl need be. */
export async function runFetch(argv: readonly string[]): Promise<number> {
  const { positionals } = readCommandLine(argv, {});
  const [url] = positionals;
  if (url === undefined) throw usageError('URL is missing');
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
    process.stdout.write(await answer.text());
    return answer.ok ? 0 : 1;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new WeftError('LAB_FETCH', `Cannot fetch "${url}": ${cause}`, { cause: error });
  }
}
