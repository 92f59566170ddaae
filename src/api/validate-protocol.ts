import { hasPorts, nearestProtocol, parseProtocol } from '../net/protocol.ts';
import type { ProtocolField } from './calico-policy.ts';
import type { FieldError } from './field-error.ts';

/** Checks a protocol: one of the known names, or a number from 1 to 255. */
export function validateProtocol(field: string, value: ProtocolField | undefined): readonly FieldError[] {
  if (value === undefined || parseProtocol(value) !== undefined) return [];
  if (typeof value === 'number' || /^\d+$/.test(value)) {
    return [{ field, value, reason: 'protocol number invalid: 1 to 255 is needed' }];
  }
  const meant = nearestProtocol(value);
  const needed = meant === undefined ? 'TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number is needed' : `write ${meant}`;
  return [{ field, value, reason: `protocol name invalid: ${needed}` }];
}

/** True for a protocol whose ports rules can match. */
export function isProtocolWithPorts(value: ProtocolField): boolean {
  const protocol = parseProtocol(value);
  return protocol !== undefined && hasPorts(protocol);
}
