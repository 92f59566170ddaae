import { eachAttribute } from './attribute.ts';
import { readI32Be, readText, requireLength } from './bytes.ts';
import { type NetlinkMessage, outgoing } from './message.ts';
import { nfgenmsgLength, writeNfgenmsg } from './nft-message.ts';
import { type BodyWriter, writeBody } from './writer.ts';

/**
 * Packets that a ruleset copies to user space (`log group N`).
 *
 * @see linux/netfilter/nfnetlink_log.h
 */

/** A packet as the kernel hands it out; absent is what it does not say. */
export interface NflogPacket {
  readonly group: number;
  /** The text of the rule that logged it; '' when it has none. */
  readonly prefix: string;
  /** Numbers of interfaces. */
  readonly inDevice?: number;
  readonly outDevice?: number;
  readonly mark?: number;
  /** From the IP header on, at most as long as was asked for. */
  readonly payload: Uint8Array;
}

/** NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_* */
const subsystem = 4;
const nflogMessage = { packet: subsystem << 8, config: (subsystem << 8) | 1 } as const;
const CONFIG = { command: 1, mode: 2, timeout: 4, queueThreshold: 5 } as const;
const NFULNL_CFG_CMD_BIND = 1;
const NFULNL_COPY_PACKET = 2;
const PACKET = { mark: 2, inDevice: 4, outDevice: 5, payload: 9, prefix: 10 } as const;

/** How packets are delivered. */
export interface NflogDelivery {
  /** So much of each packet is copied. */
  readonly copyBytes: number;
  /** The kernel keeps packets together for so long, unless so many have come. */
  readonly delayMs: number;
  readonly queueLength: number;
}

/** Asks for the packets of a group on the socket that this is sent on; EPERM when another one has it. */
export function encodeNflogBind(group: number, delivery: NflogDelivery): NetlinkMessage[] {
  const { copyBytes, delayMs, queueLength } = delivery;
  return [
    configMessage(group, (writer) => writer.attributeU8(CONFIG.command, NFULNL_CFG_CMD_BIND)),
    configMessage(group, (writer) => {
      const mode = writeBody((inner) =>
        inner
          .u16be(copyBytes >>> 16)
          .u16be(copyBytes)
          .u8(NFULNL_COPY_PACKET)
          .u8(0),
      );
      writer.attribute(CONFIG.mode, mode);
      // In hundredths of a second.
      writer.attributeU32be(CONFIG.timeout, Math.max(1, Math.round(delayMs / 10)));
      writer.attributeU32be(CONFIG.queueThreshold, queueLength);
    }),
  ];
}

/** The packet in an NFULNL_MSG_PACKET; `undefined` for other messages. @throws WeftError NETLINK_MALFORMED */
export function decodeNflogPacket(message: NetlinkMessage): NflogPacket | undefined {
  if (message.type !== nflogMessage.packet) return undefined;
  const { body } = message;
  requireLength(body, nfgenmsgLength, 'struct nfgenmsg');
  const found: { -readonly [K in keyof NflogPacket]: NflogPacket[K] } = {
    group: ((body[2] ?? 0) << 8) | (body[3] ?? 0),
    prefix: '',
    payload: new Uint8Array(0),
  };
  eachAttribute(body, nfgenmsgLength, body.length, (type, start, end) => {
    if (type === PACKET.prefix) found.prefix = readText(body, start, end);
    if (type === PACKET.payload) found.payload = body.slice(start, end);
    if (type === PACKET.mark && end - start >= 4) found.mark = readI32Be(body, start) >>> 0;
    if (type === PACKET.inDevice && end - start >= 4) found.inDevice = readI32Be(body, start);
    if (type === PACKET.outDevice && end - start >= 4) found.outDevice = readI32Be(body, start);
  });
  return found;
}

function configMessage(group: number, fill: (writer: BodyWriter) => void): NetlinkMessage {
  const body = writeBody((writer) => {
    fill(writeNfgenmsg(writer, 0, group));
  });
  return outgoing(nflogMessage.config, 0, body);
}
