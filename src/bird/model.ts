import type { BirdExpression, BirdStatement } from './statement.ts';

/**
 * The part of BIRD 2's configuration language that this project writes, as plain values.
 *
 * @see BIRD 2.0 User's Guide, chapters 3 "Configuration" and 5 "Filters"
 */
export interface BirdConfiguration {
  readonly parts: readonly BirdPart[];
}

/** A passage of the file about one thing. */
export interface BirdPart {
  /** What the passage is for, in words for people, line by line. */
  readonly comment: readonly string[];
  /** The API object that the passage follows from: `BGPPeer "rack1"`. */
  readonly origin?: string;
  readonly items: readonly BirdItem[];
}

export type BirdItem = BirdOption | BirdBlock | BirdDefinition | BirdFunction | BirdFilter;

/** `router id 10.0.0.1;`, `multihop;`: words and values up to a semicolon. */
export interface BirdOption {
  readonly kind: 'option';
  readonly words: readonly BirdWord[];
  /** Why, behind the option. */
  readonly comment?: string;
  readonly origin?: string;
}

/** Keywords (`router id`), a value, values with commas (`5, 30`), or keywords in braces (`{ info, warning }`). */
export type BirdWord =
  | string
  | BirdExpression
  | readonly BirdExpression[]
  | { readonly kind: 'keywords'; readonly words: readonly string[] };

/** `protocol bgp Mesh_10_0_0_2 { ... }`, `ipv4 { ... };` */
export interface BirdBlock {
  readonly kind: 'block';
  readonly head: readonly BirdWord[];
  readonly items: readonly BirdItem[];
}

/** `define own_blocks4 = [ ... ];`, one element to a line. */
export interface BirdDefinition {
  readonly kind: 'define';
  readonly name: string;
  readonly comment: string;
  readonly value: BirdExpression;
}

/** `function export4(bool same_as) { ... }` */
export interface BirdFunction {
  readonly kind: 'function';
  readonly name: string;
  readonly parameters: readonly { readonly type: 'bool' | 'int'; readonly name: string }[];
  readonly body: readonly BirdStatement[];
}

/** A filter with a name, or, as the value of `import` or `export` of a channel, one without. */
export interface BirdFilter {
  readonly kind: 'filter';
  /** `filter NAME`, `import filter`, `export filter`. */
  readonly role: 'filter' | 'import filter' | 'export filter';
  /** With role `filter`. */
  readonly name?: string;
  readonly body: readonly BirdStatement[];
}
