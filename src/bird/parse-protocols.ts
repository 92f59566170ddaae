import { WeftError } from '../base/errors.ts';

/** One line of BIRD's `show protocols`. */
export interface BirdProtocol {
  readonly name: string;
  /** `BGP`, `Device`, `Kernel`, ... */
  readonly proto: string;
  readonly state: string;
  /** As BIRD prints it: a time today, else a date. */
  readonly since: string;
  /** For BGP the state of the session first: `Established`, `Active        Socket: Connection refused`. */
  readonly info: string;
}

/** BIRD's answer as far as it has come. */
export interface ProtocolsReply {
  /** `2.0.12`; absent when the greeting was not seen. */
  readonly version?: string;
  readonly protocols: readonly BirdProtocol[];
  /** The line that ends the answer has come. */
  readonly complete: boolean;
}

const columns = 'name proto table state since info';

/**
 * Reads what BIRD 1.6 or 2 says on its control socket to `show protocols`: a greeting (0001), headings (2002), rows
 * (1002, the following ones begin with a space), the end (0000). Codes 8xxx and 9xxx are errors.
 *
 * @see BIRD, doc/reply_codes
 * @throws WeftError BIRD_REPLY
 */
export function parseProtocols(text: string): ProtocolsReply {
  const protocols: BirdProtocol[] = [];
  let version: string | undefined;
  let complete = false;
  // The last line may not have come whole yet.
  const lines = text.split('\n').slice(0, -1);
  for (const line of lines) {
    const code = /^(\d{4})(?:[ -]|$)/.exec(line)?.[1];
    if (code === '0000') complete = true;
    else if (code === '0001') version = /^0001 BIRD (\S+) ready/.exec(line)?.[1];
    else if (code === '2002') checkColumns(line.slice(5));
    else if (code === '1002') protocols.push(...readRow(line.slice(5)));
    else if (code !== undefined && /^[89]/.test(code)) throw birdError(`BIRD says: ${line.slice(5)}`);
    else if (line.startsWith(' ')) protocols.push(...readRow(line.slice(1)));
    else throw birdError('unexpected output line from BIRD');
    if (complete) break;
  }
  return { ...(version === undefined ? {} : { version }), protocols, complete };
}

function checkColumns(headings: string): void {
  if (words(headings).join(' ').toLowerCase() !== columns) throw birdError('unknown BIRD table output format');
}

function readRow(line: string): readonly BirdProtocol[] {
  const [name, proto, , state, since, ...info] = words(line);
  if (name === undefined || proto === undefined || state === undefined || since === undefined) return [];
  return [{ name, proto, state, since, info: info.join(' ') }];
}

function words(line: string): string[] {
  return line.split(/\s+/).filter((word) => word !== '');
}

function birdError(message: string): WeftError {
  return new WeftError('BIRD_REPLY', message);
}
