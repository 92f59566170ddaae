import type { Ip } from '../net/ip.ts';
import { type Mac, macToBytes } from '../net/mac.ts';
import { addressWord } from './address-word.ts';
import { assemble, type Program } from './assemble.ts';
import { countedDrops, dropLabel, requireBytes, storeBytes } from './fragments.ts';
import { ipipMaps } from './ipip-maps.ts';
import * as kernel from './kernel-constants.ts';
import {
  ecn,
  ethernetSize,
  fragmentMaskNetworkOrder,
  ipv4,
  ipv4Size,
  versionAndLengthPlain,
} from './packet-offsets.ts';
import { relayPathMtu, relayPathMtuLabel } from './relay-path-mtu.ts';
import {
  alu,
  call,
  exit,
  jump,
  jumpIf,
  jumpIf32,
  label,
  load,
  loadMap,
  note,
  type Statement,
  store,
} from './statement.ts';

/** What is fixed in a decapsulation program; a change of any of it needs a new program. */
export interface DecapsulateOptions {
  /** Index of the tunnel device, where the inner packets appear. */
  readonly tunnelIndex: number;
  readonly tunnelMac: Mac;
  /** Outer destination: this node's IPv4 address. */
  readonly local: Ip;
}

const outer = ethernetSize;
const inner = ethernetSize + ipv4Size;
/** Stack: the key of the peers map; one byte; a MAC address. */
const stack = { source: -8, ecnByte: -12, mac: -24 } as const;

/**
 * The program for an underlay device: takes the outer header off tunnel packets from known nodes and lets the inner
 * packet arrive on the tunnel device, where routing, netfilter and captures see it. Everything else is left to the stack.
 * Runs at tcx ingress; its source check is the only one, because netfilter never sees the outer packet.
 *
 * Registers: r6 context, r7 frame, r8 its end, r9 the inner TOS byte.
 *
 * @throws WeftError BPF_OPTIONS for IPv6
 * @see RFC 2003, RFC 6040 §4.2
 */
export function decapsulate(options: DecapsulateOptions): Program {
  return assemble('decapsulate', [
    alu('r6', '=', 'r1'),
    ...recogniseTunnelPacket(addressWord(options.local)),
    ...refuseBadPacket(),
    ...carryCongestionMark(),
    ...removeOuterHeader(),
    ...arriveOnTunnel(options),
    ...relayPathMtu(addressWord(options.local), 'pass'),
    label('pass'),
    note('not ours: the next program, then the stack'),
    alu('r0', '=', kernel.TCX_NEXT),
    exit(),
    ...countedDrops(['unknown-source', 'outer-fragment', 'malformed', 'congestion', 'no-room']),
  ]);
}

function recogniseTunnelPacket(local: number): Statement[] {
  return [
    note('ours is: IPv4 without options, protocol 4, to this node and in a frame for this machine'),
    load('u32', 'r1', 'r6', kernel.skb.protocol),
    jumpIf('r1', '!=', kernel.ETH_P_IP_NETWORK_ORDER, 'pass'),
    ...requireBytes(outer + ipv4Size, 'pass'),
    load('u8', 'r1', 'r7', outer + ipv4.protocol),
    jumpIf('r1', '==', kernel.IPPROTO_ICMP, relayPathMtuLabel),
    jumpIf('r1', '!=', kernel.IPPROTO_IPIP, 'pass'),
    load('u8', 'r1', 'r7', outer + ipv4.versionAndLength),
    jumpIf('r1', '!=', versionAndLengthPlain, 'pass'),
    load('u32', 'r1', 'r7', outer + ipv4.destination),
    jumpIf32('r1', '!=', local, 'pass'),
    load('u32', 'r1', 'r6', kernel.skb.pkt_type),
    jumpIf('r1', '!=', kernel.PACKET_HOST, 'pass'),
  ];
}

function refuseBadPacket(): Statement[] {
  return [
    note('only nodes that we know may put packets into this network'),
    load('u32', 'r1', 'r7', outer + ipv4.source),
    store('u32', 'r10', stack.source, 'r1'),
    loadMap('r1', ipipMaps.peers),
    alu('r2', '=', 'r10'),
    alu('r2', '+=', stack.source),
    call('map_lookup_elem'),
    jumpIf('r0', '==', 0, dropLabel('unknown-source')),
    note('nobody reassembles protocol 4 here, and a later fragment holds no inner header'),
    load('u16', 'r1', 'r7', outer + ipv4.fragment),
    jumpIf('r1', '&', fragmentMaskNetworkOrder, dropLabel('outer-fragment')),
    ...requireBytes(inner + ipv4Size, dropLabel('malformed')),
    load('u8', 'r1', 'r7', inner + ipv4.versionAndLength),
    alu('r1', '>>=', 4),
    jumpIf('r1', '!=', 4, dropLabel('malformed')),
  ];
}

/** RFC 6040 §4.2: outer CE sets inner CE, outer ECT(1) turns inner ECT(0) into ECT(1); CE never meets not-ECT. */
function carryCongestionMark(): Statement[] {
  return [
    note('RFC 6040: a congestion mark on the outer header is carried over to the inner one'),
    load('u8', 'r9', 'r7', inner + ipv4.tos),
    alu('r2', '=', 'r9'),
    alu('r2', '&=', ecn.mask),
    load('u8', 'r1', 'r7', outer + ipv4.tos),
    alu('r1', '&=', ecn.mask),
    jumpIf('r1', '==', ecn.ce, 'outer-ce'),
    jumpIf('r1', '!=', ecn.ect1, 'ecn-carried'),
    jumpIf('r2', '!=', ecn.ect0, 'ecn-carried'),
    alu('r9', '^=', ecn.ect0 ^ ecn.ect1),
    jump('write-ecn'),
    label('outer-ce'),
    note('an inner sender that does not understand the mark learns by loss'),
    jumpIf('r2', '==', ecn.notEct, dropLabel('congestion')),
    jumpIf('r2', '==', ecn.ce, 'ecn-carried'),
    alu('r9', '|=', ecn.ce),
    label('write-ecn'),
    store('u8', 'r10', stack.ecnByte, 'r9'),
    note('the inner checksum covers version, length and TOS as one halfword'),
    load('u16', 'r3', 'r7', inner),
    alu('r4', '=', 'r3'),
    alu('r4', '&=', 0xff),
    alu('r9', '<<=', 8),
    alu('r4', '|=', 'r9'),
    alu('r1', '=', 'r6'),
    alu('r2', '=', inner + ipv4.checksum),
    alu('r5', '=', 2),
    call('l3_csum_replace'),
    jumpIf('r0', '!=', 0, dropLabel('malformed')),
    ...storeBytes(inner + ipv4.tos, stack.ecnByte, 1, 'malformed'),
    label('ecn-carried'),
  ];
}

function removeOuterHeader(): Statement[] {
  return [
    note('take the outer header out from between the Ethernet and the inner header'),
    alu('r1', '=', 'r6'),
    alu('r2', '=', -ipv4Size),
    alu('r3', '=', kernel.BPF_ADJ_ROOM_MAC),
    alu('r4', '=', kernel.BPF_F_ADJ_ROOM_FIXED_GSO | kernel.BPF_F_ADJ_ROOM_NO_CSUM_RESET),
    call('skb_adjust_room'),
    jumpIf('r0', '!=', 0, dropLabel('no-room')),
  ];
}

function arriveOnTunnel(options: DecapsulateOptions): Statement[] {
  const mac = new DataView(macToBytes(options.tunnelMac).buffer);
  return [
    note("addressed to the tunnel device, or the stack takes it for somebody else's"),
    store('u32', 'r10', stack.mac, mac.getUint32(0, true)),
    store('u16', 'r10', stack.mac + 4, mac.getUint16(4, true)),
    ...storeBytes(0, stack.mac, 6, 'no-room'),
    note('received by the tunnel device, so that reverse path filter and "-i" rules hold'),
    alu('r1', '=', options.tunnelIndex),
    alu('r2', '=', kernel.BPF_F_INGRESS),
    call('redirect'),
    exit(),
  ];
}
