import { errorText } from '../base/errors.ts';
import { parseIpWithPrefix } from '../net/cidr.ts';
import { type Family, type Ip, ipFamily, isMappedIpv4, tryParseIp } from '../net/ip.ts';
import type { FieldError } from './field-error.ts';

/** Checks an address without a length, of the family when one is given. Absent and empty are fine. */
export function validateAddress(field: string, value: string | undefined, family?: Family): readonly FieldError[] {
  if (value === undefined || value === '') return [];
  const ip = tryParseIp(value);
  if (ip !== undefined && (family === undefined || isOf(ip, family))) return [];
  const reason = family === undefined ? 'is not a valid IP address' : `is not a valid IPv${family} address`;
  return [{ field, value, reason }];
}

/** Checks an address or a network; host bits may be set. Absent and empty are fine. */
export function validateNetwork(field: string, value: string | undefined, family?: Family): readonly FieldError[] {
  if (value === undefined || value === '') return [];
  try {
    const { ip } = parseIpWithPrefix(value);
    if (family === undefined || isOf(ip, family)) return [];
    return [{ field, value, reason: `has invalid IPv${ipFamily(ip)} CIDR, an IPv${family} one is needed` }];
  } catch (error) {
    return [{ field, value, reason: errorText(error) }];
  }
}

// An IPv4 address in the form of IPv6 is none of IPv6, and to be written in its own form.
function isOf(ip: Ip, family: Family): boolean {
  return ipFamily(ip) === family && !isMappedIpv4(ip);
}

/** Checks every item of a list with {@link validateNetwork}. */
export function validateNetworks(
  field: string,
  values: readonly string[] | undefined,
  family?: Family,
): readonly FieldError[] {
  return (values ?? []).flatMap((value, index) => validateNetwork(`${field}[${index}]`, value, family));
}
