import type { FailsafePortField, FelixConfiguration } from './calico.ts';
import type { FieldError } from './field-error.ts';
import { fieldAt } from './field-path.ts';
import { validateAddress, validateNetwork, validateNetworks } from './validate-address.ts';
import { validatePattern } from './validate-pattern.ts';
import { portRangeProblem, validateTableRanges } from './validate-range.ts';
import { validateSelector } from './validate-selector.ts';

/** Keys that rules are about and this project does not read. Their types have been checked with the schema. */
interface FelixKeys {
  readonly bpfLogFilters?: Readonly<Record<string, string>>;
  readonly kubeNodePortRanges?: readonly (number | string)[];
  readonly routeTableRange?: TableRange;
  readonly routeTableRanges?: readonly TableRange[];
  readonly bpfDSROptoutCIDRs?: readonly string[];
  readonly bpfExcludeCIDRsFromNAT?: readonly string[];
  readonly externalNodesList?: readonly string[];
  readonly nodeSelector?: string;
  readonly natOutgoingAddress?: string;
  readonly deviceRouteSourceAddress?: string;
  readonly deviceRouteSourceAddressIPv6?: string;
}

interface TableRange {
  readonly min: number;
  readonly max: number;
}

const patterns = [
  'bpfDataIfacePattern',
  'bpfDisableGROForIfaces',
  'bpfL3IfacePattern',
  'logDebugFilenameRegex',
  'mtuIfacePattern',
] as const;
const portRanges = ['bpfPSNATPorts', 'natPortRange'] as const;

/** Checks what a schema cannot say about settings of the agent. */
export function validateFelixConfiguration({ metadata, spec }: FelixConfiguration): readonly FieldError[] {
  const keys: FelixConfiguration['spec'] & FelixKeys & Readonly<Record<string, unknown>> = { ...spec };
  return [
    ...checkNodeSelector(metadata.name, keys.nodeSelector),
    ...patterns.flatMap((key) => ifText(keys[key], (text) => validatePattern(`spec.${key}`, text))),
    ...validateAddress('spec.natOutgoingAddress', keys.natOutgoingAddress, 4),
    ...validateAddress('spec.deviceRouteSourceAddress', keys.deviceRouteSourceAddress, 4),
    ...validateAddress('spec.deviceRouteSourceAddressIPv6', keys.deviceRouteSourceAddressIPv6, 6),
    ...validateNetworks('spec.bpfDSROptoutCIDRs', keys.bpfDSROptoutCIDRs),
    ...validateNetworks('spec.bpfExcludeCIDRsFromNAT', keys.bpfExcludeCIDRsFromNAT),
    ...validateNetworks('spec.externalNodesList', keys.externalNodesList, 4),
    ...checkFailsafe('spec.failsafeInboundHostPorts', keys.failsafeInboundHostPorts),
    ...checkFailsafe('spec.failsafeOutboundHostPorts', keys.failsafeOutboundHostPorts),
    ...Object.keys(keys.bpfLogFilters ?? {}).flatMap(checkLogFilter),
    ...(keys.kubeNodePortRanges ?? []).flatMap((value, index) =>
      checkPorts(`spec.kubeNodePortRanges[${index}]`, value),
    ),
    ...portRanges.flatMap((key) => (keys[key] === undefined ? [] : checkPorts(`spec.${key}`, keys[key]))),
    ...checkTables(keys),
  ];
}

function ifText(value: unknown, check: (text: string) => readonly FieldError[]): readonly FieldError[] {
  return typeof value === 'string' ? check(value) : [];
}

function checkNodeSelector(name: string, value: string | undefined): readonly FieldError[] {
  const field = 'spec.nodeSelector';
  if (value === undefined) return [];
  if (name === 'default' || name.startsWith('node.')) {
    return [{ field, value, reason: `not allowed in "${name}", which names its nodes already` }];
  }
  return validateSelector(field, value);
}

function checkFailsafe(field: string, ports: readonly FailsafePortField[] | undefined): readonly FieldError[] {
  // Calico never looks at these protocols before its agents do, and they do not mind the case.
  return (ports ?? []).flatMap(({ protocol = '', ...port }, index) =>
    validateFailsafePort({ ...port, protocol: protocol === '' ? 'TCP' : protocol.toUpperCase() }, `${field}[${index}]`),
  );
}

/** Checks such a port by itself: its protocol is one of three, spelt like this. */
export function validateFailsafePort({ protocol = '', net }: FailsafePortField, field = ''): readonly FieldError[] {
  const errors: FieldError[] = [...validateNetwork(fieldAt(field, 'net'), net)];
  if (!['TCP', 'UDP', 'SCTP'].includes(protocol)) {
    const reason = "protocol must be 'TCP' or 'UDP' or 'SCTP'.";
    errors.push({ field: fieldAt(field, 'protocol'), value: protocol, reason });
  }
  return errors;
}

function checkLogFilter(name: string): readonly FieldError[] {
  if (/^[a-zA-Z0-9_.-]{1,15}$/.test(name)) return [];
  return [{ field: 'spec.bpfLogFilters', value: name, reason: 'an interface name of at most 15 characters is needed' }];
}

function checkPorts(field: string, value: unknown): readonly FieldError[] {
  const reason = portRangeProblem(value);
  return reason === undefined ? [] : [{ field, value, reason }];
}

function checkTables({ routeTableRange: old, routeTableRanges }: FelixKeys): readonly FieldError[] {
  const errors: FieldError[] = [];
  const field = 'spec.routeTableRange';
  if (old !== undefined && routeTableRanges !== undefined) {
    errors.push({ field, value: old, reason: 'cannot be set when `RouteTableRanges` is also set' });
  }
  if (old !== undefined && !(old.min >= 1 && old.max >= old.min && old.max <= 250)) {
    errors.push({ field, value: old, reason: 'must be a range of route table indices within 1..250' });
  }
  return [...errors, ...validateTableRanges('spec.routeTableRanges', routeTableRanges ?? [])];
}
