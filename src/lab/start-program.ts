import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { WeftError } from '../base/errors.ts';
import { identifyChild, type ProcessIdentity } from './process-identity.ts';

/**
 * Starts a program that outlives this one, in its own session, with its output appended to `logFile`. A descriptor to
 * inherit becomes its number 3.
 *
 * @throws WeftError LAB_START
 */
export function startProgram(
  command: string,
  args: readonly string[],
  options: { readonly logFile: string; readonly inherit?: number },
): ProcessIdentity {
  const log = openSync(options.logFile, 'a', 0o644);
  try {
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log, ...(options.inherit === undefined ? [] : [options.inherit])],
      cwd: '/',
    });
    child.on('error', () => {});
    child.unref();
    const identity = identifyChild(child.pid);
    if (identity === undefined) {
      throw new WeftError('LAB_START', `Cannot start program "${command}": it ended at once, see ${options.logFile}`);
    }
    return identity;
  } finally {
    closeSync(log);
  }
}
