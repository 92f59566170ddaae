import type { IPAMConfiguration } from '../api/calico.ts';
import type { Cidr } from '../net/cidr.ts';

/** What every change of a block must respect. */
export interface BlockRules {
  readonly nowMs: number;
  readonly cooldownSeconds: number;
  readonly reserved: readonly Cidr[];
}

/** IPAMConfiguration with its defaults filled in. */
export interface IpamRules {
  readonly strictAffinity: boolean;
  readonly autoAllocateBlocks: boolean;
  /** `undefined`: not configured; {@link defaultMaxBlocksPerHost} then, and no limit for blocks of one address. */
  readonly maxBlocksPerHost: number | undefined;
  /**
   * Cool-down times to try in this order. Not configured: 30 s, given up when nothing else is free. Configured: that
   * time, always.
   */
  readonly cooldownSeconds: readonly number[];
}

/** How many blocks a node may own when nothing is configured. */
export const defaultMaxBlocksPerHost = 20;

const defaultCooldownSeconds = 30;

/** The rules in force; `undefined` is a cluster without IPAMConfiguration. */
export function ipamRules(configuration: IPAMConfiguration | undefined): IpamRules {
  const spec = configuration?.spec ?? {};
  return {
    strictAffinity: spec.strictAffinity ?? false,
    autoAllocateBlocks: spec.autoAllocateBlocks ?? true,
    maxBlocksPerHost: spec.maxBlocksPerHost ? spec.maxBlocksPerHost : undefined,
    cooldownSeconds: spec.ipCooldownSeconds === undefined ? [defaultCooldownSeconds, 0] : [spec.ipCooldownSeconds],
  };
}
