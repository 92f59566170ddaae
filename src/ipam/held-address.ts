import type { IPAMBlock } from '../api/calico.ts';
import { tryParseCidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import { attributeOf } from './allocate.ts';
import { addressAt } from './block-address.ts';

/** An address in use, with what its block says about its owner. */
export interface HeldAddress {
  readonly ip: Ip;
  /** Object name of the block. */
  readonly block: string;
  readonly handle: string;
  /** Of this very allocation: a release that names it cannot hit a later one. */
  readonly sequenceNumber: number | undefined;
  readonly pod: string | undefined;
  readonly namespace: string | undefined;
  readonly node: string | undefined;
  /** `vxlanTunnelAddress` and its kin; `undefined` for pods. */
  readonly type: string | undefined;
}

/** Every address in use. Addresses that cool down and slots without a handle are left out. */
export function heldAddresses(blocks: readonly IPAMBlock[]): readonly HeldAddress[] {
  return blocks.flatMap((block) => {
    const cidr = tryParseCidr(block.spec.cidr);
    if (cidr === undefined) return [];
    return block.spec.allocations.flatMap((_slot, ordinal) => {
      const attribute = attributeOf(block.spec, ordinal);
      if (attribute?.handle_id === undefined || attribute.releasedAt !== undefined) return [];
      const { pod, namespace, node, type } = attribute.secondary ?? {};
      const sequenceNumber = block.spec.sequenceNumberForAllocation?.[ordinal];
      const held = { ip: addressAt(cidr, ordinal), block: block.metadata.name, handle: attribute.handle_id };
      return [{ ...held, sequenceNumber, pod, namespace, node, type }];
    });
  });
}
