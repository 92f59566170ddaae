import { isPortName, portNameReason } from '../../api/port-name.ts';
import { type Cause, invalidValue, requiredValue, unsupportedValue } from '../status-error.ts';

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

/** What is wrong with a name of a port that others refer to. */
export function validatePortName(field: string, name: string): Cause[] {
  return isPortName(name) ? [] : [invalidValue(field, name, portNameReason)];
}
