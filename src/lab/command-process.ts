import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { WeftError } from '../base/errors.ts';
import { openPty } from '../host/pty.ts';
import { pipe } from '../host/syscalls.ts';
import { killTree } from './kill-tree.ts';
import { identifyChild } from './process-identity.ts';

/** A command that somebody far away runs, with our ends of its standard streams. */
export interface CommandProcess {
  /** Absent when the command has no input. */
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  /** Absent with a terminal, which has one output only. */
  readonly stderr: Readable | undefined;
  /** Nothing without a terminal. */
  resize(columns: number, rows: number): void;
  /** The exit status, 128 + signal when a signal ended it. What it had printed may still be under way. */
  readonly ended: Promise<number>;
  /** Ends it with everything it started. */
  kill(): Promise<void>;
  /** Gives our ends up: what still holds the others (a background job) goes on alone. */
  close(): void;
}

/** How to run it. */
export interface CommandOptions {
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Starts a command with pipes, or on a pseudo-terminal. With a terminal the command line itself has to make it the
 * controlling one (`setsid --ctty --wait`) where the command is to run.
 *
 * @throws WeftError LAB_START
 */
export function startCommand(words: readonly string[], options: CommandOptions): CommandProcess {
  const ends = options.tty ? terminalEnds() : pipeEnds(options.stdin);
  const [program = '', ...args] = words;
  let child: ChildProcess;
  try {
    // A session of its own, so that all of it can be found again.
    child = spawn(program, args, { stdio: [...ends.theirs], env: options.environment, detached: true, cwd: '/' });
  } finally {
    for (const fd of new Set(ends.theirs)) if (typeof fd === 'number') closeSync(fd);
  }
  const identity = identifyChild(child.pid);
  if (identity === undefined) {
    child.on('error', () => {});
    ends.close();
    throw new WeftError('LAB_START', `Cannot start program "${program}": it did not start`);
  }
  return {
    ...{ stdin: ends.stdin, stdout: ends.stdout, stderr: ends.stderr, resize: ends.resize, close: ends.close },
    ended: new Promise((resolve) => {
      child.on('error', () => resolve(127));
      child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    }),
    kill: () => killTree(identity),
  };
}

interface Ends extends Pick<CommandProcess, 'stdin' | 'stdout' | 'stderr' | 'resize' | 'close'> {
  readonly theirs: readonly (number | 'ignore')[];
}

function terminalEnds(): Ends {
  const { terminal, input, output, resize, close } = openPty();
  return { theirs: [terminal, terminal, terminal], stdin: input, stdout: output, stderr: undefined, resize, close };
}

/** Pipes, where Node would make sockets: those cannot be opened as /dev/stdout. */
function pipeEnds(withInput: boolean): Ends {
  const input = withInput ? pipe() : undefined;
  const [stdout, theirOut] = pipe();
  const [stderr, theirErr] = pipe();
  const ours = {
    stdin: input === undefined ? undefined : pipeStream(input[1], false),
    stdout: pipeStream(stdout, true),
    stderr: pipeStream(stderr, true),
  };
  return {
    theirs: [input?.[0] ?? 'ignore', theirOut, theirErr],
    ...ours,
    resize: () => {},
    close: () => {
      for (const stream of Object.values(ours)) stream?.destroy();
    },
  };
}

/** Our end of a pipe. A command that closes its input early is no error of ours. */
export function pipeStream(fd: number, readable: boolean): Socket {
  const stream = new Socket({ fd, readable, writable: !readable });
  stream.on('error', () => {});
  return stream;
}
