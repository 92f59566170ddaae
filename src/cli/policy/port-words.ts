import { hasPorts, nearestProtocol, parseProtocol, protocolNumber, protocolNumbers } from '../../net/protocol.ts';
import { protocolText } from '../../trace/packet-text.ts';
import { type PortOfInterest, unnamedPort } from '../../trace/port-of-interest.ts';
import { usageError } from '../usage-error.ts';

/** `80`, `udp/53`, `other` for the TCP port that stands for all that nothing names, `icmp`. */
export function portWord({ protocol, port, unnamed }: PortOfInterest): string {
  const number = unnamed === true ? 'other' : port;
  const name = protocolText(protocol).toLowerCase();
  if (number === undefined) return name;
  return protocol === protocolNumbers.TCP ? String(number) : `${name}/${number}`;
}

/** `80,443,udp/53` for several, each once. */
export function portWords(ports: readonly PortOfInterest[]): string {
  return ports.map(portWord).join(',');
}

/**
 * The ports of `--port 80,udp/53,other` and `--protocol`; those of interest where neither says which.
 *
 * @throws WeftError CLI_USAGE
 */
export function readPorts(
  text: string | undefined,
  protocolOption: string | undefined,
  interesting: readonly PortOfInterest[],
): readonly PortOfInterest[] {
  const protocol = protocolOption === undefined ? undefined : readProtocol(protocolOption);
  if (text === undefined) {
    const found = interesting.filter((one) => protocol === undefined || one.protocol === protocol);
    return found.length > 0 || protocol === undefined ? found : [portOf(protocol, undefined, interesting)];
  }
  return text.split(',').map((word) => {
    const [, name, number = word] = /^([^/]+)\/(.*)$/.exec(word) ?? [];
    return portOf(name === undefined ? (protocol ?? protocolNumbers.TCP) : readProtocol(name), number, interesting);
  });
}

function portOf(protocol: number, word: string | undefined, interesting: readonly PortOfInterest[]): PortOfInterest {
  if (!hasPorts(protocol)) {
    if (word !== undefined) refusePort(word, protocol);
    return { protocol };
  }
  if (word === undefined || word === 'other') {
    const other = interesting.find((one) => one.protocol === protocol && one.unnamed === true);
    return other ?? { protocol, port: unnamedPort(new Set()), unnamed: true };
  }
  return { protocol, port: readPort(word, ' or "other"') };
}

/** The number of a port. @throws WeftError CLI_USAGE for a word that is none; `others`: what else it might be */
export function readPort(word: string, others = ''): number {
  const port = /^\d{1,5}$/.test(word) ? Number(word) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw usageError(`Cannot read port "${word}": a number from 1 to 65535${others} needed`);
}

/** Says that a protocol has no ports. @throws WeftError CLI_USAGE */
export function refusePort(word: string, protocol: number): never {
  throw usageError(`Cannot use port "${word}" with ${protocolText(protocol)}: it has no ports`);
}

/** A protocol by any name. @throws WeftError CLI_USAGE */
export function readProtocol(text: string): number {
  const protocol = nearestProtocol(text) ?? parseProtocol(text);
  if (protocol === undefined) {
    throw usageError(`Unknown protocol "${text}", tcp, udp, sctp, icmp or a number from 1 to 255 needed`);
  }
  return protocolNumber(protocol);
}
