import { cidrFamily, cidrLength, tryParseCidr } from '../net/cidr.ts';
import { addressBits } from '../net/ip.ts';
import type { IPAMBlock } from './calico.ts';
import type { FieldError } from './field-error.ts';
import { blockName } from './names.ts';

type Spec = IPAMBlock['spec'];

/** Most addresses of a block: /20 and /116. */
const maxAddresses = 4096;

/**
 * Checks that a block agrees with itself: one slot for each address, every slot with a holder that exists, every free
 * address free once. A block that does not would hand out an address twice, or never again.
 */
export function validateIpamBlock({ metadata, spec }: IPAMBlock): readonly FieldError[] {
  const cidr = tryParseCidr(spec.cidr);
  if (cidr === undefined) return [{ field: 'spec.cidr', value: spec.cidr, reason: 'the network of a block is needed' }];
  const count = 2 ** (addressBits(cidrFamily(cidr)) - cidrLength(cidr));
  if (count > maxAddresses) {
    return [{ field: 'spec.cidr', value: spec.cidr, reason: `a block holds at most ${maxAddresses} addresses` }];
  }
  const errors: FieldError[] = [];
  if (metadata.name !== blockName(cidr)) {
    const reason = `the block of ${cidr} is called "${blockName(cidr)}"`;
    errors.push({ field: 'metadata.name', value: metadata.name, reason });
  }
  if (spec.allocations.length !== count) {
    const reason = `${spec.allocations.length} slots found, ${count} needed for ${cidr}`;
    return [...errors, { field: 'spec.allocations', reason }];
  }
  return [...errors, ...checkSlots(spec), ...checkFree(spec)];
}

function checkSlots({ allocations, attributes }: Spec): readonly FieldError[] {
  return allocations.flatMap((slot, ordinal): readonly FieldError[] => {
    if (slot === null || slot < attributes.length) return [];
    const reason = `no such holder: there are ${attributes.length} attributes`;
    return [{ field: `spec.allocations[${ordinal}]`, value: slot, reason }];
  });
}

function checkFree({ allocations, unallocated }: Spec): readonly FieldError[] {
  const seen = new Set<number>();
  const errors = unallocated.flatMap((ordinal, index): readonly FieldError[] => {
    const again = seen.has(ordinal);
    seen.add(ordinal);
    const reason = again
      ? 'listed twice'
      : allocations[ordinal] === undefined
        ? 'the block has no such address'
        : allocations[ordinal] === null
          ? undefined
          : 'the address has a holder';
    return reason === undefined ? [] : [{ field: `spec.unallocated[${index}]`, value: ordinal, reason }];
  });
  const forgotten = allocations.findIndex((slot, ordinal) => slot === null && !seen.has(ordinal));
  if (forgotten < 0) return errors;
  return [...errors, { field: 'spec.unallocated', reason: `${forgotten} is missing: its address has no holder` }];
}
