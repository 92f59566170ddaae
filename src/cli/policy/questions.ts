import { WeftError } from '../../base/errors.ts';
import { nearestProtocol, parseProtocol, protocolNumber, protocolNumbers } from '../../net/protocol.ts';
import type { Packet } from '../../policy/packet.ts';
import type { PolicyResources } from '../../policy/resources.ts';
import type { ConnectionEnd } from '../../trace/connection.ts';
import { firstPacket } from '../../trace/first-packet.ts';
import { pairOf } from '../../trace/party.ts';
import { portsOfInterest, unnamedPort } from '../../trace/port-of-interest.ts';
import { usageError } from '../usage-error.ts';
import type { EndChoice } from './end-choice.ts';
import { readEnd, splitPort } from './read-end.ts';

/** One packet somebody asks about. */
export interface Question {
  readonly source: ConnectionEnd;
  readonly destination: ConnectionEnd;
  readonly packet: Packet;
  /** What the port is when nobody has named it: `port http of the Service`, `nothing names this port`. */
  readonly portNote?: string;
}

/** What stands on the command line. */
export interface QuestionWords {
  readonly source: string;
  /** With `:PORT` or without. */
  readonly destination: string;
  readonly protocol: string | undefined;
  /** Of names that say none. */
  readonly namespace: string;
}

const { TCP, UDP, SCTP } = protocolNumbers;
const portProtocols: readonly number[] = [TCP, UDP, SCTP];

/**
 * The packets that a command line asks about: one for each backend of a Service and, without a port, for each port the
 * destination declares.
 *
 * @throws WeftError CLI_USAGE, CLI_FAILED as `readEnd` does
 */
export function readQuestions(words: QuestionWords, resources: PolicyResources): readonly Question[] {
  const protocol = words.protocol === undefined ? undefined : readProtocol(words.protocol);
  const sources = readEnd(words.source, resources, words.namespace);
  const { host, port } = splitPort(words.destination);
  const destinations = readEnd(host, resources, words.namespace);
  if (port !== undefined && protocol !== undefined && !portProtocols.includes(protocol)) {
    throw usageError(`Cannot use port "${port}" with protocol "${words.protocol}": it has no ports`);
  }
  const questions = sources.flatMap((source) =>
    destinations.flatMap((destination) => {
      const pair = pairOf(source, destination);
      if (pair === undefined) return [];
      return portsOf(destination, port, protocol, resources).map((one) => questionOf(pair, one));
    }),
  );
  if (questions.length > 0) return questions;
  throw new WeftError(
    'CLI_FAILED',
    `Cannot follow packets from "${words.source}" to "${words.destination}": no two addresses of one IP version`,
  );
}

/** A protocol by any name. @throws WeftError CLI_USAGE */
export function readProtocol(text: string): number {
  const protocol = nearestProtocol(text) ?? parseProtocol(text);
  if (protocol === undefined) {
    throw usageError(`Unknown protocol "${text}", tcp, udp, sctp, icmp or a number from 1 to 255 needed`);
  }
  return protocolNumber(protocol);
}

interface AskedPort {
  readonly protocol: number;
  readonly port?: number;
  readonly note?: string;
}

function questionOf(
  [source, destination]: readonly [ConnectionEnd, ConnectionEnd],
  { protocol, port, note }: AskedPort,
): Question {
  const packet = firstPacket(source, destination, protocol, port);
  return { source, destination, packet, ...(note === undefined ? {} : { portNote: note }) };
}

function portsOf(
  choice: EndChoice,
  text: string | undefined,
  protocol: number | undefined,
  resources: PolicyResources,
): readonly AskedPort[] {
  if (protocol !== undefined && !portProtocols.includes(protocol)) return [{ protocol }];
  if (choice.servicePorts !== undefined) return servicePorts(choice.servicePorts, text, protocol);
  if (text !== undefined && /^\d+$/.test(text)) {
    const port = Number(text);
    if (port < 1 || port > 65_535) throw usageError(`Port "${text}" is out of range, 1 to 65535 needed`);
    return [{ protocol: protocol ?? TCP, port }];
  }
  const declared = (choice.pod?.spec.containers ?? [])
    .flatMap(({ ports = [] }) => ports)
    .map(({ name, containerPort: port, protocol: own = 'TCP' }) => ({ name, port, protocol: protocolNumbers[own] }))
    .filter((one) => protocol === undefined || one.protocol === protocol);
  if (text !== undefined) {
    const named = declared.filter(({ name }) => name === text);
    if (named.length > 0)
      return named.map(({ port, protocol: own }) => ({ protocol: own, port, note: `port ${text}` }));
    const names = declared.flatMap(({ name }) => name ?? []);
    throw usageError(
      `Unknown port "${text}", ${names.length === 0 ? 'a number' : `a number or one of ${names.join(', ')}`} needed`,
    );
  }
  if (declared.length > 0) {
    return declared.map(({ port, protocol: own }) => ({ protocol: own, port, note: 'a container declares it' }));
  }
  return [unnamed(protocol ?? TCP, resources)];
}

function unnamed(protocol: number, resources: PolicyResources): AskedPort {
  const found = portsOfInterest(resources).find((one) => one.protocol === protocol && one.unnamed === true);
  return { protocol, port: found?.port ?? unnamedPort(new Set()), note: 'standing for any port that nothing names' };
}

function servicePorts(
  ports: NonNullable<EndChoice['servicePorts']>,
  text: string | undefined,
  protocol: number | undefined,
): readonly AskedPort[] {
  const found = ports
    .map((port) => ({ ...port, number: readProtocol(port.protocol) }))
    .filter(({ number }) => protocol === undefined || number === protocol)
    .filter(({ name, servicePort }) => text === undefined || text === name || text === String(servicePort));
  if (found.length === 0) {
    const there = ports.map(({ name, servicePort }) =>
      name === undefined ? `${servicePort}` : `${servicePort} (${name})`,
    );
    throw usageError(`The Service has no such port "${text ?? ''}", one of ${[...new Set(there)].join(', ')} needed`);
  }
  return found.map(({ number, port, servicePort }) => ({
    protocol: number,
    port,
    ...(port === servicePort ? {} : { note: `port ${servicePort} of the Service` }),
  }));
}
