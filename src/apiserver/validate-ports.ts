import { type Cause, invalidValue, requiredValue, unsupportedValue } from './status-error.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];

/** What is wrong with the protocol of a port. */
export function validateProtocol(field: string, value: unknown): Cause[] {
  return protocols.includes(String(value)) ? [] : [unsupportedValue(field, value, protocols)];
}

/** What is wrong with the number of a port. */
export function validatePortNumber(field: string, value: unknown): Cause[] {
  if (value === undefined || value === null) return [requiredValue(field)];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535) return [];
  return [invalidValue(field, value, 'must be between 1 and 65535, inclusive')];
}

const portName = /^(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** What is wrong with a name of a port that others refer to. @see RFC 6335 §5.1 */
export function validatePortName(field: string, name: string): Cause[] {
  if (name.length > 15) return [invalidValue(field, name, 'must be no more than 15 characters')];
  if (portName.test(name)) return [];
  const why =
    "must contain at least one letter (a-z), only lower case alphanumeric characters and '-', no '-' at either end and no two in a row";
  return [invalidValue(field, name, why)];
}
