import { isSubdomain } from '../../api/name-syntax.ts';
import { type Cause, invalidValue, requiredValue } from '../status-error.ts';

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const maxDnsLabel = 63;
const dnsLabelWhy =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";

/** What is wrong with a name that must be a label of DNS: a namespace, a container, a volume. @see RFC 1123 §2.1 */
export function validateDnsLabel(field: string, name: unknown): Cause[] {
  if (typeof name !== 'string' || name === '') return [requiredValue(field)];
  if (name.length > maxDnsLabel) return [invalidValue(field, name, `must be no more than ${maxDnsLabel} characters`)];
  return dnsLabel.test(name) ? [] : [invalidValue(field, name, dnsLabelWhy)];
}

/** What is wrong with a name that must be a domain of DNS, as most are. @see RFC 1123 §2.1 */
export function validateSubdomain(field: string, name: string): Cause[] {
  if (name.length > 253) return [invalidValue(field, name, 'must be no more than 253 characters')];
  if (isSubdomain(name)) return [];
  const why =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [invalidValue(field, name, why)];
}

/** The same as {@link validateDnsLabel} for what must be told apart in a list; `seen` collects the names. */
export function validateUniqueName(field: string, name: unknown, seen: Set<string>): Cause[] {
  const causes = validateDnsLabel(field, name);
  if (causes.length > 0 || typeof name !== 'string') return causes;
  if (seen.has(name)) return [duplicateValue(field, name)];
  seen.add(name);
  return [];
}

/** A value that is there twice. */
export function duplicateValue(field: string, value: unknown): Cause {
  return { field, reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(value)}` };
}
