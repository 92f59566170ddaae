import { parseArgs } from 'node:util';
import { startApiServer } from '../apiserver/server.ts';
import { socketsIn } from '../apiserver/streaming/sockets-in.ts';
import { createLogger } from '../base/log.ts';
import { openListener } from '../host/listener.ts';
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { apiServerPort, readServerCertificates } from './lab-certificates.ts';

/** The socket on the machine's loopback, opened by `lab up`. */
const inheritedDoor = 3;

/**
 * `weft lab apiserver-process`: the lab's API server with two doors, one on the machine's loopback for people, one in
 * the master's network namespace for the nodes. Runs until SIGTERM.
 */
export async function runApiServer(argv: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: text,
      certificates: text,
      netns: text,
      'kubelet-sockets': text,
      address: text,
      'service-cidr': { type: 'string', multiple: true },
    },
  });
  const log = createLogger((line) => process.stdout.write(`${line}\n`), Date.now);
  const address = parseIp(values.address ?? '');
  const door = openListener({ netns: values.netns ?? '', address, port: apiServerPort });
  const server = await startApiServer({
    data: values.data ?? '',
    listen: [{ fd: inheritedDoor }, { fd: door }],
    tls: readServerCertificates(values.certificates ?? ''),
    advertise: { address, port: apiServerPort },
    serviceCidrs: (values['service-cidr'] ?? []).map(parseCidr),
    kubelets: socketsIn(values['kubelet-sockets'] ?? ''),
    log,
  });
  log.info('ready', { listen: server.listeners.map((one) => one.url) });
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  await server.stop();
  return 0;
}
