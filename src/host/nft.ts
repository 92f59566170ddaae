import { debuglog } from 'node:util';
import { run } from './run.ts';

const log = debuglog('nft');

/** What takes longer is a fault: 100,000 elements take half a second. */
const timeoutMs = 30_000;

/**
 * Gives a text in the nftables language to the kernel as one atomic transaction: all of it or nothing.
 *
 * @throws WeftError HOST_COMMAND with the line that nft did not like
 * @see man nft(8)
 */
export async function applyNft(text: string): Promise<void> {
  log('%s', text);
  await run('nft', ['-f', '-'], { input: text, timeoutMs });
}
