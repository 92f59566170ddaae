import { hasPorts, parseProtocol } from '../net/protocol.ts';
import type { ProtocolField } from './calico-policy.ts';
import type { FieldError } from './field-error.ts';

/** Checks a protocol: one of the known names, or a number from 1 to 255. */
export function validateProtocol(field: string, value: ProtocolField | undefined): readonly FieldError[] {
  if (value === undefined || parseProtocol(value) !== undefined) return [];
  const isNumber = typeof value === 'number' || /^\d+$/.test(value);
  const reason = isNumber
    ? 'protocol number invalid: 1 to 255 is needed'
    : 'protocol name invalid: TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number is needed';
  return [{ field, value, reason }];
}

/** True for a protocol whose ports rules can match. */
export function isProtocolWithPorts(value: ProtocolField): boolean {
  const protocol = parseProtocol(value);
  return protocol !== undefined && hasPorts(protocol);
}
