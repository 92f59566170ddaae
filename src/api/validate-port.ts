import { errorText } from '../base/errors.ts';
import { type Port, parsePort } from '../net/port.ts';
import type { PortField } from './calico-policy.ts';
import type { FieldError } from './field-error.ts';
import { isPortName } from './port-name.ts';

const needed = 'port range invalid, port number must be between 1 and 65535';

const nameNeeded =
  'invalid name for named port: at most 15 lower-case letters, digits and "-" are needed, a letter among them';

/** Checks one port of a rule: a number, a range or a name. Port 0 is none. */
export function validatePort(field: string, value: PortField): readonly FieldError[] {
  const port = readPort(value);
  if (typeof port === 'string') return [{ field, value, reason: port }];
  if (port.kind === 'name') return isPortName(port.name) ? [] : [{ field, value, reason: nameNeeded }];
  // The offending number, not the whole range: what people know from calicoctl.
  return port.low === 0 ? [{ field, value: 0, reason: needed }] : [];
}

/** True for the name of a port, which says nothing about the protocol. */
export function isNamedPort(value: PortField): boolean {
  const port = readPort(value);
  return typeof port !== 'string' && port.kind === 'name';
}

/** The port, or why it is none. */
function readPort(value: PortField): Port | string {
  try {
    return parsePort(value);
  } catch (error) {
    return errorText(error);
  }
}
