import type { AllocationAttribute, IPAMBlock } from '../api/calico.ts';
import type { Ip } from '../net/ip.ts';
import { addressAt, ordinalOf } from './block-address.ts';
import { blockCidr } from './known-block.ts';
import { normaliseBlock } from './normalise-block.ts';
import { reservedIn } from './reservation.ts';
import type { BlockRules } from './rules.ts';
import { nextSequence } from './sequence.ts';

/** Who an address is for. `attributes` become the slot's `secondary`: pod, namespace, node, timestamp, type. */
export interface AddressOwner {
  readonly handle: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A block after a change, and the addresses concerned. */
export interface Allocation {
  readonly block: IPAMBlock;
  readonly ips: readonly Ip[];
}

/**
 * Takes up to `count` addresses: from the head of `unallocated`, so that a freed address is used last; reserved ones
 * are passed over and keep their place. Fewer (even none) are returned when the block has no more.
 */
export function allocateAddresses(block: IPAMBlock, owner: AddressOwner, count: number, rules: BlockRules): Allocation {
  const cidr = blockCidr(block);
  const isReserved = reservedIn(cidr, rules.reserved);
  const spec = normaliseBlock(block.spec, rules.cooldownSeconds, rules.nowMs);
  const ordinals: number[] = [];
  for (const ordinal of spec.unallocated) {
    if (ordinals.length >= count) break;
    if (!isReserved(addressAt(cidr, ordinal))) ordinals.push(ordinal);
  }
  return {
    block: { ...block, spec: occupy(spec, ordinals, owner) },
    ips: ordinals.map((ordinal) => addressAt(cidr, ordinal)),
  };
}

/** Why a wanted address was not given. */
export type AddressRefusal = { readonly kind: 'in use'; readonly handle: string | undefined };

/**
 * Takes one wanted address, also when it is reserved or still cools down: whoever asks for it by name means it. An
 * address that the same handle holds already is given again without change.
 */
export function allocateAddress(
  block: IPAMBlock,
  owner: AddressOwner,
  ip: Ip,
  rules: BlockRules,
): Allocation | AddressRefusal | undefined {
  const ordinal = ordinalOf(blockCidr(block), ip);
  if (ordinal === undefined) return undefined;
  const spec = normaliseBlock(block.spec, rules.cooldownSeconds, rules.nowMs);
  const attribute = attributeOf(spec, ordinal);
  if (attribute !== undefined && attribute.releasedAt === undefined) {
    if (attribute.handle_id === owner.handle) return { block, ips: [ip] };
    return { kind: 'in use', handle: attribute.handle_id };
  }
  return { block: { ...block, spec: occupy(spec, [ordinal], owner) }, ips: [ip] };
}

/** How many addresses a request without wishes could take now. */
export function freeAddressCount(block: IPAMBlock, rules: BlockRules): number {
  const cidr = blockCidr(block);
  const isReserved = reservedIn(cidr, rules.reserved);
  const spec = normaliseBlock(block.spec, rules.cooldownSeconds, rules.nowMs);
  return spec.unallocated.filter((ordinal) => !isReserved(addressAt(cidr, ordinal))).length;
}

/** The attribute of a taken slot, `undefined` for a free one. */
export function attributeOf(spec: IPAMBlock['spec'], ordinal: number): AllocationAttribute | undefined {
  const slot = spec.allocations[ordinal];
  return slot === null || slot === undefined ? undefined : spec.attributes[slot];
}

function occupy(spec: IPAMBlock['spec'], ordinals: readonly number[], owner: AddressOwner): IPAMBlock['spec'] {
  if (ordinals.length === 0) return spec;
  const attribute: AllocationAttribute = { handle_id: owner.handle, secondary: owner.attributes };
  const same = spec.attributes.findIndex((known) => isSameAttribute(known, attribute));
  const slot = same < 0 ? spec.attributes.length : same;
  const taken = new Set(ordinals);
  const sequenceNumber = nextSequence(spec.sequenceNumber ?? 0);
  const sequences = { ...spec.sequenceNumberForAllocation };
  for (const ordinal of ordinals) sequences[ordinal] = sequenceNumber;
  return {
    ...spec,
    allocations: spec.allocations.map((old, ordinal) => (taken.has(ordinal) ? slot : old)),
    unallocated: spec.unallocated.filter((ordinal) => !taken.has(ordinal)),
    attributes: same < 0 ? [...spec.attributes, attribute] : spec.attributes,
    sequenceNumber,
    sequenceNumberForAllocation: sequences,
  };
}

function isSameAttribute(a: AllocationAttribute, b: AllocationAttribute): boolean {
  if (a.releasedAt !== undefined || a.handle_id !== b.handle_id) return false;
  const left = Object.entries(a.secondary ?? {});
  const right = b.secondary ?? {};
  return left.length === Object.keys(right).length && left.every(([key, value]) => right[key] === value);
}
