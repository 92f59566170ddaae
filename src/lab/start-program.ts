import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { WeftError } from '../base/errors.ts';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';

/**
 * Starts a program that outlives this one, in its own session, with its output appended to `logFile`.
 *
 * @throws WeftError LAB_START
 */
export function startProgram(
  command: string,
  args: readonly string[],
  options: { readonly logFile: string; readonly env?: NodeJS.ProcessEnv },
): ProcessIdentity {
  const log = openSync(options.logFile, 'a', 0o644);
  try {
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      env: options.env ?? process.env,
    });
    child.on('error', () => {});
    child.unref();
    const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    if (identity === undefined) {
      throw new WeftError('LAB_START', `Cannot start program "${command}": it ended at once, see ${options.logFile}`);
    }
    return identity;
  } finally {
    closeSync(log);
  }
}
