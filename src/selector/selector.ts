/**
 * A Calico label selector as a tree. Made by `parseSelector`; structurally equal selectors have the same canonical text.
 *
 * `and` and `or` have two operands or more; `values` are sorted and without duplicates.
 */
export type Selector =
  | { readonly kind: 'all' }
  /** Matches everything by itself; only meaningful alone in a namespace selector, where it means "no namespace". */
  | { readonly kind: 'global' }
  | { readonly kind: 'has'; readonly label: string }
  | { readonly kind: ComparisonKind; readonly label: string; readonly value: string }
  | { readonly kind: 'in' | 'not-in'; readonly label: string; readonly values: readonly string[] }
  | { readonly kind: 'not'; readonly operand: Selector }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Selector[] };

/** A label compared with one string: `==`, `!=`, `contains`, `starts with`, `ends with`. */
export type ComparisonKind = 'equal' | 'not-equal' | 'contains' | 'starts-with' | 'ends-with';

/** Labels of an object: what a selector is matched against. */
export type Labels = Readonly<Record<string, string>>;
