import { WeftError } from '../../base/errors.ts';
import { tryParseIp } from '../../net/ip.ts';
import { hasPorts, protocolNumbers } from '../../net/protocol.ts';
import type { Packet } from '../../policy/packet.ts';
import type { PolicyResources } from '../../policy/resources.ts';
import type { ConnectionEnd } from '../../trace/connection.ts';
import { firstPacket } from '../../trace/first-packet.ts';
import { protocolText } from '../../trace/packet-text.ts';
import { pairOf } from '../../trace/party.ts';
import { portsOfInterest, unnamedPort } from '../../trace/port-of-interest.ts';
import { usageError } from '../usage-error.ts';
import type { EndChoice } from './end-choice.ts';
import { readPort, readProtocol, refusePort } from './port-words.ts';
import { readEnd, splitPort } from './read-end.ts';

/** One packet somebody asks about. */
export interface Question {
  readonly source: ConnectionEnd;
  readonly destination: ConnectionEnd;
  readonly packet: Packet;
  /** What the port is when its number was not given: `port http`, `port 3306 of the Service`, `a container declares it`. */
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

/**
 * The packets that a command line asks about: one for each backend of a Service and, without a port, for each port the
 * destination declares.
 *
 * @throws WeftError CLI_USAGE, CLI_FAILED as `readEnd` does
 */
export function readQuestions(words: QuestionWords, resources: PolicyResources): readonly Question[] {
  const protocol = words.protocol === undefined ? undefined : readProtocol(words.protocol);
  if (tryParseIp(words.source) === undefined && splitPort(words.source).port !== undefined) {
    throw usageError(`Cannot read SRC "${words.source}": a port is for DST alone, none needed`);
  }
  const sources = readEnd(words.source, resources, words.namespace);
  const { host, port } = splitPort(words.destination);
  const destinations = readEnd(host, resources, words.namespace);
  if (port !== undefined && protocol !== undefined && !hasPorts(protocol)) refusePort(port, protocol);
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
    `Cannot follow packets from "${words.source}" to "${words.destination}": they have no IP version in common, addresses of one needed`,
  );
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
  if (protocol !== undefined && !hasPorts(protocol)) return [{ protocol }];
  if (choice.servicePorts !== undefined) return servicePorts(choice.servicePorts, text, protocol);
  if (text !== undefined && /^\d+$/.test(text)) {
    return [{ protocol: protocol ?? protocolNumbers.TCP, port: readPort(text) }];
  }
  const declared = (choice.pod?.spec.containers ?? [])
    .flatMap(({ ports = [] }) => ports)
    .map(({ name, containerPort: port, protocol: own = 'TCP' }) => ({ name, port, protocol: protocolNumbers[own] }))
    .filter((one) => protocol === undefined || one.protocol === protocol);
  if (text !== undefined) {
    const named = declared.filter(({ name }) => name === text);
    if (named.length === 0)
      readPort(text, declared.map(({ name }) => (name === undefined ? '' : ` or ${name}`)).join(''));
    return named.map(({ port, protocol: own }) => ({ protocol: own, port, note: `port ${text}` }));
  }
  if (declared.length > 0) {
    return declared.map(({ port, protocol: own }) => ({ protocol: own, port, note: 'a container declares it' }));
  }
  return [unnamed(protocol ?? protocolNumbers.TCP, resources)];
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
    const wanted = text === undefined ? `a ${protocolText(protocol ?? protocolNumbers.TCP)} port` : `port "${text}"`;
    throw usageError(`Cannot find ${wanted} of the Service: one of ${[...new Set(there)].join(', ')} needed`);
  }
  return found.map(({ number, port, servicePort }) => ({
    protocol: number,
    port,
    ...(port === servicePort ? {} : { note: `port ${servicePort} of the Service` }),
  }));
}
