/**
 * Listens on TCP and UDP ports of its pod and tries to reach others, when told to: started with
 * `{"tcp": [80], "udp": [53], "limitMs": 60000}`; a line in is a list of {@link Target}s, a line out what came of each.
 * Every try is a new connection. Ends with its input, or after the limit.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** Where to, and how. */
export interface Target {
  readonly address: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

/** What the program is started with. */
export interface ReachOptions {
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
  readonly limitMs: number;
}

/** Nobody answers a packet that was dropped: so long is waited. On one machine an answer takes less than a millisecond. */
const patienceMs = 900;
/** A datagram that the machine was too busy for is sent again. */
const repeatMs = 300;

async function listen({ tcp, udp }: ReachOptions): Promise<void> {
  for (const port of tcp) {
    const server = createServer((socket) => socket.on('error', () => {}).end());
    await once(server.listen(port, '::'), 'listening');
  }
  for (const port of udp) {
    const socket = createSocket({ type: 'udp6' });
    socket.on('message', (message, { address, port: from }) => socket.send(message, from, address));
    socket.bind(port, '::');
    await once(socket, 'listening');
  }
}

function reach({ address, port, protocol }: Target): Promise<boolean> {
  return protocol === 'tcp' ? reachTcp(address, port) : reachUdp(address, port);
}

function reachTcp(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (value: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(value);
    };
    const timer = setTimeout(() => answer(false), patienceMs);
    socket.on('connect', () => answer(true));
    // A port that nobody listens on was reached all the same.
    socket.on('error', (error: NodeJS.ErrnoException) => answer(error.code === 'ECONNREFUSED'));
  });
}

function reachUdp(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const send = () => socket.send('?', port, address, () => {});
    const again = setInterval(send, repeatMs);
    const answer = (value: boolean) => {
      clearTimeout(timer);
      clearInterval(again);
      socket.close();
      resolve(value);
    };
    const timer = setTimeout(() => answer(false), patienceMs);
    socket.on('message', () => answer(true));
    socket.on('error', () => {});
    send();
  });
}

if (import.meta.main) {
  const options = JSON.parse(process.argv[2] ?? '') as ReachOptions;
  setTimeout(() => process.exit(0), options.limitMs).unref();
  await listen(options);
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const targets = JSON.parse(line) as readonly Target[];
    console.log(JSON.stringify(await Promise.all(targets.map(reach))));
  }
  process.exit(0);
}
