/**
 * TCP request-response with blocking system calls, so that the event loop's noise is not part of the figure. Both ends
 * are children of this file, entered into their namespaces and pinned to one core by the caller's command line.
 *
 *   scripts/node26 bench/ping-pong.ts server ADDRESS PORT          until the client closes
 *   scripts/node26 bench/ping-pong.ts client ADDRESS PORT COUNT    prints the median round trip in microseconds
 *   scripts/node26 bench/ping-pong.ts connect ADDRESS PORT COUNT   the same for a connection with one exchange
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openListener } from '../src/host/listener.ts';
import { pointerTo, setsockopt, socket, sys, syscall } from '../src/host/syscalls.ts';
import { ipToBytes, parseIp } from '../src/net/ip.ts';
import { median } from './figure.ts';

/** Where one end runs: a command prefix that enters its namespaces, e.g. `['nsenter', '-t', '12', '-n']`. */
export type Place = readonly string[];

const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const SO_LINGER = 13;
const numbers =
  process.arch === 'arm64' ? { accept: 202, connect: 203, read: 63 } : { accept: 43, connect: 42, read: 0 };
const core = '1';

/** A server that waits in its namespace until {@link stop}ped; the client's rounds reuse it. */
export class PingPongServer {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(place: Place, address: string, port: number): Promise<PingPongServer> {
    const child = spawn(...command(place, 'server', address, String(port)), { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout ?? child, 'data');
    return new PingPongServer(child);
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** The median round trip of `count` one-byte exchanges, in microseconds. */
export function measureRoundTrip(place: Place, address: string, port: number, count = 20_000): number {
  const [file, args] = command(place, 'client', address, String(port), String(count));
  return Number(execFileSync(file, args, { encoding: 'utf8' }));
}

/** The median time of `count` connections with one exchange of a byte and a reset at the end, in microseconds. */
export function measureConnection(place: Place, address: string, port: number, count = 4000): number {
  const [file, args] = command(place, 'connect', address, String(port), String(count));
  return Number(execFileSync(file, args, { encoding: 'utf8' }));
}

function command(place: Place, ...args: string[]): [string, string[]] {
  const [file = '', ...rest] = [...place, 'taskset', '-c', core, process.execPath, join(import.meta.filename), ...args];
  return [file, rest];
}

function serve(address: string, port: number): never {
  const fd = openListener({ address: parseIp(address), port });
  blocking(fd);
  process.stdout.write('listening\n');
  for (;;) {
    const { result: connection } = syscall(numbers.accept, fd, 0, 0);
    if (connection < 0) continue;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, 1);
    // Not by readSync: the reset at the end would be an exception, which costs more than the connection.
    while (syscall(numbers.read, connection, pointerTo(byte), 1).result === 1) writeSync(connection, byte);
    closeSync(connection);
  }
}

function ask(address: string, port: number, count: number): void {
  const fd = open(sockaddr(address, port));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  const times = measure(count, () => exchange(fd));
  closeSync(fd);
  console.log(median(times));
}

function connectAgain(address: string, port: number, count: number): void {
  const to = sockaddr(address, port);
  const times = measure(count, () => {
    const fd = open(to);
    exchange(fd);
    closeSync(fd);
  });
  console.log(median(times));
}

/** Microseconds of each, after a quarter as many to warm up. */
function measure(count: number, run: () => void): readonly number[] {
  const times: number[] = [];
  const warmUp = Math.floor(count / 4);
  for (let i = 0; i < warmUp + count; i++) {
    const start = process.hrtime.bigint();
    run();
    if (i >= warmUp) times.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  return times;
}

const byte = Buffer.alloc(1);

function exchange(fd: number): void {
  writeSync(fd, byte);
  readSync(fd, byte);
}

function sockaddr(address: string, port: number): Uint8Array {
  const to = Buffer.alloc(16);
  to.writeUInt16LE(sys.AF_INET, 0);
  to.writeUInt16BE(port, 2);
  to.set(ipToBytes(parseIp(address)), 4);
  return to;
}

const reset = new Uint8Array(Int32Array.of(1, 0).buffer);

/** A connection that ends with a reset, so that no port is kept waiting. */
function open(to: Uint8Array): number {
  const fd = socket(sys.AF_INET, sys.SOCK_STREAM, 0);
  const { result } = syscall(numbers.connect, fd, pointerTo(to), to.length);
  if (result < 0) throw new Error('Cannot connect to the server');
  setsockopt(fd, sys.SOL_SOCKET, SO_LINGER, reset);
  return fd;
}

function blocking(fd: number): void {
  const FIONBIO = 0x5421;
  const off = Int32Array.of(0);
  const ioctl = process.arch === 'arm64' ? 29 : 16;
  syscall(ioctl, fd, FIONBIO, pointerTo(new Uint8Array(off.buffer)));
}

const [role, address = '', port = '', count = ''] = process.argv.slice(2);
if (import.meta.main && role === 'server') serve(address, Number(port));
if (import.meta.main && role === 'client') ask(address, Number(port), Number(count));
if (import.meta.main && role === 'connect') connectAgain(address, Number(port), Number(count));
