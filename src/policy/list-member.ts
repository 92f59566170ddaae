import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';

/** What a list holds. Two members with one key are one member. */
export type ListMember =
  | {
      readonly address: Ip;
      /** IANA number, together with `port`: of lists of ports. */
      readonly protocol?: number;
      readonly port?: number;
      /** Whose it is, for people: the first by name. */
      readonly comment?: string;
    }
  /** Of two addresses or more. Networks of a list may overlap. */
  | { readonly net: Cidr; readonly comment?: string };

/** Hears of every change of a list once. A member whose comment changes goes and comes back with the other comment. */
export interface ListListener {
  added(member: ListMember): void;
  removed(member: ListMember): void;
}

/** `10.0.0.1`, `10.0.0.1 6 80`, `10.0.0.0/24`. */
export function memberKey(member: ListMember): string {
  if ('net' in member) return member.net;
  return member.port === undefined ? member.address : `${member.address} ${member.protocol} ${member.port}`;
}
