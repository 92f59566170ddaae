import { errorText, WeftError } from '../base/errors.ts';
import { openListener } from '../host/listener.ts';
import { parseIp } from '../net/ip.ts';

/** A port of the machine's loopback that listens already: nobody else can take it until the API server accepts on it. */
export interface ReservedPort {
  readonly port: number;
  /** The listening socket, for the API server process to inherit. */
  readonly fd: number;
}

/** The first port tried when none is asked for, and how many are tried. */
const firstPort = 16443;
const tries = 500;

/**
 * Reserves a port on 127.0.0.1.
 *
 * @param asked what the person wants; the first free one from 16443 upwards when absent
 * @throws WeftError LAB_PORT_IN_USE
 */
export function reservePort(asked: number | undefined): ReservedPort {
  if (asked !== undefined) {
    try {
      return listenOn(asked);
    } catch (cause) {
      const inUse = /EADDRINUSE/.test(errorText(cause));
      const why = inUse ? `something listens on 127.0.0.1:${asked}` : errorText(cause);
      throw new WeftError(
        'LAB_PORT_IN_USE',
        `Cannot use port ${asked} for the API server: ${why}, choose another --port`,
      );
    }
  }
  for (let port = firstPort; port < firstPort + tries; port++) {
    try {
      return listenOn(port);
    } catch (error) {
      if (!/EADDRINUSE/.test(errorText(error))) throw error;
    }
  }
  throw new WeftError('LAB_PORT_IN_USE', `Cannot find a port for the API server: none is free from ${firstPort}`);
}

function listenOn(port: number): ReservedPort {
  return { port, fd: openListener({ address: parseIp('127.0.0.1'), port }) };
}
