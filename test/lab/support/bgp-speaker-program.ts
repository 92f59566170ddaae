/**
 * A BGP speaker that says what it is told, right or wrong: waits for sessions, opens them, keeps them alive, and does what
 * the lines of its input say for all that stand. Says in JSON what becomes of them.
 *
 *   scripts/node26 test/lab/support/bgp-speaker-program.ts '{"address": "192.168.122.241", "asNumber": 65001}'
 */
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { describeMessage, keepaliveMessage, openMessage } from './bgp-messages.ts';
import type { SpeakerOptions, SpeakerOrder } from './bgp-speaker.ts';

/** Messages are cut out of the stream; whoever is told wrong ones here is the other side, not this one. */
function* messagesOf(state: { buffer: Buffer }, data: Buffer): Generator<Buffer> {
  state.buffer = Buffer.concat([state.buffer, data]);
  while (state.buffer.length >= 19 && state.buffer.length >= state.buffer.readUInt16BE(16)) {
    const length = state.buffer.readUInt16BE(16);
    yield state.buffer.subarray(0, length);
    state.buffer = state.buffer.subarray(length);
  }
}

function main({ address, asNumber }: SpeakerOptions): void {
  const standing = new Set<Socket>();
  /** What is announced, by network: told again to whoever comes or asks. */
  const announced = new Map<string, Buffer>();
  const say = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);
  const server = createServer((socket) => {
    const peer = socket.remoteAddress ?? '';
    const state = { buffer: Buffer.alloc(0) };
    const timer = setInterval(() => standing.has(socket) && socket.write(keepaliveMessage()), 10_000);
    socket.on('data', (data: Buffer) => {
      for (const bytes of messagesOf(state, data)) {
        const { type, code, subcode } = describeMessage(bytes);
        if (type === 'open') socket.write(Buffer.concat([openMessage(asNumber, address), keepaliveMessage()]));
        else if (type === 'keepalive' && !standing.has(socket)) {
          standing.add(socket);
          say({ event: 'established', peer });
          socket.write(Buffer.concat([...announced.values()]));
        } else if (type === 'refresh') socket.write(Buffer.concat([...announced.values()]));
        else if (type === 'notification') say({ event: 'notification', peer, code, subcode });
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      standing.delete(socket);
      say({ event: 'closed', peer });
    });
  });
  server.listen({ host: address, port: 179 }, () => say({ event: 'ready' }));
  const orders = createInterface({ input: process.stdin });
  orders.on('line', (line) => {
    const { send, announce = [], withdraw = [] } = JSON.parse(line) as SpeakerOrder;
    for (const network of withdraw) announced.delete(network);
    for (const { network, bytes } of announce) announced.set(network, Buffer.from(bytes, 'hex'));
    for (const socket of standing) socket.write(Buffer.from(send, 'hex'));
  });
  orders.on('close', () => process.exit(0));
}

main(JSON.parse(process.argv[2] ?? '{}') as SpeakerOptions);
