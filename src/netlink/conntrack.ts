import { type Family, type Ip, ipFromBytes } from '../net/ip.ts';
import { eachAttribute } from './attribute.ts';
import { type NetlinkMessage, netlinkFlag, outgoing } from './message.ts';
import { nfgenmsgLength, writeNfgenmsg } from './nft-message.ts';
import { type BodyWriter, writeBody } from './writer.ts';

/**
 * Entries of connection tracking.
 *
 * @see linux/netfilter/nfnetlink_conntrack.h
 */

/** NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_* */
const conntrack = { get: (1 << 8) | 1, remove: (1 << 8) | 2 } as const;
const addressFamily = { 4: 2, 6: 10 } as const;
/** NLA_F_NESTED, which this attribute is refused without. */
const nested = 0x8000;
const CTA = { tupleOrig: 1, tupleReply: 2, zone: 18, filter: 25 | nested } as const;
const CTA_TUPLE_IP = 1;
const CTA_FILTER = { origFlags: 1, replyFlags: 2 } as const;
/** Which end, as the attribute for its IPv4 address and as the flag that says it counts. */
const ends = {
  source: { 4: 1, flag: 1 },
  destination: { 4: 2, flag: 2 },
} as const;

/**
 * Takes away every connection that an IPv4 address has to do with: as the one who began it or who was asked, before or
 * after address translation. One message for each; a kernel that cannot select (before 5.8) refuses. Not for IPv6, where
 * the kernel (6.18, too) takes away all connections but those.
 */
export function encodeForgetConnections(ip: Ip): NetlinkMessage[] {
  return (['tupleOrig', 'tupleReply'] as const).flatMap((tuple) =>
    (['source', 'destination'] as const).map((end) =>
      deletion(4, (writer) => {
        writer.nest(CTA[tuple], () => {
          writer.nest(CTA_TUPLE_IP, () => void writer.attributeIp(ends[end][4], ip));
        });
        const direction = tuple === 'tupleOrig' ? CTA_FILTER.origFlags : CTA_FILTER.replyFlags;
        writer.nest(CTA.filter, () => void writer.attributeU32(direction, ends[end].flag));
      }),
    ),
  );
}

/** Asks for all connections of IPv6. */
export function encodeListConnections6(): NetlinkMessage {
  const body = writeBody((writer) => void writeNfgenmsg(writer, addressFamily[6]));
  return outgoing(conntrack.get, netlinkFlag.dump, body);
}

/** Takes away a listed connection of IPv6; `undefined` when it has nothing to do with these addresses. */
export function encodeForgetListed6({ body }: NetlinkMessage, addresses: ReadonlySet<Ip>): NetlinkMessage | undefined {
  let [concerned, tuple, zone] = [false, new Uint8Array(0), new Uint8Array(0)];
  eachAttribute(body, nfgenmsgLength, body.length, (type, start, end) => {
    if (type === CTA.tupleOrig) tuple = body.slice(start, end);
    if (type === CTA.zone) zone = body.slice(start, end);
    if (type !== CTA.tupleOrig && type !== CTA.tupleReply) return;
    eachAttribute(body, start, end, (part, from, to) => {
      if (part !== CTA_TUPLE_IP) return;
      eachAttribute(body, from, to, (_, first, last) => {
        if (last - first === 16 && addresses.has(ipFromBytes(body.subarray(first, last)))) concerned = true;
      });
    });
  });
  if (!concerned) return undefined;
  return deletion(6, (writer) => {
    writer.attribute(CTA.tupleOrig | nested, tuple);
    if (zone.length > 0) writer.attribute(CTA.zone, zone);
  });
}

function deletion(family: Family, fill: (writer: BodyWriter) => void): NetlinkMessage {
  return outgoing(
    conntrack.remove,
    0,
    writeBody((writer) => fill(writeNfgenmsg(writer, addressFamily[family]))),
  );
}
