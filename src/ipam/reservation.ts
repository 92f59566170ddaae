import type { IPReservation } from '../api/calico.ts';
import { type Cidr, cidrContainsIp, cidrsOverlap, hostCidr, tryParseCidr } from '../net/cidr.ts';
import { type Ip, tryParseIp } from '../net/ip.ts';

/** The reserved networks of all reservations; a bare address counts as its /32 or /128. Unreadable texts are left out. */
export function reservedNetworks(reservations: readonly IPReservation[]): readonly Cidr[] {
  return reservations.flatMap((reservation) =>
    (reservation.spec.reservedCIDRs ?? []).flatMap((text) => {
      const ip = tryParseIp(text);
      const cidr = ip === undefined ? tryParseCidr(text) : hostCidr(ip);
      return cidr === undefined ? [] : [cidr];
    }),
  );
}

/** Tells for one block which addresses are reserved. Cheap when no reservation touches the block. */
export function reservedIn(block: Cidr, reserved: readonly Cidr[]): (ip: Ip) => boolean {
  const touching = reserved.filter((cidr) => cidrsOverlap(cidr, block));
  if (touching.length === 0) return () => false;
  return (ip) => touching.some((cidr) => cidrContainsIp(cidr, ip));
}
