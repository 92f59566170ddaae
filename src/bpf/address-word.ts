import { WeftError } from '../base/errors.ts';
import { type Ip, ipToBytes } from '../net/ip.ts';

/**
 * An IPv4 address as the number a little-endian machine reads when it loads the four bytes from a packet.
 *
 * @throws WeftError BPF_OPTIONS for IPv6
 */
export function addressWord(ip: Ip): number {
  const bytes = ipToBytes(ip);
  if (bytes.length !== 4) {
    throw new WeftError('BPF_OPTIONS', `Cannot make IP-in-IP program: address "${ip}" found, IPv4 needed`);
  }
  return new DataView(bytes.buffer).getUint32(0, true);
}
