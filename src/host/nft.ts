import { debuglog } from 'node:util';
import { WeftError } from '../base/errors.ts';
import { run } from './run.ts';

const log = debuglog('nft');

/** Options of {@link applyNft}. */
export interface ApplyNftOptions {
  /** Only checks: nothing is changed. */
  readonly check?: boolean;
}

/** What takes longer is a fault: 100,000 elements take half a second. */
const timeoutMs = 30_000;

/**
 * Gives a text in the nftables language to the kernel as one atomic transaction: all of it or nothing.
 *
 * @throws WeftError HOST_COMMAND with the line that nft did not like
 * @see man nft(8)
 */
export async function applyNft(text: string, options: ApplyNftOptions = {}): Promise<void> {
  log('%s', text);
  await run('nft', [...(options.check === true ? ['--check'] : []), '-f', '-'], { input: text, timeoutMs });
}

/**
 * The table as `nft -j list table` tells it (an object with a key `nftables`), handles included; `undefined` when
 * there is no such table.
 *
 * @param family `ip`, `ip6`, `inet`, `arp`, `bridge`, `netdev`
 * @throws WeftError HOST_COMMAND
 * @see man libnftables-json(5)
 */
export async function listNftTable(family: string, name: string): Promise<unknown | undefined> {
  try {
    const { stdout } = await run('nft', ['-j', '-a', 'list', 'table', family, name], { timeoutMs });
    return JSON.parse(stdout);
  } catch (error) {
    if (error instanceof WeftError && error.message.includes('No such file or directory')) return undefined;
    throw error;
  }
}
