import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';

/**
 * A value in BIRD's filter language.
 *
 * @see BIRD 2.0 User's Guide, 5.2 "Data types"
 */
export type BirdExpression =
  | { readonly kind: 'number'; readonly value: number }
  /** `"words"`. BIRD has no escapes: what cannot stand between quotes is refused. */
  | { readonly kind: 'text'; readonly text: string }
  /** `"eth*"`: `*` and `?` as in a shell. A character that cannot be written becomes `?`, which matches it. */
  | { readonly kind: 'pattern'; readonly negated?: boolean; readonly pattern: string }
  /** A word of the language: `net.len`, `RTS_BGP`, `true`. */
  | { readonly kind: 'word'; readonly word: string }
  /** A name of ours: a protocol, a definition, a parameter. */
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'address'; readonly ip: Ip }
  | { readonly kind: 'network'; readonly cidr: Cidr }
  /** `[10.0.0.0/8{8,24}]`, never empty. */
  | { readonly kind: 'prefixes'; readonly prefixes: readonly BirdPrefix[] }
  /** `[64512, 65001]`, never empty. */
  | { readonly kind: 'numbers'; readonly values: readonly number[] }
  /** `(64512, 100)` or `(64512, 100, 1)`. */
  | { readonly kind: 'community'; readonly parts: readonly number[] }
  /** `[= 65001 65002 * =]`: AS paths that begin so. */
  | { readonly kind: 'path beginning'; readonly path: readonly number[] }
  | {
      readonly kind: 'operation';
      readonly left: BirdExpression;
      readonly operator: '=' | '!=' | '~' | '!~' | '<' | '>' | '<=' | '>=' | '-';
      readonly right: BirdExpression;
    }
  /** Joined by `&&` or `||`; of nothing: true or false. */
  | { readonly kind: 'all' | 'any'; readonly of: readonly BirdExpression[] }
  | { readonly kind: 'not'; readonly of: BirdExpression }
  | { readonly kind: 'defined'; readonly attribute: string };

/** Networks that agree with `cidr` as far as both go and whose length is within these bounds. */
export interface BirdPrefix {
  readonly cidr: Cidr;
  readonly shortest: number;
  readonly longest: number;
  readonly origin?: string;
}

/** A statement of a filter or function. `accept` and `reject` end the filter, from inside a function, too. */
export type BirdStatement =
  | { readonly kind: 'accept' }
  | { readonly kind: 'reject' }
  | { readonly kind: 'comment'; readonly text: string }
  | {
      readonly kind: 'if';
      readonly condition: BirdExpression;
      readonly body: readonly BirdStatement[];
      readonly otherwise?: readonly BirdStatement[];
      readonly origin?: string;
    }
  | { readonly kind: 'set'; readonly attribute: string; readonly value: BirdExpression }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly values: readonly BirdExpression[];
      readonly origin?: string;
    }
  | { readonly kind: 'add community'; readonly parts: readonly number[] }
  | { readonly kind: 'prepend'; readonly as: number };
