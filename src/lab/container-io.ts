import { closeSync, constants, openSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoteStreams } from '../apiserver/streaming/remote-command.ts';
import { WeftError } from '../base/errors.ts';
import { openPty } from '../host/pty.ts';
import { mkfifo } from '../host/syscalls.ts';
import { pipeStream } from './command-process.ts';
import type { ContainerLog } from './container-log.ts';
import type { LogStream } from './log-line.ts';

/** After each piece of output the container waits this long: it prints megabytes a second, the node lives on. */
const paceMs = 10;
/** What an interactive container prints before its first client is kept for that client, up to this. */
const maxUnheardBytes = 64 * 1024;
/** An attached client that takes nothing for this long is left behind; until then the container waits for it. */
const patienceMs = 10_000;

/** Where a container's standard streams lead on our side. */
interface Ends {
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  resize(columns: number, rows: number): void;
  close(): void;
}

/** What a container wants of its streams. */
export interface IoOptions {
  readonly tty: boolean;
  readonly stdin: boolean;
  /** The input ends with the first client that was attached. */
  readonly stdinOnce: boolean;
}

/** A container's streams made, and the descriptors its process is to be started with. */
export interface NewIo {
  readonly io: ContainerIo;
  readonly stdio: readonly (number | 'ignore')[];
  /** Closes our copies of those, once the process has them or did not start. */
  started(): void;
}

/**
 * The standard streams of one run of a container: everything it prints goes to its log and to whoever is attached.
 *
 * Outputs are named pipes that the container itself holds open at both ends: when the kubelet dies, nothing is lost, the
 * container at most waits for the next kubelet. A terminal and an input end with the kubelet.
 */
export class ContainerIo {
  readonly log: ContainerLog;
  /** Resolves when the container holds no output any more and all of it is in the log. */
  readonly ended: Promise<void>;
  readonly #ends: Ends;
  readonly #options: IoOptions;
  /** How to leave each of them behind. */
  readonly #attached = new Map<RemoteStreams, (reason: Error) => void>();
  #unheard: { readonly name: LogStream; readonly chunk: Buffer }[] | undefined;
  readonly #closed = Promise.withResolvers<void>();

  /** Streams of a container that is to be started. @param files `FILES.stdin`, `.stdout`, `.stderr` are made */
  static create(files: string, options: IoOptions, log: ContainerLog): NewIo {
    if (options.tty) {
      const { terminal, input, output, resize, close } = openPty();
      const ends = { stdin: input, stdout: output, stderr: undefined, resize, close };
      const io = new ContainerIo(ends, options, log);
      return { io, stdio: [terminal, terminal, terminal], started: () => closeSync(terminal) };
    }
    const paths = { stdin: `${files}.stdin`, stdout: `${files}.stdout`, stderr: `${files}.stderr` };
    for (const path of Object.values(paths)) rmSync(path, { force: true });
    for (const path of [paths.stdout, paths.stderr]) mkfifo(path, 0o600);
    if (options.stdin) mkfifo(paths.stdin, 0o600);
    const outputs = [openSync(paths.stdout, constants.O_RDWR), openSync(paths.stderr, constants.O_RDWR)];
    const input = options.stdin ? openSync(paths.stdin, constants.O_RDONLY | constants.O_NONBLOCK) : undefined;
    const stdin = input === undefined ? undefined : pipeStream(openSync(paths.stdin, constants.O_WRONLY), false);
    // Opened once more without O_NONBLOCK: no program expects that of its input.
    const theirs = input === undefined ? undefined : openSync(paths.stdin, constants.O_RDONLY);
    if (input !== undefined) closeSync(input);
    const io = new ContainerIo({ ...readOutputs(files), stdin }, options, log);
    const opened = [...outputs, ...(theirs === undefined ? [] : [theirs])];
    return {
      io,
      stdio: [theirs ?? 'ignore', ...outputs],
      started: () => {
        for (const fd of opened) closeSync(fd);
      },
    };
  }

  /** Streams of a container that an earlier kubelet started. */
  static adopt(files: string, options: IoOptions, log: ContainerLog): ContainerIo {
    return new ContainerIo({ ...readOutputs(files), stdin: undefined }, options, log);
  }

  /** Streams of a container that is no process: only what is printed by {@link ContainerIo.print}. */
  static none(log: ContainerLog): ContainerIo {
    const ends = { stdin: undefined, stdout: undefined, stderr: undefined, resize: () => {}, close: () => {} };
    return new ContainerIo(ends, { tty: false, stdin: false, stdinOnce: false }, log);
  }

  private constructor(ends: Ends, options: IoOptions, log: ContainerLog) {
    this.#ends = ends;
    this.#options = options;
    this.#unheard = options.stdinOnce ? [] : undefined;
    this.log = log;
    const outputs = [this.#capture('stdout', ends.stdout), this.#capture('stderr', ends.stderr)];
    const without = ends.stdout === undefined && ends.stderr === undefined;
    // What is no process ends when it is closed.
    this.ended = without ? this.#closed.promise : Promise.all(outputs).then(() => this.#finish());
  }

  /** A line on behalf of the container. */
  print(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    this.log.write('stdout', bytes);
    void this.#broadcast('stdout', bytes);
  }

  /**
   * Connects a client until it leaves or the container ends.
   *
   * @throws WeftError LAB_SLOW_CLIENT
   */
  async attach(streams: RemoteStreams): Promise<void> {
    const { stdin } = this.#ends;
    streams.onResize(({ columns, rows }) => this.#ends.resize(columns, rows));
    const dropped = Promise.withResolvers<never>();
    this.#attached.set(streams, dropped.reject);
    for (const { name, chunk } of this.#unheard ?? [])
      (name === 'stdout' ? streams.stdout : streams.stderr)?.write(chunk);
    this.#unheard = undefined;
    if (stdin !== undefined && streams.stdin !== undefined) {
      streams.stdin.pipe(stdin, { end: this.#options.stdinOnce && !this.#options.tty });
    }
    if (stdin === undefined) streams.stdin?.resume();
    const left = new Promise<void>((resolve) => {
      streams.gone.addEventListener('abort', () => resolve(), { once: true });
      if (streams.gone.aborted) resolve();
    });
    try {
      await Promise.race([left, this.ended, dropped.promise]);
    } finally {
      this.#attached.delete(streams);
      streams.stdin?.unpipe().resume();
      if (this.#options.stdinOnce && !this.#options.tty && streams.stdin !== undefined) stdin?.end();
    }
  }

  /** Gives up: for a container whose process did not start, or that is no process. */
  close(): void {
    this.#ends.close();
    this.#finish();
    this.#closed.resolve();
  }

  #finish(): void {
    this.#ends.stdin?.destroy();
    this.log.close();
  }

  async #capture(name: LogStream, output: Readable | undefined): Promise<void> {
    if (output === undefined) return;
    try {
      for await (const chunk of output) {
        this.log.write(name, chunk);
        await this.#broadcast(name, chunk);
        await sleep(paceMs);
      }
    } catch {
      // Closed from this side: nobody is left to read for.
    }
  }

  async #broadcast(name: LogStream, chunk: Buffer): Promise<void> {
    this.#unheard?.push({ name, chunk });
    while ((this.#unheard ?? []).reduce((sum, one) => sum + one.chunk.length, 0) > maxUnheardBytes)
      this.#unheard?.shift();
    await Promise.all(
      [...this.#attached].map(async ([client, drop]) => {
        const to = name === 'stdout' ? client.stdout : client.stderr;
        if (to === undefined || to.destroyed || to.write(chunk)) return;
        const late = AbortSignal.timeout(patienceMs);
        const drained = new Promise<boolean>((resolve) => {
          to.once('drain', () => resolve(true));
          to.once('close', () => resolve(false));
          late.addEventListener('abort', () => resolve(false), { once: true });
        });
        if (await drained) return;
        this.#attached.delete(client);
        const found = `Cannot stay attached: nothing was read for ${patienceMs} ms, the container does not wait longer`;
        drop(new WeftError('LAB_SLOW_CLIENT', found));
      }),
    );
  }
}

function readOutputs(files: string): Omit<Ends, 'stdin'> {
  const open = (name: LogStream) => {
    const fd = openSync(`${files}.${name}`, constants.O_RDONLY | constants.O_NONBLOCK);
    return pipeStream(fd, true);
  };
  const streams: readonly [Socket, Socket] = [open('stdout'), open('stderr')];
  return {
    stdout: streams[0],
    stderr: streams[1],
    resize: () => {},
    close: () => {
      for (const stream of streams) stream.destroy();
    },
  };
}
