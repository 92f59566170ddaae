import { closeSync, constants, openSync } from 'node:fs';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { ioctl, sys } from './syscalls.ts';

/** @see asm-generic/ioctls.h */
const TIOCSPTLCK = 0x40045431;
const TIOCGPTPEER = 0x5441;
const TIOCSWINSZ = 0x5414;

/** A pseudo-terminal. */
export interface Pty {
  /** The program's side, for its standard streams; to be closed here once the program has it. */
  readonly terminal: number;
  /** What programs print; ends when none has the terminal open any more. */
  readonly output: Readable;
  /** What is typed. */
  readonly input: Writable;
  /** The window's size in characters; programs in it are told. */
  resize(columns: number, rows: number): void;
  /** Hangs up. */
  close(): void;
}

/**
 * Opens a pseudo-terminal of 80 x 24 characters.
 *
 * @throws WeftError HOST_<ERRNO>
 * @see man pts(4), ioctl_tty(2)
 */
export function openPty(): Pty {
  const flags = constants.O_RDWR | constants.O_NOCTTY;
  const fd = openSync('/dev/ptmx', flags);
  let terminal: number;
  try {
    ioctl(fd, TIOCSPTLCK, new Uint8Array(4));
    // Opened through the master: its name may mean another terminal in this mount namespace.
    terminal = ioctl(fd, TIOCGPTPEER, flags | sys.SOCK_CLOEXEC);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  const master = new ReadStream(fd);
  // EIO is the end: the last program has closed the terminal. `ReadStream` holds nothing back that an error could drop.
  master.on('error', () => {});
  const output = new PassThrough();
  master.pipe(output, { end: false });
  master.once('close', () => output.end());
  const resize = (columns: number, rows: number) => {
    if (!master.destroyed) ioctl(fd, TIOCSWINSZ, new Uint8Array(Uint16Array.of(rows, columns, 0, 0).buffer));
  };
  resize(80, 24);
  return { terminal, output, input: master, resize, close: () => master.destroy() };
}
