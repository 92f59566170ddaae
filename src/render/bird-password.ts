import { quotingProblem } from '../bird/quote.ts';
import type { BgpSession } from '../routing/bgp-state.ts';

/** Longest key of TCP-MD5. @see linux/tcp.h TCP_MD5SIG_MAXKEYLEN */
const longestKey = 80;

/**
 * Why a session that asks for a password cannot have it, in words for people and without the password; `undefined` when
 * all is well. Such a session is left out of BIRD's configuration.
 */
export function passwordProblem(session: BgpSession, passwords: ReadonlyMap<string, string>): string | undefined {
  if (session.password === undefined) return undefined;
  const { key } = session.password;
  const password = passwords.get(key);
  if (password === undefined) return `the password is missing, Secret and key "${key}" needed`;
  if (password === '') return `the password in "${key}" is empty`;
  const bytes = new TextEncoder().encode(password).length;
  if (bytes > longestKey)
    return `the password in "${key}" has ${bytes} bytes, at most ${longestKey} possible with TCP-MD5`;
  const problem = quotingProblem(password);
  return problem === undefined ? undefined : `the password in "${key}" cannot be written: ${problem}`;
}
