import { spawn } from 'node:child_process';
import { WeftError } from '../base/errors.ts';

/** What a command printed, and how it ended. */
export interface Captured {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command and collects what it prints; a non-zero status is no error here.
 *
 * @throws WeftError LAB_START when it cannot be started; LAB_TIMEOUT after `timeoutMs`
 */
export function runCaptured(command: readonly [string, ...string[]], timeoutMs = 20_000): Promise<Captured> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(
        new WeftError('LAB_TIMEOUT', `Cannot wait for "${command.slice(-4).join(' ')}": nothing after ${timeoutMs} ms`),
      );
    }, timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', (error) => reject(new WeftError('LAB_START', `Cannot run "${program}": ${error.message}`)));
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status: status ?? 137, stdout, stderr });
    });
  });
}
