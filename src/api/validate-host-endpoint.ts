import { tryParseIp } from '../net/ip.ts';
import type { EndpointPort, HostEndpoint } from './calico-endpoints.ts';
import type { FieldError } from './field-error.ts';
import { fieldAt } from './field-path.ts';
import { isSubdomain } from './name-syntax.ts';
import { isPortName } from './port-name.ts';
import { isProtocolWithPorts, validateProtocol } from './validate-protocol.ts';

/** Checks which interface of which node a HostEndpoint is, and its ports. */
export function validateHostEndpoint({ spec }: HostEndpoint): readonly FieldError[] {
  const { node = '', interfaceName = '', expectedIPs = [], profiles = [], ports = [] } = spec;
  const errors: FieldError[] = [];
  if (node === '') errors.push({ field: 'spec.node', value: node, reason: 'no node has been specified' });
  else if (!isSubdomain(node)) errors.push({ field: 'spec.node', value: node, reason: 'a node name is needed' });
  if (interfaceName === '' && expectedIPs.length === 0) {
    const reason = 'no interface or expected IPs have been specified';
    errors.push({ field: 'spec.interfaceName', value: interfaceName, reason });
  } else if (interfaceName !== '' && !isInterface(interfaceName)) {
    const reason = 'an interface name has at most 15 letters, digits, "_", ".", "-"; * stands for all';
    errors.push({ field: 'spec.interfaceName', value: interfaceName, reason });
  }
  for (const [index, value] of expectedIPs.entries()) {
    if (tryParseIp(value) !== undefined) continue;
    errors.push({ field: `spec.expectedIPs[${index}]`, value, reason: 'an IPv4 or IPv6 address is needed' });
  }
  for (const [index, value] of profiles.entries()) {
    if (isSubdomain(value)) continue;
    errors.push({ field: `spec.profiles[${index}]`, value, reason: 'the name of a profile is needed' });
  }
  return [...errors, ...ports.flatMap((port, index) => validateEndpointPort(port, `spec.ports[${index}]`))];
}

/** True for what a Linux interface can be called, and for `*`. */
export function isInterface(name: string): boolean {
  return name === '*' || /^[a-zA-Z0-9_.-]{1,15}$/.test(name);
}

/** Checks a port that rules can name. */
export function validateEndpointPort({ name, protocol }: EndpointPort, field = ''): readonly FieldError[] {
  const errors = [...validateProtocol(fieldAt(field, 'protocol'), protocol)];
  if (!isPortName(name)) {
    errors.push({
      field: fieldAt(field, 'name'),
      value: name,
      reason: 'a port name is needed: lower-case letters, digits, "-"',
    });
  }
  if (errors.length === 0 && !isProtocolWithPorts(protocol)) {
    const reason = 'EndpointPort protocol does not support ports.';
    errors.push({ field: fieldAt(field, 'protocol'), value: protocol, reason });
  }
  return errors;
}
