import { tryParseCidr } from '../net/cidr.ts';
import type { BlockAffinity } from './calico-ipam-index.ts';
import type { FieldError } from './field-error.ts';

/** Checks the network of an affinity, and that it is not on its way out: such ones are not for people to write. */
export function validateBlockAffinity({ spec }: BlockAffinity): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (tryParseCidr(spec.cidr) === undefined) {
    errors.push({ field: 'spec.cidr', value: spec.cidr, reason: 'the network of a block is needed' });
  }
  if (spec.deleted === true) {
    errors.push({ field: 'spec.deleted', value: true, reason: 'spec.Deleted cannot be set to "true"' });
  }
  return errors;
}
