import { spawn } from 'node:child_process';
import { errorText, WeftError } from '../base/errors.ts';

/** Options of {@link run}. */
export interface RunOptions {
  /** Given to the command on its standard input. */
  readonly input?: string;
  /** The command is killed after this time. */
  readonly timeoutMs?: number;
  /** The command's whole environment; ours when absent. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What a command printed. */
export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command without a shell and waits for it.
 *
 * @throws WeftError HOST_COMMAND when it cannot be started, ends with a status other than 0, is killed or takes too
 * long; the message has the exact command line and what the command said
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
  const child = spawn(command, args, {
    stdio: 'pipe',
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.on('error', (cause) => reject(failure(command, args, errorText(cause), cause)));
  child.on('close', (status, signal) => {
    if (status === 0) return resolve({ stdout, stderr });
    const late = signal === 'SIGKILL' && options.timeoutMs !== undefined ? ` after ${options.timeoutMs} ms` : '';
    const how = signal === null ? `exit status ${status}` : `killed by ${signal}${late}`;
    const said = stderr.trim() || stdout.trim();
    reject(failure(command, args, said === '' ? how : `${how}: ${said}`));
  });
  child.on('exit', (_status, signal) => {
    if (signal !== 'SIGKILL' || options.timeoutMs === undefined) return;
    // What it has started may live on with its output: that is not waited for.
    child.stdout.destroy();
    child.stderr.destroy();
  });
  // A command that ends without reading its input closes the pipe: its status tells, not the pipe.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  return promise;
}

function failure(command: string, args: readonly string[], how: string, cause?: unknown): WeftError {
  const line = [command, ...args].map(quote).join(' ');
  return new WeftError('HOST_COMMAND', `Cannot run command "${line}": ${how}`, { cause });
}

/** As a shell would need it, so that the line can be pasted. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
