import type { IcmpMatch } from './calico-policy.ts';
import type { FieldError } from './field-error.ts';
import { fieldAt } from './field-path.ts';

/** Checks type (0 to 254) and code (0 to 255). The kernel matches a code only together with a type. */
export function validateIcmpMatch({ type, code }: IcmpMatch, field = ''): readonly FieldError[] {
  const errors = [...checkNumber(fieldAt(field, 'type'), type, 254), ...checkNumber(fieldAt(field, 'code'), code, 255)];
  if (code !== undefined && type === undefined) {
    errors.push({ field: fieldAt(field, 'code'), value: code, reason: 'ICMP code specified without an ICMP type' });
  }
  return errors;
}

function checkNumber(field: string, value: number | undefined, most: number): FieldError[] {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= most)) return [];
  return [{ field, value, reason: `a number from 0 to ${most} is needed` }];
}
