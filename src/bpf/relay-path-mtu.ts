import { checksumHeader, dropLabel, requireBytes } from './fragments.ts';
import { ipipMaps } from './ipip-maps.ts';
import * as kernel from './kernel-constants.ts';
import { ethernetSize, fragmentMaskNetworkOrder, ipv4, ipv4Size, versionAndLengthPlain } from './packet-offsets.ts';
import {
  alu,
  call,
  exit,
  jumpIf,
  jumpIf32,
  label,
  load,
  loadMap,
  note,
  type Statement,
  store,
  toBigEndian,
} from './statement.ts';

/** Where {@link relayPathMtu} is to be jumped to, with 34 readable bytes at r7. */
export const relayPathMtuLabel = 'relay-path-mtu';

/** Type 3 (destination unreachable), code 4 (fragmentation needed), as a little-endian machine reads them. */
const fragmentationNeeded = 0x0403;
const icmpSize = 8;
/** The smallest MTU of an IPv4 link, RFC 791 §3.2. */
const leastMtu = 68;

/** In the frame: IP header, ICMP header, the quoted outer and inner header. */
const ip = ethernetSize;
const icmp = ip + ipv4Size;
const quotedOuter = icmp + icmpSize;
const quotedInner = quotedOuter + ipv4Size;
/** On the stack: the key of the peers map, and the two new headers, one behind the other. */
const stack = { peer: -8, ip: -40, icmp: -40 + ipv4Size } as const;

/**
 * A router on the underlay says that a tunnel packet was too big. The stack would not know whose packet that was; here the
 * answer is turned into the one the inner sender understands: same message, 20 bytes less, about the inner packet. No
 * state, so nothing to keep or to lose.
 *
 * The message shrinks by the quoted outer header, and its checksum stays but for the MTU: a valid IPv4 header sums to zero.
 *
 * Registers: r6 context, r7 frame; ends the program, or goes to `otherwise` with the packet untouched.
 *
 * @see RFC 2003 §5.1, RFC 1191, RFC 1624
 */
export function relayPathMtu(local: number, otherwise: string): Statement[] {
  return [
    label(relayPathMtuLabel),
    ...recognise(local, otherwise),
    ...newIpHeader(),
    ...newIcmpHeader(otherwise),
    ...replaceHeaders(),
    note('the stack delivers it to the inner sender, as related to its connection'),
    alu('r0', '=', kernel.TCX_NEXT),
    exit(),
  ];
}

function recognise(local: number, otherwise: string): Statement[] {
  return [
    note('"fragmentation needed" to this node about a tunnel packet that it sent to a known node'),
    load('u8', 'r1', 'r7', ip + ipv4.versionAndLength),
    jumpIf('r1', '!=', versionAndLengthPlain, otherwise),
    load('u32', 'r1', 'r7', ip + ipv4.destination),
    jumpIf32('r1', '!=', local, otherwise),
    load('u16', 'r1', 'r7', ip + ipv4.fragment),
    jumpIf('r1', '&', fragmentMaskNetworkOrder, otherwise),
    ...requireBytes(quotedInner + ipv4Size, otherwise),
    load('u16', 'r1', 'r7', icmp),
    jumpIf('r1', '!=', fragmentationNeeded, otherwise),
    note('a length here would count words of the quotation, which is about to shrink (RFC 4884)'),
    load('u16', 'r1', 'r7', icmp + 4),
    jumpIf('r1', '!=', 0, otherwise),
    load('u8', 'r1', 'r7', quotedOuter + ipv4.versionAndLength),
    jumpIf('r1', '!=', versionAndLengthPlain, otherwise),
    load('u8', 'r1', 'r7', quotedOuter + ipv4.protocol),
    jumpIf('r1', '!=', kernel.IPPROTO_IPIP, otherwise),
    load('u32', 'r1', 'r7', quotedOuter + ipv4.source),
    jumpIf32('r1', '!=', local, otherwise),
    load('u8', 'r1', 'r7', quotedInner + ipv4.versionAndLength),
    alu('r1', '>>=', 4),
    jumpIf('r1', '!=', 4, otherwise),
    load('u32', 'r1', 'r7', quotedOuter + ipv4.destination),
    store('u32', 'r10', stack.peer, 'r1'),
    loadMap('r1', ipipMaps.peers),
    alu('r2', '=', 'r10'),
    alu('r2', '+=', stack.peer),
    call('map_lookup_elem'),
    jumpIf('r0', '==', 0, otherwise),
  ];
}

function newIpHeader(): Statement[] {
  const copy = [0, 4, 8, 12].flatMap((offset) => [
    load('u32', 'r1', 'r7', ip + offset),
    store('u32', 'r10', stack.ip + offset, 'r1'),
  ]);
  return [
    note('the IP header again, one header shorter and to the inner sender'),
    ...copy,
    load('u16', 'r1', 'r7', ip + ipv4.totalLength),
    toBigEndian('r1', 16),
    alu('r1', '-=', ipv4Size),
    toBigEndian('r1', 16),
    store('u16', 'r10', stack.ip + ipv4.totalLength, 'r1'),
    load('u32', 'r1', 'r7', quotedInner + ipv4.source),
    store('u32', 'r10', stack.ip + ipv4.destination, 'r1'),
    store('u16', 'r10', stack.ip + ipv4.checksum, 0),
    ...checksumHeader(stack.ip),
  ];
}

/** RFC 1624: new sum = ~(~old sum + ~old value + new value). */
function newIcmpHeader(otherwise: string): Statement[] {
  const fold = [alu('r3', '=', 'r1'), alu('r3', '>>=', 16), alu('r1', '&=', 0xffff), alu('r1', '+=', 'r3')];
  return [
    note('the MTU without the outer header'),
    load('u16', 'r1', 'r7', icmp + 6),
    alu('r2', '=', 'r1'),
    toBigEndian('r2', 16),
    jumpIf('r2', '<', leastMtu + ipv4Size, otherwise),
    alu('r2', '-=', ipv4Size),
    toBigEndian('r2', 16),
    store('u16', 'r10', stack.icmp, fragmentationNeeded),
    store('u16', 'r10', stack.icmp + 4, 0),
    store('u16', 'r10', stack.icmp + 6, 'r2'),
    note('the ICMP checksum follows'),
    alu('r1', '^=', 0xffff),
    alu('r1', '+=', 'r2'),
    load('u16', 'r3', 'r7', icmp + 2),
    alu('r3', '^=', 0xffff),
    alu('r1', '+=', 'r3'),
    ...fold,
    ...fold,
    alu('r1', '^=', 0xffff),
    store('u16', 'r10', stack.icmp + 2, 'r1'),
  ];
}

function replaceHeaders(): Statement[] {
  return [
    note('20 bytes out from behind the IP header, then both headers over what is left of the quoted outer one'),
    alu('r1', '=', 'r6'),
    alu('r2', '=', -ipv4Size),
    alu('r3', '=', kernel.BPF_ADJ_ROOM_NET),
    alu('r4', '=', kernel.BPF_F_ADJ_ROOM_NO_CSUM_RESET),
    call('skb_adjust_room'),
    jumpIf('r0', '!=', 0, dropLabel('no-room')),
    alu('r1', '=', 'r6'),
    alu('r2', '=', ip),
    alu('r3', '=', 'r10'),
    alu('r3', '+=', stack.ip),
    alu('r4', '=', ipv4Size + icmpSize),
    alu('r5', '=', kernel.BPF_F_RECOMPUTE_CSUM),
    call('skb_store_bytes'),
    jumpIf('r0', '!=', 0, dropLabel('no-room')),
  ];
}
