import type { BirdReply } from './bird-reply.ts';
import { replyError, requireAnswer } from './reply-error.ts';

/** One line of BIRD's `show protocols`. */
export interface BirdProtocol {
  readonly name: string;
  /** `BGP`, `Device`, `Kernel`, ... */
  readonly proto: string;
  /** `up`, `start`, `down`, `feed`, `stop`. */
  readonly state: string;
  /** As BIRD prints it: a time today, else a date. */
  readonly since: string;
  /** For BGP the state of the session first: `Established`, `Active        Socket: Connection refused`. */
  readonly info: string;
}

/** What BIRD says to `show protocols`. */
export interface ProtocolsReply {
  /** `2.0.12`; absent when the greeting was not seen. */
  readonly version?: string;
  readonly protocols: readonly BirdProtocol[];
}

const columns = 'name proto table state since info';

/** The rows of `show protocols` and `show protocols all` of BIRD 1.6 and 2. @throws WeftError BIRD_REPLY */
export function parseProtocols(reply: BirdReply): ProtocolsReply {
  const protocols: BirdProtocol[] = [];
  for (const { code, text } of requireAnswer(reply)) {
    if (code === 2002 && words(text).join(' ').toLowerCase() !== columns) {
      throw replyError('unknown BIRD table output format');
    }
    const row = code === 1002 ? parseProtocolRow(text) : undefined;
    if (row !== undefined) protocols.push(row);
  }
  return { ...(reply.version === undefined ? {} : { version: reply.version }), protocols };
}

/** One row (code 1002); `undefined` when it is too short for one. */
export function parseProtocolRow(text: string): BirdProtocol | undefined {
  const [name, proto, , state, since, ...info] = words(text);
  if (name === undefined || proto === undefined || state === undefined || since === undefined) return undefined;
  return { name, proto, state, since, info: info.join(' ') };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
