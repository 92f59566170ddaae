import type { IPAMBlock } from '../api/calico.ts';
import { ipamBlocks } from '../api/kinds.ts';
import { apiVersionOf } from '../api/meta.ts';
import { blockName } from '../api/names.ts';
import type { Cidr } from '../net/cidr.ts';
import { blockAddressCount } from './block-address.ts';
import { hostAffinity } from './known-block.ts';
import { firstSequence } from './sequence.ts';

/** An empty block of this node, as its creation claims it. */
export function newBlock(cidr: Cidr, node: string, nowMs: number): IPAMBlock {
  const count = blockAddressCount(cidr);
  return {
    apiVersion: apiVersionOf(ipamBlocks),
    kind: ipamBlocks.kind,
    metadata: { name: blockName(cidr) },
    spec: {
      cidr,
      affinity: hostAffinity(node),
      affinityClaimTime: new Date(nowMs).toISOString(),
      allocations: new Array<null>(count).fill(null),
      unallocated: Array.from({ length: count }, (_slot, ordinal) => ordinal),
      attributes: [],
      sequenceNumber: firstSequence(nowMs),
      sequenceNumberForAllocation: {},
      deleted: false,
    },
  };
}
