import { isLabelKey, isLabelValue } from '../api/name-syntax.ts';
import { type Cause, invalidValue, requiredValue } from './status-error.ts';

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

/** The same for what must be told apart in a list; `seen` collects the names. */
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

/** Why a key of a label or annotation is refused. */
export const labelKeyWhy =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character, with an optional DNS subdomain prefix and '/'";

const labelValueWhy =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character, at most 63";

/** What is wrong with the keys and values of labels. */
export function validateLabels(field: string, labels: unknown): Cause[] {
  if (labels === undefined || labels === null) return [];
  if (typeof labels !== 'object' || Array.isArray(labels)) {
    return [invalidValue(field, labels, 'must be an object of texts')];
  }
  return Object.entries(labels).flatMap(([key, value]) => [
    ...(isLabelKey(key) ? [] : [invalidValue(field, key, labelKeyWhy)]),
    ...(typeof value === 'string' && isLabelValue(value) ? [] : [invalidValue(field, value, labelValueWhy)]),
  ]);
}
