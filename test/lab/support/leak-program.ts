/**
 * Two halves of a search for holes. `send` sends a datagram to every target every few milliseconds, each from a socket of
 * its own, so that each begins a connection that policy has to decide anew; `receive` counts what arrives, by sender.
 * A line in is an order: `{"targets": [...]}` for the sender, anything for the receiver, which answers with its counts.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What the program is started with. */
export type LeakOptions = { readonly port: number; readonly limitMs: number } & (
  | { readonly role: 'send'; readonly everyMs: number }
  | { readonly role: 'receive' }
);

async function receive(port: number): Promise<void> {
  const counts: Record<string, number> = {};
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
  socket.on('message', (_, { address }) => {
    counts[address] = (counts[address] ?? 0) + 1;
  });
  socket.bind(port);
  await once(socket, 'listening');
  console.log('ready');
  for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify(counts));
}

async function send(port: number, everyMs: number): Promise<void> {
  let targets: readonly string[] = [];
  let sent = 0;
  setInterval(() => {
    for (const address of targets) {
      const socket = createSocket('udp4');
      socket.on('error', () => {});
      sent++;
      socket.send('?', port, address, () => socket.close());
    }
  }, everyMs);
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    ({ targets } = JSON.parse(line) as { targets: readonly string[] });
    console.log(JSON.stringify({ sent }));
  }
}

if (import.meta.main) {
  const options = JSON.parse(process.argv[2] ?? '') as LeakOptions;
  setTimeout(() => process.exit(0), options.limitMs).unref();
  await (options.role === 'send' ? send(options.port, options.everyMs) : receive(options.port));
  process.exit(0);
}
