import type { Cidr } from '../net/cidr.ts';
import type { RuleList } from './compile-list.ts';
import type { Direction } from './direction.ts';
import type { ListSpec } from './list-spec.ts';
import type { NamedPort } from './policy-input.ts';

/** What a rule is compiled for. */
export interface RuleContext {
  readonly direction: Direction;
  /** Ports of the endpoint itself, which ingress rules name; absent: they are looked up by address. */
  readonly ownPorts?: readonly NamedPort[];
  /** Opens a list for as long as the compiled rule is there. */
  readonly open: (spec: ListSpec | readonly Cidr[]) => RuleList;
}
