import { WeftError } from '../base/errors.ts';
import { cidrOf, parseIpWithPrefix } from '../net/cidr.ts';
import { addressBits, type Ip, ipFamily, ipFromBigInt, ipToBigInt, ipToBytes, parseIp } from '../net/ip.ts';
import { macToBytes, parseMac } from '../net/mac.ts';
import { encodeIp } from '../netlink/ip-bytes.ts';
import { concatenateFields, type NftElement, type NftElementData, type NftVerdict } from '../netlink/nft-element.ts';
import type { DataType, MapElement, NftMap, NftSet, SetElement } from '../nft/model.ts';

/** What of a set or map its elements depend on. */
export type ElementShape = Pick<NftSet, 'name' | 'key' | 'flags'> & { readonly value?: NftMap['value'] };

/** First and last value of one field of a key; the same twice unless it is a network. */
interface FieldRange {
  readonly first: Uint8Array;
  readonly last: Uint8Array;
}

/**
 * An element of a set or map, written as in the nft language, as the kernel takes it: one element, or in a plain
 * interval set two (where it starts, and the first key after it).
 *
 * @throws WeftError HOST_NFT_ELEMENT
 */
export function elementToBytes(shape: ElementShape, element: SetElement | MapElement): NftElement[] {
  if (element.key.length !== shape.key.length) {
    throw bad(element.key.join(' . '), `${element.key.length} parts found, "${shape.key.join(' . ')}" needed`);
  }
  const more: { comment?: string; data?: NftElementData } = {};
  if (element.comment !== undefined) more.comment = element.comment;
  if (shape.value !== undefined) more.data = elementData(shape.value, 'value' in element ? element.value : '');
  if (!shape.flags.includes('interval')) {
    const fields = shape.key.map((type, i) => singleField(shape, type, element.key[i] ?? ''));
    return [{ key: joined(fields), ...more }];
  }
  const ranges = shape.key.map((type, i) => fieldRange(type, element.key[i] ?? ''));
  const key = joined(ranges.map(({ first }) => first));
  const last = joined(ranges.map((range) => range.last));
  if (ranges.length > 1) return [{ key, keyEnd: last, ...more }];
  const end = next(last);
  return [{ key, ...more }, ...(end === undefined ? [] : [{ key: end, intervalEnd: true }])];
}

function elementData(type: NftMap['value'], text: string): NftElementData {
  if (type === 'verdict') return verdict(text);
  const parts = text.split(' . ');
  if (parts.length !== type.length) throw bad(text, `${parts.length} parts found, "${type.join(' . ')}" needed`);
  return joined(type.map((part, i) => fieldRange(part, parts[i] ?? '').first));
}

function verdict(text: string): NftVerdict {
  const [kind = '', chain] = text.split(' ');
  if ((kind === 'jump' || kind === 'goto') && chain !== undefined) return { kind, chain };
  if (kind === 'accept' || kind === 'drop' || kind === 'continue' || kind === 'return') return { kind };
  throw bad(text, 'a verdict needed');
}

function singleField(shape: ElementShape, type: DataType, text: string): Uint8Array {
  // Nearly all elements of large sets are addresses, and there can be hundreds of thousands.
  if (type === 'ipv4_addr' && !/[/-]/.test(text)) return encodeIp(ipOf(4, text));
  const { first, last } = fieldRange(type, text);
  if (first === last || equalBytes(first, last)) return first;
  throw bad(text, `a network found, single values needed in set "${shape.name}"`);
}

function ipOf(family: 4 | 6, text: string): Ip {
  const ip = parseIp(text);
  if (ipFamily(ip) !== family) throw bad(text, `an IPv${family} address needed`);
  return ip;
}

function fieldRange(type: DataType, text: string): FieldRange {
  switch (type) {
    case 'ipv4_addr':
    case 'ipv6_addr':
      return addressRange(text, type === 'ipv4_addr' ? 4 : 6);
    case 'inet_service': {
      const [from, to] = text.split('-');
      const first = portBytes(from ?? '');
      return { first, last: to === undefined ? first : portBytes(to) };
    }
    default:
      return single(scalarBytes(type, text));
  }
}

function scalarBytes(type: 'ether_addr' | 'ifname' | 'inet_proto' | 'mark' | 'classid', text: string): Uint8Array {
  switch (type) {
    case 'ether_addr':
      return macToBytes(parseMac(text));
    case 'ifname': {
      const name = new TextEncoder().encode(text);
      if (name.length === 0 || name.length > 15) throw bad(text, 'an interface name of 1 to 15 bytes needed');
      const bytes = new Uint8Array(16);
      bytes.set(name);
      return bytes;
    }
    case 'inet_proto': {
      const number = Number(text);
      if (text === '' || !Number.isInteger(number) || number < 0 || number > 255) throw bad(text, 'a protocol needed');
      return Uint8Array.of(number);
    }
    case 'classid': {
      const [, major = '', minor = ''] = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text) ?? [];
      if (minor === '') throw bad(text, 'two hexadecimal numbers of 16 bits needed');
      const [high, low] = [Number.parseInt(major, 16), Number.parseInt(minor, 16)];
      return Uint8Array.of(low, low >>> 8, high, high >>> 8);
    }
    case 'mark': {
      const number = Number(text);
      if (text === '' || !Number.isInteger(number) || number < 0 || number > 0xffffffff)
        throw bad(text, 'a mark needed');
      return Uint8Array.of(number, number >>> 8, number >>> 16, number >>> 24);
    }
  }
}

function addressRange(text: string, family: 4 | 6): FieldRange {
  const dash = text.indexOf('-');
  if (dash > 0)
    return { first: ipToBytes(parseIp(text.slice(0, dash))), last: ipToBytes(parseIp(text.slice(dash + 1))) };
  const { ip, prefixLength } = parseIpWithPrefix(text);
  if (ipFamily(ip) !== family) throw bad(text, `an IPv${family} address needed`);
  const bits = addressBits(family);
  if (prefixLength === bits) return single(ipToBytes(ip));
  const first = ipToBigInt(parseIp(cidrOf(ip, prefixLength).split('/')[0] ?? ''));
  const last = first + (1n << BigInt(bits - prefixLength)) - 1n;
  return { first: ipToBytes(ipFromBigInt(first, family)), last: ipToBytes(ipFromBigInt(last, family)) };
}

function portBytes(text: string): Uint8Array {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw bad(text, 'a port needed');
  return Uint8Array.of(port >> 8, port & 0xff);
}

function single(bytes: Uint8Array): FieldRange {
  return { first: bytes, last: bytes };
}

/** Only keys of several fields are spread over registers. */
function joined(fields: readonly Uint8Array[]): Uint8Array {
  const [only] = fields;
  return fields.length === 1 && only !== undefined ? only : concatenateFields(fields);
}

/** The key after this one; `undefined` after the last there is. */
function next(bytes: Uint8Array): Uint8Array | undefined {
  const result = bytes.slice();
  for (let i = result.length - 1; i >= 0; i--) {
    result[i] = ((result[i] ?? 0) + 1) & 0xff;
    if (result[i] !== 0) return result;
  }
  return undefined;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function bad(text: string, found: string): WeftError {
  return new WeftError('HOST_NFT_ELEMENT', `Cannot encode nft element "${text}": ${found}`);
}
