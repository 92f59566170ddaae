import { type IpWithPrefix, parseIpWithPrefix } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { RoutingRule } from '../net/link.ts';
import { eachAttribute, requireValue } from './attribute.ts';
import { readU32, requireLength } from './bytes.ts';
import { addressFamily, decodeIp } from './ip-bytes.ts';
import { type NetlinkMessage, netlinkFlag, outgoing } from './message.ts';
import { routeMessage } from './rtnetlink.ts';
import { writeBody } from './writer.ts';

const FRA = { dst: 1, src: 2, priority: 6, fwmark: 10, table: 15, fwmask: 16 } as const;
const FR_ACT_TO_TBL = 1;
const FIB_RULE_INVERT = 2;
/** `struct fib_rule_hdr`. */
const headerLength = 12;

/** RTM_NEWRULE; a rule that is there already answers EEXIST. */
export function encodeNewRule(rule: RoutingRule): NetlinkMessage {
  return outgoing(routeMessage.newRule, netlinkFlag.create | netlinkFlag.exclusive, encodeBody(rule));
}

/** RTM_DELRULE of the rule with all these fields. */
export function encodeDeleteRule(rule: RoutingRule): NetlinkMessage {
  return outgoing(routeMessage.deleteRule, 0, encodeBody(rule));
}

/** RTM_GETRULE for a dump of one family. */
export function encodeGetRules(family: 4 | 6): NetlinkMessage {
  const body = writeBody((writer) =>
    writer
      .u32(family === 4 ? addressFamily.inet : addressFamily.inet6)
      .u32(0)
      .u32(0),
  );
  return outgoing(routeMessage.getRule, netlinkFlag.dump, body);
}

/**
 * The rule of an RTM_NEWRULE body; `undefined` for other families and for rules that do something else than look up a
 * table.
 *
 * @throws WeftError NETLINK_MALFORMED
 */
export function decodeRule(body: Uint8Array): RoutingRule | undefined {
  requireLength(body, headerLength, 'struct fib_rule_hdr');
  const family = body[0] === addressFamily.inet ? 4 : body[0] === addressFamily.inet6 ? 6 : undefined;
  if (family === undefined || body[7] !== FR_ACT_TO_TBL) return undefined;
  const numbers = new Map<number, number>();
  const ips = new Map<number, Ip>();
  eachAttribute(body, headerLength, body.length, (type, start, end) => {
    if (type === FRA.dst || type === FRA.src) ips.set(type, decodeIp(body, start, end));
    if (type === FRA.priority || type === FRA.fwmark || type === FRA.table || type === FRA.fwmask) {
      requireValue(start, end, 4, `FRA ${type}`);
      numbers.set(type, readU32(body, start));
    }
  });
  const to = ips.get(FRA.dst);
  const from = ips.get(FRA.src);
  const fwmark = numbers.get(FRA.fwmark) ?? 0;
  const fwmask = numbers.get(FRA.fwmask) ?? 0;
  const invert = (readU32(body, 8) & FIB_RULE_INVERT) !== 0;
  return {
    family,
    priority: numbers.get(FRA.priority) ?? 0,
    table: numbers.get(FRA.table) ?? body[4] ?? 0,
    ...(from === undefined ? {} : { from: `${from}/${body[2]}` }),
    ...(to === undefined ? {} : { to: `${to}/${body[1]}` }),
    ...(fwmark === 0 && fwmask === 0 ? {} : { fwmark, fwmask }),
    ...(invert ? { invert } : {}),
  };
}

/** `struct fib_rule_hdr { __u8 family, dst_len, src_len, tos, table, res1, res2, action; __u32 flags; }` */
function encodeBody(rule: RoutingRule): Uint8Array {
  return writeBody((writer) => {
    const to = selector(rule.to);
    const from = selector(rule.from);
    writer.u8(rule.family === 4 ? addressFamily.inet : addressFamily.inet6);
    writer
      .u8(to?.prefixLength ?? 0)
      .u8(from?.prefixLength ?? 0)
      .u8(0);
    writer
      .u8(rule.table < 256 ? rule.table : 0)
      .u8(0)
      .u8(0)
      .u8(FR_ACT_TO_TBL);
    writer.u32(rule.invert === true ? FIB_RULE_INVERT : 0);
    if (to !== undefined) writer.attributeIp(FRA.dst, to.ip);
    if (from !== undefined) writer.attributeIp(FRA.src, from.ip);
    writer.attributeU32(FRA.priority, rule.priority).attributeU32(FRA.table, rule.table);
    if (rule.fwmark !== undefined) writer.attributeU32(FRA.fwmark, rule.fwmark);
    if (rule.fwmask !== undefined) writer.attributeU32(FRA.fwmask, rule.fwmask);
  });
}

/** `0.0.0.0/0` and `::/0` mean what leaving the selector out means, and the kernel reads them back as left out. */
function selector(text: string | undefined): IpWithPrefix | undefined {
  const parsed = text === undefined ? undefined : parseIpWithPrefix(text);
  return parsed?.prefixLength === 0 ? undefined : parsed;
}
