import { WeftError } from '../base/errors.ts';

/** The ports a rule speaks of: a range (a single port is `low === high`), or the name of an endpoint's port. */
export type Port =
  | { readonly kind: 'range'; readonly low: number; readonly high: number }
  | { readonly kind: 'name'; readonly name: string };

const maxPort = 65_535;

/**
 * Reads a port: `80`, `"80"`, `"8000:8080"`, `"http"`. Port 0 is read as any other number; whether it is allowed is for
 * the caller to say. A name has 1 to 128 letters, digits, `_`, `.`, `-`, not digits alone.
 *
 * @throws WeftError NET_BAD_PORT in the words people know from Calico
 */
export function parsePort(value: string | number): Port {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0 && value <= maxPort) return { kind: 'range', low: value, high: value };
    throw badPort(`cannot unmarshal number ${value} into Go value of type uint16`);
  }
  if (/^\d+$/.test(value)) {
    const port = numberOf(value) ?? fail(`invalid port number (${value})`);
    return { kind: 'range', low: port, high: port };
  }
  const [, lowText, highText] = /^(\d+):(\d+)$/.exec(value) ?? [];
  if (lowText !== undefined && highText !== undefined) return rangeOf(value, lowText, highText);
  if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(value)) throw badPort(`invalid name for named port (${value})`);
  return { kind: 'name', name: value };
}

function rangeOf(text: string, lowText: string, highText: string): Port {
  const low = numberOf(lowText) ?? fail(`invalid minimum port number in range (${text})`);
  const high = numberOf(highText) ?? fail(`invalid maximum port number in range (${text})`);
  if (low <= high) return { kind: 'range', low, high };
  return fail(`minimum port number (${low}) is greater than maximum port number (${high}) in port range`);
}

function numberOf(digits: string): number | undefined {
  const number = Number(digits);
  return number <= maxPort ? number : undefined;
}

function fail(problem: string): never {
  throw badPort(problem);
}

function badPort(problem: string): WeftError {
  return new WeftError('NET_BAD_PORT', problem);
}
