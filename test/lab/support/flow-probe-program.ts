/**
 * One end of a {@link FlowProbe}, run in its pod: ticks to the other end, notes what arrives from there, and is one end of
 * the TCP stream. Says `ready` when its doors are open; every `go`, `take` or end of its input is an order.
 *
 *   scripts/node26 test/lab/support/flow-probe-program.ts '{"own": ..., "peer": ..., ...}'
 */
import { createSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { EndFigures, EndOptions } from './flow-probe-figures.ts';

/** Time is the machine's monotonic clock, which is the same in all namespaces: what one end sent, the other can date. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const chunk = Buffer.alloc(16 * 1024, 'weft');
const progressMs = 100;

/** What arrives from the other end's ticker. */
class Arrivals {
  #highest = -1;
  #lastSentAt = 0;
  #lastAt: number | undefined;
  #figures = empty();

  take(packet: Buffer): void {
    const [sequence, sentAt, at] = [packet.readUInt32BE(0), packet.readDoubleBE(4), now()];
    const figures = this.#figures;
    figures.received++;
    if (this.#lastAt !== undefined) this.#gap(at - this.#lastAt);
    this.#lastAt = at;
    if (sequence <= this.#highest) {
      figures.lost--;
      return;
    }
    if (this.#highest >= 0 && sequence > this.#highest + 1) {
      figures.lost += sequence - this.#highest - 1;
      figures.longestLossMs = Math.max(figures.longestLossMs, sentAt - this.#lastSentAt);
    }
    this.#highest = sequence;
    this.#lastSentAt = sentAt;
  }

  /** What was seen since the last call; a gap that is not over yet counts with what it has. */
  figures(): Arrived {
    if (this.#lastAt !== undefined) this.#gap(now() - this.#lastAt);
    const figures = this.#figures;
    this.#figures = empty();
    return figures;
  }

  #gap(ms: number): void {
    if (ms <= this.#figures.longestGapMs) return;
    this.#figures.longestGapMs = ms;
    this.#figures.longestGapEnd = new Date().toISOString();
  }
}

type Arrived = { -readonly [K in 'received' | 'lost' | 'longestGapMs' | 'longestLossMs']: number } & {
  longestGapEnd: string;
};

function empty(): Arrived {
  return { received: 0, lost: 0, longestGapMs: 0, longestLossMs: 0, longestGapEnd: '' };
}

/** The receiving side of the TCP stream: bytes, and the longest time without any. */
class Stream {
  #bytes = 0;
  #resets = 0;
  #lastAt: number | undefined;
  #stallMs = 0;
  #bins: number[] = [];
  readonly #start = now();

  bytes(count: number): void {
    const at = now();
    if (this.#lastAt !== undefined) this.#stallMs = Math.max(this.#stallMs, at - this.#lastAt);
    this.#lastAt = at;
    this.#bytes += count;
    const bin = Math.floor((at - this.#start) / progressMs);
    this.#bins[bin] = (this.#bins[bin] ?? 0) + count;
  }

  broken(): void {
    this.#resets++;
  }

  figures(): Pick<EndFigures, 'tcpBytes' | 'tcpResets' | 'tcpLongestStallMs' | 'tcpProgress'> {
    if (this.#lastAt !== undefined) this.#stallMs = Math.max(this.#stallMs, now() - this.#lastAt);
    const tcpProgress = Array.from(this.#bins, (count = 0) => count).filter((_, bin) => bin in this.#bins);
    const found = { tcpBytes: this.#bytes, tcpResets: this.#resets, tcpLongestStallMs: this.#stallMs, tcpProgress };
    [this.#bytes, this.#resets, this.#stallMs, this.#bins] = [0, 0, 0, []];
    return found;
  }
}

function listen(port: number, stream: Stream): Promise<void> {
  const server = createServer((socket) => {
    socket.on('data', (data: Buffer) => stream.bytes(data.length));
    socket.on('error', () => stream.broken());
    // The sender never says goodbye before its process ends.
    socket.on('end', () => stream.broken());
  });
  return new Promise((resolve) => server.listen(port, resolve));
}

/** A steady stream that leaves the machine's processors to others: what does not fit into the window waits. */
function send(host: string, port: number, everyMs: number, stream: Stream): void {
  const socket: Socket = connect({ host, port, noDelay: true });
  socket.on('error', () => stream.broken());
  setInterval(() => {
    if (!socket.writableNeedDrain && !socket.destroyed) socket.write(chunk);
  }, everyMs);
}

async function main({ peer, port, tickMs, role, limitMs }: EndOptions): Promise<void> {
  setTimeout(() => process.exit(3), limitMs);
  const arrivals = new Arrivals();
  const stream = new Stream();
  const ticker = createSocket(peer.includes(':') ? 'udp6' : 'udp4');
  ticker.on('message', (packet) => arrivals.take(packet));
  // "Host unreachable" and its kin are part of what is measured: as loss.
  ticker.on('error', () => {});
  await new Promise<void>((resolve) => ticker.bind(port, resolve));
  if (role === 'server') await listen(port, stream);
  let sequence = 0;
  let sent = 0;
  const tick = (): void => {
    const packet = Buffer.alloc(64);
    packet.writeUInt32BE(sequence++, 0);
    packet.writeDoubleBE(now(), 4);
    ticker.send(packet, port, peer, () => {});
    sent++;
  };
  const orders: Readonly<Record<string, () => void>> = {
    go: () => {
      setInterval(tick, tickMs);
      if (role === 'client') send(peer, port, tickMs, stream);
    },
    take: () => {
      const figures: EndFigures = { sent, ...arrivals.figures(), ...stream.figures() };
      sent = 0;
      process.stdout.write(`${JSON.stringify(figures)}\n`);
    },
  };
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => orders[line]?.());
  lines.on('close', () => process.exit(0));
  process.stdout.write('ready\n');
}

await main(JSON.parse(process.argv[2] ?? '{}') as EndOptions);
