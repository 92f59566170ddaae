import { errorText } from '../base/errors.ts';
import { decodeAck, formatAck } from './ack.ts';
import { eachAttribute } from './attribute.ts';
import {
  type AttributeShape,
  type AttributeTable,
  addressTable,
  elementsTable,
  generationTable,
  linkDataTable,
  linkTable,
  neighbourTable,
  nflogConfigTable,
  nflogPacketTable,
  nftChainTable,
  nftRuleTable,
  nftSetTable,
  nftTableTable,
  routeTable,
  ruleTable,
  vethPeerTable,
} from './attribute-names.ts';
import { readI32, readI32Be, readText, readU16, readU16Be, readU32 } from './bytes.ts';
import { decodeIp, decodeMac } from './ip-bytes.ts';
import { controlType, decodeMessages, type NetlinkMessage } from './message.ts';

/** A kind of message: its name, its fixed fields, where its attributes start and what they are. */
interface MessageShape {
  readonly name: string;
  readonly header: (body: Uint8Array) => string;
  readonly headerLength: number;
  readonly attributes: AttributeTable;
}

const netfilterProtocol = 12;
const families: Readonly<Record<number, string>> = { 0: 'unspec', 2: 'inet', 7: 'bridge', 10: 'inet6' };
const family = (body: Uint8Array) => families[body[0] ?? 0] ?? `family ${body[0]}`;

const objects: readonly (Omit<MessageShape, 'name'> & { readonly first: number; readonly object: string })[] = [
  {
    first: 16,
    object: 'LINK',
    headerLength: 16,
    attributes: linkTable,
    header: (body) => `${family(body)} index=${readI32(body, 4)} flags=${hex32(body, 8)}/${hex32(body, 12)}`,
  },
  {
    first: 20,
    object: 'ADDR',
    headerLength: 8,
    attributes: addressTable,
    header: (body) => `${family(body)} /${body[1]} flags=${body[2]} scope=${body[3]} index=${readU32(body, 4)}`,
  },
  {
    first: 24,
    object: 'ROUTE',
    headerLength: 12,
    attributes: routeTable,
    header: (body) =>
      `${family(body)} /${body[1]} table=${body[4]} protocol=${body[5]} scope=${body[6]} type=${body[7]} flags=${hex32(body, 8)}`,
  },
  {
    first: 28,
    object: 'NEIGH',
    headerLength: 12,
    attributes: neighbourTable,
    header: (body) =>
      `${family(body)} index=${readI32(body, 4)} state=0x${readU16(body, 8).toString(16)} flags=${body[10]}`,
  },
  {
    first: 32,
    object: 'RULE',
    headerLength: 12,
    attributes: ruleTable,
    header: (body) =>
      `${family(body)} to=/${body[1]} from=/${body[2]} table=${body[4]} action=${body[7]} flags=${hex32(body, 8)}`,
  },
];
const verbs = ['NEW', 'DEL', 'GET', 'SET'];

const nfgenmsg = (body: Uint8Array) => `family=${body[0]} resource=${readU16Be(body, 2)}`;
const nft = (name: string, attributes: AttributeTable): MessageShape => ({
  name,
  header: nfgenmsg,
  headerLength: 4,
  attributes,
});
/** NEW, GET and DEL come one after the other. */
const nftKinds = [
  ['TABLE', nftTableTable],
  ['CHAIN', nftChainTable],
  ['RULE', nftRuleTable],
  ['SET', nftSetTable],
  ['SETELEM', elementsTable],
] as const;
const firstNftMessage = 10 << 8;
const netfilterShapes: Readonly<Record<number, MessageShape>> = {
  16: nft('BATCH_BEGIN', new Map()),
  17: nft('BATCH_END', new Map()),
  1024: nft('NFLOG', nflogPacketTable),
  1025: nft('NFLOGCONFIG', nflogConfigTable),
  ...Object.fromEntries(
    nftKinds.flatMap(([kind, attributes], i) =>
      ['NEW', 'GET', 'DEL'].map((verb, j) => [firstNftMessage + i * 3 + j, nft(`${verb}${kind}`, attributes)] as const),
    ),
  ),
  2575: nft('NEWGEN', generationTable),
  2576: nft('GETGEN', generationTable),
};

/**
 * One line for every message of a datagram, for people: name, flags, sequence number, fixed fields, attributes by name.
 * `NEWROUTE flags=0x505 seq=7 inet /26 table=254 ... DST=10.24.1.0 OIF=3`; `+5` counts attributes that we have no name for.
 * Never throws: what cannot be read is shown in hex.
 *
 * @param protocol NETLINK_ROUTE (0) or NETLINK_NETFILTER (12)
 */
export function describeDatagram(protocol: number, bytes: Uint8Array): string[] {
  try {
    return decodeMessages(bytes).map((message) => describeMessage(protocol, message));
  } catch (error) {
    return [`${errorText(error)}: ${toHex(bytes)}`];
  }
}

function describeMessage(protocol: number, message: NetlinkMessage): string {
  const { body, flags, sequence, type } = message;
  const shape = shapeOf(protocol, type);
  const head = (name: string) => `${name} flags=0x${flags.toString(16)} seq=${sequence}`;
  try {
    if (type === controlType.error || type === controlType.done) {
      const ack = decodeAck(message);
      const name = type === controlType.done ? 'DONE' : ack.errno === 0 ? 'ACK' : 'ERROR';
      const offset = ack.offset === undefined ? '' : ` at byte ${ack.offset}`;
      return head(name) + (ack.errno === 0 ? '' : ` ${formatAck(ack)}${offset}`);
    }
    if (shape === undefined) return `${head(`type ${type}`)} ${toHex(body)}`.trimEnd();
    const attributes = describeAttributes(
      body,
      Math.min(shape.headerLength, body.length),
      body.length,
      shape.attributes,
    );
    return `${head(shape.name)} ${shape.header(body)} ${attributes}`.trimEnd();
  } catch (error) {
    return `${head(shape?.name ?? `type ${type}`)} ${errorText(error)}: ${toHex(body)}`;
  }
}

function shapeOf(protocol: number, type: number): MessageShape | undefined {
  if (protocol === netfilterProtocol) return netfilterShapes[type];
  const shape = objects.find(({ first }) => type >= first && type < first + 4);
  return shape === undefined ? undefined : { ...shape, name: `${verbs[type - shape.first]}${shape.object}` };
}

function describeAttributes(body: Uint8Array, start: number, end: number, table: AttributeTable): string {
  const texts: string[] = [];
  let kind = '';
  let unnamed = 0;
  eachAttribute(body, start, end, (type, from, to) => {
    // Inside IFLA_LINKINFO the data's meaning depends on the kind that was named before it.
    if (table.get(1)?.[0] === 'KIND' && type === 1) kind = readText(body, from, to);
    if (table.get(1)?.[0] === 'KIND' && type === 2) texts.push(describeLinkData(body, from, to, kind));
    else {
      const known = table.get(type);
      if (known === undefined) unnamed++;
      else texts.push(`${known[0]}=${describeValue(body, from, to, known[1])}`);
    }
  });
  if (unnamed > 0) texts.push(`+${unnamed}`);
  return texts.join(' ');
}

function describeLinkData(body: Uint8Array, start: number, end: number, kind: string): string {
  if (kind !== 'veth') return `DATA={${describeAttributes(body, start, end, linkDataTable(kind) ?? new Map())}}`;
  const peers: string[] = [];
  eachAttribute(body, start, end, (_, from, to) => {
    peers.push(describeAttributes(body, Math.min(from + 16, to), to, vethPeerTable));
  });
  return `DATA={PEER={${peers.join(' ')}}}`;
}

function describeValue(body: Uint8Array, start: number, end: number, shape: AttributeShape): string {
  if (typeof shape !== 'string') return `{${describeAttributes(body, start, end, shape)}}`;
  const length = end - start;
  if (shape === 'text') return JSON.stringify(readText(body, start, end));
  if (shape === 'u8' && length >= 1) return String(body[start]);
  if (shape === 'u32' && length >= 4) return String(readU32(body, start));
  if (shape === 'u16be' && length >= 2) return String(readU16Be(body, start));
  if (shape === 'u32be' && length >= 4) return String(readI32Be(body, start));
  if (shape === 'ip' && (length === 4 || length === 16)) return decodeIp(body, start, end);
  if (shape === 'mac' && length === 6) return decodeMac(body, start, end) ?? '';
  return toHex(body.subarray(start, end));
}

function hex32(body: Uint8Array, at: number): string {
  return `0x${readU32(body, at).toString(16)}`;
}

/** Long values are cut: a trace is for eyes. */
function toHex(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, 64), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return bytes.length > 64 ? `${shown}... (${bytes.length} bytes)` : shown;
}
