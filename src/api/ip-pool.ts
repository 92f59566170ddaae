import { WeftError } from '../base/errors.ts';
import { type Cidr, cidrFamily, cidrsOverlap, parseCidr, tryParseCidr } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import { parseSelector } from '../selector/parse-selector.ts';
import type { Selector } from '../selector/selector.ts';
import type { EncapsulationMode, IPPool } from './calico.ts';

/** What addresses of a pool may be used for. */
export type PoolUse = 'Workload' | 'Tunnel' | 'LoadBalancer';

/** A pool with every default filled in and every text read. */
export interface PoolSettings {
  readonly name: string;
  readonly cidr: Cidr;
  readonly family: Family;
  readonly vxlanMode: EncapsulationMode;
  readonly ipipMode: EncapsulationMode;
  readonly natOutgoing: boolean;
  readonly disabled: boolean;
  readonly disableBGPExport: boolean;
  /** Prefix length of a block. */
  readonly blockSize: number;
  readonly nodeSelector: Selector;
  readonly namespaceSelector: Selector;
  readonly allowedUses: readonly PoolUse[];
  readonly assignmentMode: 'Automatic' | 'Manual';
}

/** Prefix length of the blocks of a pool that says nothing. */
export const defaultBlockSize: Readonly<Record<Family, number>> = { 4: 26, 6: 122 };

/**
 * Fills in the defaults of a pool, for readers.
 *
 * @throws WeftError API_BAD_POOL when CIDR or a selector cannot be read
 */
export function poolDefaults(pool: IPPool): PoolSettings {
  const { name } = pool.metadata;
  const { spec } = pool;
  const cidr = readPart(name, () => parseCidr(spec.cidr));
  const family = cidrFamily(cidr);
  return {
    name,
    cidr,
    family,
    vxlanMode: spec.vxlanMode ?? 'Never',
    ipipMode: spec.ipipMode ?? 'Never',
    natOutgoing: spec.natOutgoing ?? false,
    disabled: spec.disabled ?? false,
    disableBGPExport: spec.disableBGPExport ?? false,
    blockSize: spec.blockSize ?? defaultBlockSize[family],
    nodeSelector: readPart(name, () => parseSelector(spec.nodeSelector ?? '')),
    namespaceSelector: readPart(name, () => parseSelector(spec.namespaceSelector ?? '')),
    allowedUses: spec.allowedUses ?? ['Workload', 'Tunnel'],
    assignmentMode: spec.assignmentMode ?? 'Automatic',
  };
}

/** The first of `others` that shares addresses with the pool; the pool itself (same name) does not count. */
export function poolsOverlap(pool: IPPool, others: readonly IPPool[]): IPPool | undefined {
  const cidr = tryParseCidr(pool.spec.cidr);
  if (cidr === undefined) return undefined;
  return others.find((other) => {
    const otherCidr = tryParseCidr(other.spec.cidr);
    return other.metadata.name !== pool.metadata.name && otherCidr !== undefined && cidrsOverlap(cidr, otherCidr);
  });
}

/** The words of the refusal of an overlapping pool. */
export function overlapText(pool: IPPool, other: IPPool): string {
  return `IPPool(${pool.metadata.name}) CIDR overlaps with IPPool(${other.metadata.name}) CIDR ${other.spec.cidr}`;
}

function readPart<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new WeftError('API_BAD_POOL', `Cannot use pool "${name}"`, { cause });
  }
}
