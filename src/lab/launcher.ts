import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';

/** The command that starts this program again: this executable, or `./weft` of the checkout. WEFT_LAUNCHER wins. */
export function weftLauncher(): string {
  if (process.env.WEFT_LAUNCHER !== undefined) return process.env.WEFT_LAUNCHER;
  return isSea() ? process.execPath : fileURLToPath(new URL('../../weft', import.meta.url));
}
