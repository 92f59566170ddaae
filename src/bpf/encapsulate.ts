import { WeftError } from '../base/errors.ts';
import type { Ip } from '../net/ip.ts';
import { addressWord } from './address-word.ts';
import { assemble, type Program } from './assemble.ts';
import { checksumHeader, countedDrops, dropLabel, requireBytes, storeBytes } from './fragments.ts';
import * as kernel from './kernel-constants.ts';
import {
  dontFragmentNetworkOrder,
  ecn,
  ethernetSize,
  ipv4,
  ipv4Size,
  versionAndLengthPlain,
} from './packet-offsets.ts';
import { alu, call, exit, jumpIf, label, load, note, type Statement, store, toBigEndian } from './statement.ts';

/** What is fixed in an encapsulation program; a change of any of it needs a new program. */
export interface EncapsulateOptions {
  /** Index of the tunnel device, `tunl0`. */
  readonly tunnelIndex: number;
  /** Outer source: this node's IPv4 address. */
  readonly local: Ip;
  /** Indexes of the devices that lead to other nodes, at least one. */
  readonly underlayIndexes: readonly number[];
}

/** Stack: `struct bpf_fib_lookup`, then the outer header, then `struct bpf_redir_neigh`. */
const lookup = -kernel.fibSize;
const outer = lookup - 24;
const nextHop = outer - 24;
const inner = ethernetSize;

/**
 * The program for the far end of the tunnel device: puts an outer IPv4 header before every packet routed into the
 * tunnel and sends it to the node that is the route's gateway. Runs at tcx ingress of the veth peer.
 *
 * Registers: r6 context, r7 frame, r8 its end and later the underlay's index, r9 gateway.
 *
 * @throws WeftError BPF_OPTIONS for IPv6 or no underlay
 * @see RFC 2003 (header), RFC 6040 §4.1 (ECN)
 */
export function encapsulate(options: EncapsulateOptions): Program {
  const [firstUnderlay, ...moreUnderlays] = options.underlayIndexes;
  if (firstUnderlay === undefined) {
    throw new WeftError('BPF_OPTIONS', 'Cannot make encapsulation program: no underlay device found, one needed');
  }
  const several = moreUnderlays.length > 0;
  return assemble('encapsulate', [
    alu('r6', '=', 'r1'),
    note('only IPv4 goes into the tunnel'),
    load('u32', 'r1', 'r6', kernel.skb.protocol),
    jumpIf('r1', '!=', kernel.ETH_P_IP_NETWORK_ORDER, dropLabel('not-ipv4')),
    ...requireBytes(inner + ipv4Size, dropLabel('not-ipv4')),
    ...findGateway(options.tunnelIndex),
    ...buildOuterHeader(addressWord(options.local)),
    note('header checksum'),
    ...checksumHeader(outer),
    ...(several ? findUnderlay(addressWord(options.local)) : []),
    ...insertOuterHeader(),
    ...(several ? sendToNextHop() : sendToUnderlay(firstUnderlay)),
    ...countedDrops(['not-ipv4', 'no-gateway', ...(several ? (['no-underlay-route'] as const) : []), 'no-room']),
  ]);
}

/** Asks the kernel for the route it has just used, so that there is no second table to keep in step. */
function findGateway(tunnelIndex: number): Statement[] {
  return [
    note('the gateway of the route that led here: the lookup is repeated as a sender on the tunnel device'),
    ...clearLookup(),
    store('u32', 'r10', lookup + kernel.fib.ifindex, tunnelIndex),
    load('u8', 'r1', 'r7', inner + ipv4.protocol),
    store('u8', 'r10', lookup + kernel.fib.l4_protocol, 'r1'),
    load('u8', 'r1', 'r7', inner + ipv4.tos),
    store('u8', 'r10', lookup + kernel.fib.tos, 'r1'),
    load('u32', 'r1', 'r7', inner + ipv4.source),
    store('u32', 'r10', lookup + kernel.fib.ipv4_src, 'r1'),
    load('u32', 'r9', 'r7', inner + ipv4.destination),
    store('u32', 'r10', lookup + kernel.fib.ipv4_dst, 'r9'),
    ...callLookup(kernel.BPF_FIB_LOOKUP_OUTPUT | kernel.BPF_FIB_LOOKUP_SKIP_NEIGH),
    jumpIf('r0', '!=', 0, dropLabel('no-gateway')),
    note('a route without gateway leaves the destination as it was: nobody to send to'),
    alu('r1', '=', 'r9'),
    load('u32', 'r9', 'r10', lookup + kernel.fib.ipv4_dst),
    jumpIf('r9', '==', 'r1', dropLabel('no-gateway')),
  ];
}

/** RFC 2003 §3.1 on the stack; the checksum stays zero. */
function buildOuterHeader(local: number): Statement[] {
  return [
    note('TOS: DSCP 0, ECN of the inner packet, but "congestion experienced" goes out as ECT(0) (full functionality)'),
    store('u8', 'r10', outer + ipv4.versionAndLength, versionAndLengthPlain),
    load('u8', 'r1', 'r7', inner + ipv4.tos),
    alu('r1', '&=', ecn.mask),
    jumpIf('r1', '!=', ecn.ce, 'ecn-chosen'),
    alu('r1', '=', ecn.ect0),
    label('ecn-chosen'),
    store('u8', 'r10', outer + ipv4.tos, 'r1'),
    note('total length: one header more'),
    load('u16', 'r1', 'r7', inner + ipv4.totalLength),
    toBigEndian('r1', 16),
    alu('r1', '+=', ipv4Size),
    toBigEndian('r1', 16),
    store('u16', 'r10', outer + ipv4.totalLength, 'r1'),
    note('"do not fragment" as the inner sender wishes, so that path MTU discovery sees the whole path'),
    load('u16', 'r1', 'r7', inner + ipv4.fragment),
    alu('r1', '&=', dontFragmentNetworkOrder),
    store('u16', 'r10', outer + ipv4.fragment, 'r1'),
    note('TTL is inherited: a routing loop through tunnels ends'),
    load('u8', 'r1', 'r7', inner + ipv4.ttl),
    store('u8', 'r10', outer + ipv4.ttl, 'r1'),
    store('u8', 'r10', outer + ipv4.protocol, kernel.IPPROTO_IPIP),
    store('u16', 'r10', outer + ipv4.checksum, 0),
    store('u32', 'r10', outer + ipv4.source, local),
    store('u32', 'r10', outer + ipv4.destination, 'r9'),
    note('a random id serves the packets that may be fragmented on the way'),
    call('get_prandom_u32'),
    store('u16', 'r10', outer + ipv4.id, 'r0'),
  ];
}

/** With several underlay devices the outer packet is routed like one of this machine's own. */
function findUnderlay(local: number): Statement[] {
  return [
    note('device and next hop for the gateway: a lookup "from lo" is not bound to any device'),
    ...clearLookup(),
    store('u32', 'r10', lookup + kernel.fib.ifindex, kernel.LOOPBACK_IFINDEX),
    store('u8', 'r10', lookup + kernel.fib.l4_protocol, kernel.IPPROTO_IPIP),
    store('u32', 'r10', lookup + kernel.fib.ipv4_src, local),
    store('u32', 'r10', lookup + kernel.fib.ipv4_dst, 'r9'),
    ...callLookup(kernel.BPF_FIB_LOOKUP_SKIP_NEIGH),
    jumpIf('r0', '!=', 0, dropLabel('no-underlay-route')),
    load('u32', 'r8', 'r10', lookup + kernel.fib.ifindex),
    store('u64', 'r10', nextHop + 8, 0),
    store('u32', 'r10', nextHop + 16, 0),
    store('u32', 'r10', nextHop, kernel.AF_INET),
    load('u32', 'r1', 'r10', lookup + kernel.fib.ipv4_dst),
    store('u32', 'r10', nextHop + 4, 'r1'),
  ];
}

function insertOuterHeader(): Statement[] {
  const keep = kernel.BPF_F_ADJ_ROOM_FIXED_GSO | kernel.BPF_F_ADJ_ROOM_NO_CSUM_RESET;
  return [
    note('room between the Ethernet and the inner header; the kernel learns that large packets are tunnelled'),
    ...adjustRoom(ipv4Size, keep | kernel.BPF_F_ADJ_ROOM_ENCAP_L3_IPV4),
    jumpIf('r0', '==', 0, 'have-room'),
    note('a packet that came out of a tunnel and goes into one again is marked as tunnelled already'),
    jumpIf('r0', '!=', -kernel.EALREADY, dropLabel('no-room')),
    ...adjustRoom(ipv4Size, keep),
    jumpIf('r0', '!=', 0, dropLabel('no-room')),
    label('have-room'),
    ...storeBytes(ethernetSize, outer, ipv4Size, 'no-room'),
  ];
}

function sendToUnderlay(index: number): Statement[] {
  return [
    note('out through the underlay; the kernel finds the neighbour and writes the Ethernet header'),
    alu('r1', '=', index),
    alu('r2', '=', 0),
    alu('r3', '=', 0),
    alu('r4', '=', 0),
    call('redirect_neigh'),
    exit(),
  ];
}

function sendToNextHop(): Statement[] {
  return [
    note('out through the device found; the kernel asks for the next hop and writes the Ethernet header'),
    alu('r1', '=', 'r8'),
    alu('r2', '=', 'r10'),
    alu('r2', '+=', nextHop),
    alu('r3', '=', kernel.redirNeighSize),
    alu('r4', '=', 0),
    call('redirect_neigh'),
    exit(),
  ];
}

/** All zero but for the family. */
function clearLookup(): Statement[] {
  const rest = Array.from({ length: kernel.fibSize / 8 - 1 }, (_, index) =>
    store('u64', 'r10', lookup + 8 * (index + 1), 0),
  );
  return [store('u64', 'r10', lookup + kernel.fib.family, kernel.AF_INET), ...rest];
}

function callLookup(flags: number): Statement[] {
  return [
    alu('r1', '=', 'r6'),
    alu('r2', '=', 'r10'),
    alu('r2', '+=', lookup),
    alu('r3', '=', kernel.fibSize),
    alu('r4', '=', flags),
    call('fib_lookup'),
  ];
}

function adjustRoom(bytes: number, flags: number): Statement[] {
  return [
    alu('r1', '=', 'r6'),
    alu('r2', '=', bytes),
    alu('r3', '=', kernel.BPF_ADJ_ROOM_MAC),
    alu('r4', '=', flags),
    call('skb_adjust_room'),
  ];
}
