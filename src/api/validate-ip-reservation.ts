import type { IPReservation } from './calico.ts';
import type { FieldError } from './field-error.ts';
import { validateNetworks } from './validate-address.ts';

/** Every reserved entry is an address or a network. */
export function validateIpReservation({ spec }: IPReservation): readonly FieldError[] {
  return validateNetworks('spec.reservedCIDRs', spec.reservedCIDRs);
}
