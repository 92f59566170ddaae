import { createServer } from 'node:net';
import { WeftError } from '../base/errors.ts';

/** The first port tried when none is asked for. */
const firstPort = 16443;

/**
 * A port of the machine's loopback that is free now.
 *
 * @param asked what the person wants; anything free from 16443 upwards when absent
 * @throws WeftError LAB_PORT_IN_USE
 */
export async function choosePort(asked: number | undefined): Promise<number> {
  if (asked !== undefined) {
    if (await isFree(asked)) return asked;
    throw new WeftError(
      'LAB_PORT_IN_USE',
      `Cannot use port ${asked} for the API server: something listens on 127.0.0.1:${asked}, choose another --port`,
    );
  }
  for (let port = firstPort; port < firstPort + 500; port++) if (await isFree(port)) return port;
  throw new WeftError('LAB_PORT_IN_USE', `Cannot find a port for the API server: none is free from ${firstPort}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}
