import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { BirdExpression } from './statement.ts';

/**
 * Short words for building expressions, so that rendering code reads like the filter it makes:
 * `operation(word('net'), '~', symbol('pools4'))`.
 */
export const word = (text: string): BirdExpression => ({ kind: 'word', word: text });

/** A name of ours. */
export const symbol = (name: string): BirdExpression => ({ kind: 'symbol', name });

/** An unsigned number of 32 bits. */
export const number = (value: number): BirdExpression => ({ kind: 'number', value });

/** Text between quotes. */
export const quoted = (text: string): BirdExpression => ({ kind: 'text', text });

export const address = (ip: Ip): BirdExpression => ({ kind: 'address', ip });

export const network = (cidr: Cidr): BirdExpression => ({ kind: 'network', cidr });

/** `left operator right`; a string on the left is a word of the language. */
export function operation(
  left: string | BirdExpression,
  operator: Extract<BirdExpression, { kind: 'operation' }>['operator'],
  right: BirdExpression,
): BirdExpression {
  return { kind: 'operation', left: typeof left === 'string' ? word(left) : left, operator, right };
}

/** Every one holds. */
export const all = (...of: readonly BirdExpression[]): BirdExpression => ({ kind: 'all', of });

/** At least one holds. */
export const any = (...of: readonly BirdExpression[]): BirdExpression => ({ kind: 'any', of });

export const not = (of: BirdExpression): BirdExpression => ({ kind: 'not', of });

/** The route has this attribute. */
export const defined = (attribute: string): BirdExpression => ({ kind: 'defined', attribute });

/** `net ~ NAME`, for a set of networks that is defined under this name. */
export const netIn = (name: string): BirdExpression => operation('net', '~', symbol(name));

/** `source = RTS_...`. @see BIRD 2.0 User's Guide, 5.6 "Route attributes" */
export const learnedFrom = (source: 'RTS_BGP' | 'RTS_STATIC' | 'RTS_INHERIT'): BirdExpression =>
  operation('source', '=', word(source));

/** The route's device has a name like this. */
export const device = (pattern: string): BirdExpression => operation('ifname', '~', { kind: 'pattern', pattern });
