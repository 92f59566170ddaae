import type { IPPool } from '../api/calico.ts';
import { defaultBlockSize } from '../api/ip-pool.ts';
import { type Cidr, cidrContains, cidrContainsIp, cidrFamily, tryParseCidr } from '../net/cidr.ts';
import type { Family, Ip } from '../net/ip.ts';

/** What addresses of a pool may be used for. */
export type AddressUse = 'Workload' | 'Tunnel';

/** An IPPool with its texts read and its defaults filled in. */
export interface Pool {
  readonly name: string;
  readonly cidr: Cidr;
  readonly family: Family;
  /** Prefix length of the pool's blocks. */
  readonly blockLength: number;
  readonly object: IPPool;
}

/** Reads a pool; `undefined` when its CIDR cannot be read (the API server refuses such pools). */
export function readPool(object: IPPool): Pool | undefined {
  const cidr = tryParseCidr(object.spec.cidr);
  if (cidr === undefined) return undefined;
  const family = cidrFamily(cidr);
  const blockLength = object.spec.blockSize ?? defaultBlockSize[family];
  return { name: object.metadata.name, cidr, family, blockLength, object };
}

/** Reads all pools, sorted by name. */
export function readPools(objects: readonly IPPool[]): readonly Pool[] {
  return objects
    .flatMap((object) => readPool(object) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** True when addresses may be taken from the pool at all: not disabled and not being deleted. */
export function isEnabledPool(pool: Pool): boolean {
  return pool.object.spec.disabled !== true && pool.object.metadata.deletionTimestamp === undefined;
}

/** True when the pool's addresses may be used so. */
export function allowsUse(pool: Pool, use: AddressUse): boolean {
  return (pool.object.spec.allowedUses ?? ['Workload', 'Tunnel']).includes(use);
}

/** The pool that holds a block. */
export function poolOfBlock(pools: readonly Pool[], block: Cidr): Pool | undefined {
  return pools.find((pool) => cidrContains(pool.cidr, block));
}

/** The pool that holds an address. */
export function poolOfIp(pools: readonly Pool[], ip: Ip): Pool | undefined {
  return pools.find((pool) => cidrContainsIp(pool.cidr, ip));
}
