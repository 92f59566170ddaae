import { parseIpWithPrefix } from '../net/cidr.ts';
import { addressBits, type Family, ipFamily, tryParseIp } from '../net/ip.ts';
import type { IpNat, WorkloadEndpoint, WorkloadEndpointPort, WorkloadEndpointSpec } from './calico-endpoints.ts';
import type { FieldError } from './field-error.ts';
import { fieldAt } from './field-path.ts';
import { isSubdomain } from './name-syntax.ts';
import { isPortName } from './port-name.ts';
import { validateNets } from './validate-entity-rule.ts';
import { isInterface } from './validate-host-endpoint.ts';
import { isProtocolWithPorts } from './validate-protocol.ts';

/** Checks what a WorkloadEndpoint says. Nobody writes them here; documents can be validated. */
export function validateWorkloadEndpoint({ spec }: WorkloadEndpoint): readonly FieldError[] {
  return validateWorkloadEndpointSpec(spec, 'spec');
}

/** Checks the spec alone. */
export function validateWorkloadEndpointSpec(spec: WorkloadEndpointSpec, field = ''): readonly FieldError[] {
  const at = (key: string): string => fieldAt(field, key);
  return [
    ...checkNames(spec, at),
    ...needs(at('interfaceName'), spec.interfaceName ?? '', isInterface, 'an interface name is needed'),
    ...needs(at('containerID'), spec.containerID, isContainerId, 'letters, digits and "-" are needed'),
    ...needs(at('ipv4Gateway'), spec.ipv4Gateway, isAddressOf(4), 'an IPv4 address is needed'),
    ...needs(at('ipv6Gateway'), spec.ipv6Gateway, isAddressOf(6), 'an IPv6 address is needed'),
    ...needs(at('mac'), spec.mac, isMac, 'a MAC address is needed'),
    ...each(at('ipNetworks'), spec.ipNetworks, isSingleAddress, 'IP network contains multiple addresses, or is none'),
    ...each(at('profiles'), spec.profiles, isSubdomain, 'the name of a profile is needed'),
    ...each(at('allowSpoofedSourcePrefixes'), spec.allowSpoofedSourcePrefixes, isNetwork, 'a network is needed'),
    ...(spec.ports ?? []).flatMap((port, index) => validateWorkloadPort(port, `${at('ports')}[${index}]`)),
    ...checkNats(spec, at('ipNATs')),
  ];
}

/** Checks a port: it needs a name, for rules, or a port of the node. */
export function validateWorkloadPort(port: WorkloadEndpointPort, field = ''): readonly FieldError[] {
  const { name = '', protocol, hostPort = 0, hostIP = '' } = port;
  const errors: FieldError[] = [];
  const at = (key: string): string => fieldAt(field, key);
  if (!isProtocolWithPorts(protocol)) {
    const reason = 'WorkloadEndpointPort protocol does not support ports.';
    errors.push({ field: at('protocol'), value: protocol, reason });
  }
  if (name === '' && hostPort === 0) {
    const reason = 'WorkloadEndpointPort name must not be empty if no HostPort is specified';
    errors.push({ field: at('name'), value: name, reason });
  } else if (name !== '' && !isPortName(name)) {
    errors.push({ field: at('name'), value: name, reason: 'a port name is needed: lower-case letters, digits, "-"' });
  }
  if (!(port.port > 0 && port.port <= 65_535)) {
    errors.push({ field: at('port'), value: port.port, reason: 'a port from 1 to 65535 is needed' });
  }
  return [
    ...errors,
    ...validateNets('', hostIP === '' ? [] : [hostIP]).map((error) => ({ ...error, field: at('hostIP') })),
  ];
}

/** Checks a pair of addresses: both IPv4 or both IPv6. */
export function validateIpNat(nat: IpNat, field = ''): readonly FieldError[] {
  const families = (['internalIP', 'externalIP'] as const).map((key) => familyOf(nat[key]));
  if (families.includes(undefined)) return [{ field, value: nat, reason: 'invalid IP address' }];
  if (families[0] === families[1]) return [];
  return [{ field: fieldAt(field, 'externalIP'), value: nat.externalIP, reason: 'mismatched IP versions' }];
}

function checkNames(spec: WorkloadEndpointSpec, at: (key: string) => string): readonly FieldError[] {
  const keys = ['orchestrator', 'workload', 'node', 'pod', 'endpoint', 'serviceAccountName'] as const;
  return keys.flatMap((key) => needs(at(key), spec[key], isSubdomain, 'a name is needed'));
}

function checkNats({ ipNATs = [], ipNetworks = [] }: WorkloadEndpointSpec, field: string): readonly FieldError[] {
  const inside = new Set(ipNetworks.map((net) => tryParseIp(net.split('/')[0] ?? '')));
  const errors = ipNATs.flatMap((nat, index) => validateIpNat(nat, `${field}[${index}]`));
  const outside = ipNATs.some(({ internalIP }) => !inside.has(tryParseIp(internalIP)));
  return outside ? [...errors, { field, value: ipNATs, reason: 'NAT is not in the endpoint networks' }] : errors;
}

type Check = (text: string) => boolean;

function needs(field: string, value: string | undefined, check: Check, reason: string): readonly FieldError[] {
  const optional = value === undefined || (value === '' && !field.endsWith('interfaceName'));
  return optional || check(value) ? [] : [{ field, value, reason }];
}

function each(field: string, values: readonly string[] | undefined, check: Check, reason: string): FieldError[] {
  return (values ?? []).flatMap((value, index) =>
    check(value) ? [] : [{ field: `${field}[${index}]`, value, reason }],
  );
}

function isContainerId(text: string): boolean {
  return /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(text);
}

function familyOf(text: string): Family | undefined {
  const ip = tryParseIp(text);
  return ip === undefined ? undefined : ipFamily(ip);
}

function isAddressOf(family: Family): Check {
  return (text) => familyOf(text) === family;
}

/** Six, eight or twenty bytes, as Go reads them: `00:00:5e:00:53:01`, `00-00-...`, `0000.5e00.5301`. */
function isMac(text: string): boolean {
  const digits = text.replace(/[:.-]/g, '');
  const grouped = /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2})+$|^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i.test(text);
  return grouped && [12, 16, 40].includes(digits.length);
}

function isNetwork(text: string): boolean {
  return succeeds(() => parseIpWithPrefix(text));
}

function isSingleAddress(text: string): boolean {
  return succeeds(() => {
    const { ip, prefixLength } = parseIpWithPrefix(text);
    if (prefixLength !== addressBits(ipFamily(ip))) throw new RangeError();
  });
}

function succeeds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
