import { WeftError } from '../base/errors.ts';

declare const macBrand: unique symbol;

/** An Ethernet address as canonical text: six lower-case pairs, `ee:ee:ee:ee:ee:ee`. */
export type Mac = string & { readonly [macBrand]: true };

/**
 * Reads `aa:bb:cc:dd:ee:ff` (or with `-`), any case.
 *
 * @throws WeftError NET_BAD_MAC
 */
export function parseMac(text: string): Mac {
  const canonical = text.toLowerCase().replaceAll('-', ':');
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(canonical)) {
    throw new WeftError('NET_BAD_MAC', `Cannot read MAC address "${text}": six pairs of hex digits needed`);
  }
  return canonical as Mac;
}

/** True for an address that one interface can have. @see linux/etherdevice.h is_valid_ether_addr */
export function isUnicastMac(mac: Mac): boolean {
  return mac !== '00:00:00:00:00:00' && ((macToBytes(mac)[0] ?? 1) & 1) === 0;
}

/** The six bytes. */
export function macToBytes(mac: Mac): Uint8Array {
  return Uint8Array.from(mac.split(':'), (pair) => Number.parseInt(pair, 16));
}

/** @throws WeftError NET_BAD_MAC unless six bytes are given */
export function macFromBytes(bytes: Uint8Array): Mac {
  return parseMac([...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':'));
}

/** The MAC of the host side of every pod's veth pair. */
export const hostSideMac = 'ee:ee:ee:ee:ee:ee' as Mac;
