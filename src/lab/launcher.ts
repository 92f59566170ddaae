import { fileURLToPath } from 'node:url';

/** The command that starts this program again: `./weft` of the checkout, or the installed one. WEFT_LAUNCHER wins. */
export function weftLauncher(): string {
  return process.env.WEFT_LAUNCHER ?? fileURLToPath(new URL('../../weft', import.meta.url));
}
