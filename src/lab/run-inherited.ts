import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { WeftError } from '../base/errors.ts';

/**
 * Runs a command on this terminal, input and all, and resolves with its exit status (128 + signal when a signal ended
 * it). Keyboard signals go to the whole foreground group, so the child gets them itself.
 *
 * @throws WeftError LAB_START
 */
export function runInherited(command: readonly [string, ...string[]]): Promise<number> {
  const [program, ...args] = command;
  const ignore = () => {};
  const signals = ['SIGINT', 'SIGQUIT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, ignore);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.on('error', (error) => reject(new WeftError('LAB_START', `Cannot run "${program}": ${error.message}`)));
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('exit', (code, signal) => {
      for (const one of signals) process.off(one, ignore);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
