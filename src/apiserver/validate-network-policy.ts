import { type Cidr, cidrContains, cidrLength, cidrOf, parseIpWithPrefix } from '../net/cidr.ts';
import { type ApiObject, arrayAt, type JsonRecord, recordAt, recordsAt } from './json.ts';
import { type Cause, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from './status-error.ts';
import { validateLabelSelector } from './validate-label-selector.ts';
import { validatePortName, validatePortNumber, validateProtocol } from './validate-ports.ts';

const directions = ['Egress', 'Ingress'];

/** What is wrong with a networking.k8s.io NetworkPolicy. @see Kubernetes documentation "Network Policies" */
export function validateNetworkPolicy(object: Readonly<ApiObject>): Cause[] {
  const spec = recordAt(object, 'spec') ?? {};
  return [
    ...validateLabelSelector('spec.podSelector', spec.podSelector),
    ...recordsAt(spec, 'ingress').flatMap((rule, index) => validateRule(`spec.ingress[${index}]`, rule, 'from')),
    ...recordsAt(spec, 'egress').flatMap((rule, index) => validateRule(`spec.egress[${index}]`, rule, 'to')),
    ...arrayAt(spec, 'policyTypes').flatMap((type, index) =>
      directions.includes(String(type)) ? [] : [unsupportedValue(`spec.policyTypes[${index}]`, type, directions)],
    ),
  ];
}

function validateRule(field: string, rule: JsonRecord, peers: 'from' | 'to'): Cause[] {
  return [
    ...recordsAt(rule, 'ports').flatMap((port, index) => validatePort(`${field}.ports[${index}]`, port)),
    ...recordsAt(rule, peers).flatMap((peer, index) => validatePeer(`${field}.${peers}[${index}]`, peer)),
  ];
}

function validatePort(field: string, { port, endPort, protocol }: JsonRecord): Cause[] {
  const causes = validateProtocol(`${field}.protocol`, protocol);
  if (typeof port === 'number') causes.push(...validatePortNumber(`${field}.port`, port));
  if (typeof port === 'string') causes.push(...validatePortName(`${field}.port`, port));
  if (endPort === undefined) return causes;
  if (typeof port === 'string') {
    return [...causes, forbiddenValue(`${field}.endPort`, 'may not be specified when `port` is non-numeric')];
  }
  if (port === undefined) {
    return [...causes, forbiddenValue(`${field}.endPort`, 'may not be specified when `port` is not specified')];
  }
  causes.push(...validatePortNumber(`${field}.endPort`, endPort));
  if (Number(endPort) < Number(port)) {
    causes.push(invalidValue(`${field}.endPort`, endPort, 'must be greater than or equal to `port`'));
  }
  return causes;
}

function validatePeer(field: string, { ipBlock, podSelector, namespaceSelector }: JsonRecord): Cause[] {
  if (ipBlock === undefined && podSelector === undefined && namespaceSelector === undefined) {
    return [requiredValue(field, 'must specify a peer')];
  }
  const causes = [
    ...validateLabelSelector(`${field}.podSelector`, podSelector),
    ...validateLabelSelector(`${field}.namespaceSelector`, namespaceSelector),
  ];
  if (ipBlock === undefined) return causes;
  if (podSelector !== undefined || namespaceSelector !== undefined) {
    causes.push(forbiddenValue(field, 'may not specify both ipBlock and another peer'));
  }
  return [...causes, ...validateBlock(`${field}.ipBlock`, recordAt({ ipBlock }, 'ipBlock') ?? {})];
}

const cidrWhy = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

function validateBlock(field: string, block: JsonRecord): Cause[] {
  if (block.cidr === undefined || block.cidr === '') return [requiredValue(`${field}.cidr`)];
  const cidr = network(String(block.cidr));
  if (cidr === undefined) return [invalidValue(`${field}.cidr`, block.cidr, cidrWhy)];
  return arrayAt(block, 'except').flatMap((text, index) => {
    const at = `${field}.except[${index}]`;
    const except = network(String(text));
    if (except === undefined) return [invalidValue(at, text, cidrWhy)];
    return cidrContains(cidr, except) && cidrLength(except) > cidrLength(cidr)
      ? []
      : [invalidValue(at, text, 'must be a strict subset of `cidr`')];
  });
}

/** A network as Kubernetes reads it here: bits of a host in it do not matter. */
function network(text: string): Cidr | undefined {
  if (!text.includes('/')) return undefined;
  try {
    const { ip, prefixLength } = parseIpWithPrefix(text);
    return cidrOf(ip, prefixLength);
  } catch {
    return undefined;
  }
}
