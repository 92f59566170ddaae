import { validateLabels } from '../../api/validate-labels.ts';
import { type ApiObject, type JsonRecord, recordAt, recordsAt, stringAt } from '../json.ts';
import { type Cause, causeOf, invalidValue, requiredValue, unsupportedValue } from '../status-error.ts';
import { duplicateValue, validateDnsLabel } from './validate-names.ts';
import { validatePortName, validatePortNumber, validateProtocol } from './validate-ports.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const affinities = ['ClientIP', 'None'];
const trafficPolicies = ['Cluster', 'Local'];

/** What is wrong with a Service, besides the addresses and node ports it asks for. */
export function validateService(object: Readonly<ApiObject>): Cause[] {
  const spec = recordAt(object, 'spec') ?? {};
  if (!types.includes(String(spec.type))) return [unsupportedValue('spec.type', spec.type, types)];
  const causes = [...validateLabels('spec.selector', spec.selector).map(causeOf), ...choices(spec)];
  if (spec.type === 'ExternalName') {
    return stringAt(spec, 'externalName') ? causes : [...causes, requiredValue('spec.externalName')];
  }
  const ports = recordsAt(spec, 'ports');
  if (ports.length === 0 && spec.clusterIP !== 'None') return [...causes, requiredValue('spec.ports')];
  return [...causes, ...validatePorts(ports)];
}

function choices(spec: JsonRecord): Cause[] {
  const choice = (field: string, allowed: readonly string[]) =>
    spec[field] === undefined || allowed.includes(String(spec[field]))
      ? []
      : [unsupportedValue(`spec.${field}`, spec[field], allowed)];
  return [
    ...choice('sessionAffinity', affinities),
    ...choice('externalTrafficPolicy', trafficPolicies),
    ...choice('internalTrafficPolicy', trafficPolicies),
  ];
}

function validatePorts(ports: readonly JsonRecord[]): Cause[] {
  const keys = new Set<string>();
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `spec.ports[${index}]`;
    const causes = [
      ...validatePortNumber(`${at}.port`, port.port),
      ...validateProtocol(`${at}.protocol`, port.protocol),
      ...target(`${at}.targetPort`, port.targetPort),
    ];
    const name = stringAt(port, 'name') ?? '';
    if (name !== '') causes.push(...validateDnsLabel(`${at}.name`, name));
    else if (ports.length > 1) causes.push(requiredValue(`${at}.name`));
    if (name !== '' && names.has(name)) causes.push(duplicateValue(`${at}.name`, name));
    names.add(name);
    const key = `${port.protocol}/${port.port}`;
    if (keys.has(key)) causes.push(duplicateValue(at, { protocol: port.protocol, port: port.port }));
    keys.add(key);
    return causes;
  });
}

function target(field: string, value: unknown): Cause[] {
  if (typeof value === 'number') return validatePortNumber(field, value);
  return typeof value === 'string' ? validatePortName(field, value) : [];
}

/** What an update of a Service changes and may not. */
export function validateServiceChange(object: Readonly<ApiObject>, old: Readonly<ApiObject>): Cause[] {
  const before = stringAt(old, 'spec', 'clusterIP') ?? '';
  const now = stringAt(object, 'spec', 'clusterIP') ?? '';
  const external = [object, old].some((one) => stringAt(one, 'spec', 'type') === 'ExternalName');
  return external || before === '' || now === '' || before === now
    ? []
    : [invalidValue('spec.clusterIPs[0]', now, 'may not change once set')];
}
