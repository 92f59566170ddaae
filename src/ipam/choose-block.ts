import { type Cidr, cidrAddress, cidrFamily, cidrLength, cidrsOverlap } from '../net/cidr.ts';
import { addressBits, ipDistance, ipPlus } from '../net/ip.ts';
import { addressAt, blockAddressCount, blockHolding } from './block-address.ts';
import type { Pool } from './pool.ts';
import { reservedIn } from './reservation.ts';

/** How many blocks of a pool are looked at: all of an IPv4 pool, the first 2^32 of a huge IPv6 one. */
export function poolBlockCount(pool: Pool): number {
  return 2 ** Math.min(pool.blockLength - cidrLength(pool.cidr), 32);
}

/**
 * The first block of the pool, from block number `start` on with wrap, that overlaps no taken one and has an address
 * that is not reserved; `undefined` when there is none.
 */
export function firstFreeBlock(
  pool: Pool,
  start: number,
  taken: readonly Cidr[],
  reserved: readonly Cidr[],
): Cidr | undefined {
  const count = poolBlockCount(pool);
  const ranges = [...taken, ...reserved.filter((cidr) => cidrLength(cidr) <= pool.blockLength)].flatMap((cidr) => {
    const range = blockNumbers(pool, cidr);
    return range === undefined ? [] : [range];
  });
  const ends = new Map<number, number>();
  for (const range of ranges) ends.set(range.first, Math.max(range.last, ends.get(range.first) ?? 0));
  const wide = ranges.filter((range) => range.last > range.first);
  const after = (number: number) =>
    ends.get(number) ?? wide.find((range) => range.first <= number && number <= range.last)?.last;
  return search(start, count) ?? search(0, start);

  function search(from: number, to: number): Cidr | undefined {
    for (let number = from; number < to; number++) {
      const last = after(number);
      if (last !== undefined) number = last;
      else {
        const block = blockNumbered(pool, number);
        if (hasUnreserved(block, reserved)) return block;
      }
    }
    return undefined;
  }
}

/** The block with this number: block 1 of 192.168.0.0/16 with /26 blocks is 192.168.0.64/26. */
export function blockNumbered(pool: Pool, number: number): Cidr {
  const size = 2n ** BigInt(addressBits(pool.family) - pool.blockLength);
  return blockHolding(ipPlus(cidrAddress(pool.cidr), BigInt(number) * size), pool.blockLength);
}

/** The numbers of the pool's blocks that a network overlaps; `undefined` when it lies outside. */
function blockNumbers(pool: Pool, cidr: Cidr): { readonly first: number; readonly last: number } | undefined {
  if (cidrFamily(cidr) !== pool.family || !cidrsOverlap(pool.cidr, cidr)) return undefined;
  if (cidrLength(cidr) <= cidrLength(pool.cidr)) return { first: 0, last: poolBlockCount(pool) - 1 };
  const size = 2 ** (addressBits(pool.family) - pool.blockLength);
  const first = Math.floor(ipDistance(cidrAddress(pool.cidr), cidrAddress(cidr)) / size);
  return { first, last: first + Math.max(1, 2 ** (pool.blockLength - cidrLength(cidr))) - 1 };
}

function hasUnreserved(block: Cidr, reserved: readonly Cidr[]): boolean {
  const isReserved = reservedIn(block, reserved);
  const count = blockAddressCount(block);
  for (let ordinal = 0; ordinal < count; ordinal++) if (!isReserved(addressAt(block, ordinal))) return true;
  return false;
}
