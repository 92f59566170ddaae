import { type Cidr, cidrOf } from '../net/cidr.ts';
import { addressBits, ipFamily, ipFromBytes, ipToBigInt } from '../net/ip.ts';
import { macFromBytes } from '../net/mac.ts';
import { readU16, readU16Be, readU32 } from '../netlink/bytes.ts';
import type { NftElement, NftElementData } from '../netlink/nft-element.ts';
import type { ListedSet } from '../nft/listed-table.ts';
import type { DataType, MapElement, SetElement } from '../nft/model.ts';

/** What of a set or map says how its elements are to be read. */
type Shape = Pick<ListedSet, 'key' | 'value' | 'flags'>;

/** Bytes of a field, by its type. A field of a type that we never write is taken for four. */
const fieldBytes: Readonly<Record<DataType, number>> = {
  ipv4_addr: 4,
  ipv6_addr: 16,
  ether_addr: 6,
  ifname: 16,
  inet_proto: 1,
  inet_service: 2,
  mark: 4,
  classid: 4,
};

/**
 * Elements of a set or map as the kernel lists them, written as in the model: the reverse of `elementToBytes`. In a plain
 * interval set every element is two of the kernel's.
 */
export function elementsToText(shape: Shape, elements: readonly NftElement[]): (SetElement | MapElement)[] {
  if (!shape.flags.includes('interval'))
    return elements.map((element) => withMore(shape, element, partsOf(shape.key, element.key)));
  if (shape.key.length > 1) return elements.map((element) => withMore(shape, element, rangesOf(shape.key, element)));
  return intervals(shape, elements);
}

function intervals(shape: Shape, elements: readonly NftElement[]): (SetElement | MapElement)[] {
  const [type = ''] = shape.key;
  // Where one network ends the next may begin: the end comes first then.
  const sorted = elements.toSorted((a, b) => compareBytes(a.key, b.key) || Number(isEnd(b)) - Number(isEnd(a)));
  const found: (SetElement | MapElement)[] = [];
  sorted.forEach((element, i) => {
    if (isEnd(element)) return;
    const after = sorted[i + 1];
    const last = after === undefined ? element.key.map(() => 0xff) : before(after.key);
    found.push(withMore(shape, element, [rangeText(type, element.key, last)]));
  });
  return found;
}

function isEnd(element: NftElement): boolean {
  return element.intervalEnd === true;
}

function rangesOf(types: readonly string[], { key, keyEnd }: NftElement): string[] {
  const first = fieldsOf(types, key);
  const last = fieldsOf(types, keyEnd ?? key);
  return types.map((type, i) => rangeText(type, first[i] ?? key, last[i] ?? key));
}

function withMore(shape: Shape, { comment, data }: NftElement, key: readonly string[]): SetElement | MapElement {
  const element = comment === undefined ? { key } : { key, comment };
  return data === undefined || shape.value === undefined
    ? element
    : { ...element, value: valueText(shape.value, data) };
}

function valueText(types: readonly string[], data: NftElementData): string {
  if (!(data instanceof Uint8Array)) return 'chain' in data ? `${data.kind} ${data.chain}` : data.kind;
  return partsOf(types, data).join(' . ');
}

function partsOf(types: readonly string[], bytes: Uint8Array): string[] {
  if (types.length === 1) return [scalarText(types[0] ?? '', bytes)];
  return fieldsOf(types, bytes).map((field, i) => scalarText(types[i] ?? '', field));
}

/** The fields of a concatenation: each one starts at a new 32-bit register. */
function fieldsOf(types: readonly string[], bytes: Uint8Array): Uint8Array[] {
  let at = 0;
  return types.map((type) => {
    const length = fieldBytes[type as DataType] ?? 4;
    const field = bytes.subarray(at, at + length);
    at += (length + 3) & ~3;
    return field;
  });
}

function scalarText(type: string, bytes: Uint8Array): string {
  switch (type) {
    case 'ipv4_addr':
      return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
    case 'ipv6_addr':
      return bytes.length === 16 ? ipFromBytes(bytes) : hex(bytes);
    case 'ether_addr':
      return bytes.length === 6 ? macFromBytes(bytes) : hex(bytes);
    case 'ifname': {
      const end = bytes.indexOf(0);
      return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
    }
    case 'inet_proto':
      return `${bytes[0]}`;
    case 'inet_service':
      return `${readU16Be(bytes, 0)}`;
    case 'mark':
      return `${readU32(bytes, 0)}`;
    case 'classid':
      return `${readU16(bytes, 2).toString(16)}:${readU16(bytes, 0).toString(16)}`;
    default:
      return hex(bytes);
  }
}

function rangeText(type: string, first: Uint8Array, last: Uint8Array): string {
  const from = scalarText(type, first);
  const to = scalarText(type, last);
  if (from === to) return from;
  const network = type === 'ipv4_addr' || type === 'ipv6_addr' ? networkOf(first, last) : undefined;
  return network ?? `${from}-${to}`;
}

/** The network with this first and last address; `undefined` when they are not those of one. */
function networkOf(first: Uint8Array, last: Uint8Array): Cidr | undefined {
  const start = ipFromBytes(first);
  const size = ipToBigInt(ipFromBytes(last)) - ipToBigInt(start) + 1n;
  const hostBits = size.toString(2).length - 1;
  if (size !== 1n << BigInt(hostBits) || ipToBigInt(start) % size !== 0n) return undefined;
  return cidrOf(start, addressBits(ipFamily(start)) - hostBits);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The key before this one. */
function before(bytes: Uint8Array): Uint8Array {
  const result = bytes.slice();
  for (let i = result.length - 1; i >= 0; i--) {
    const byte = result[i] ?? 0;
    result[i] = (byte - 1) & 0xff;
    if (byte !== 0) break;
  }
  return result;
}

function hex(bytes: Uint8Array): string {
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
