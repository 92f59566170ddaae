import { type Ip, ipFamily, ipFromBytes, ipToBytes } from '../net/ip.ts';
import { type Mac, macFromBytes } from '../net/mac.ts';
import { malformed } from './bytes.ts';

/** AF_* numbers. @see sys/socket.h */
export const addressFamily = { unspec: 0, inet: 2, bridge: 7, inet6: 10, netlink: 16 } as const;

/** AF_INET or AF_INET6 of an address. */
export function familyNumber(ip: Ip): 2 | 10 {
  return ipFamily(ip) === 4 ? 2 : 10;
}

/** Network byte order; a loop over characters, because a table of routes passes through here. */
export function encodeIp(ip: Ip): Uint8Array {
  return ip.includes(':') ? ipToBytes(ip) : encodeIpv4(ip);
}

/** The address at these bytes. @throws WeftError NETLINK_MALFORMED unless they are 4 or 16 */
export function decodeIp(bytes: Uint8Array, start: number, end: number): Ip {
  if (end - start === 4) {
    return `${bytes[start]}.${bytes[start + 1]}.${bytes[start + 2]}.${bytes[start + 3]}` as Ip;
  }
  if (end - start !== 16) throw malformed(`address of ${end - start} bytes found, 4 or 16 needed`);
  return ipFromBytes(bytes.subarray(start, end));
}

/** The MAC at these bytes; `undefined` when there are not six (tunnels have IP addresses for link addresses). */
export function decodeMac(bytes: Uint8Array, start: number, end: number): Mac | undefined {
  return end - start === 6 ? macFromBytes(bytes.subarray(start, end)) : undefined;
}

function encodeIpv4(ip: string): Uint8Array {
  const bytes = new Uint8Array(4);
  let part = 0;
  let index = 0;
  for (let i = 0; i < ip.length; i++) {
    const code = ip.charCodeAt(i);
    if (code === 46) {
      bytes[index++] = part;
      part = 0;
    } else part = part * 10 + code - 48;
  }
  bytes[index] = part;
  return bytes;
}
