import { type Cidr, cidrContains } from '../net/cidr.ts';
import { tryParseNetwork } from '../net/network.ts';
import type {
  KubernetesPolicyPeer,
  KubernetesPolicyPort,
  KubernetesPolicySpec,
  StagedKubernetesNetworkPolicy,
} from './calico-policy.ts';
import type { FieldError } from './field-error.ts';
import { isPortName, portNameReason } from './port-name.ts';
import { validateLabelSelector } from './validate-label-selector.ts';
import { validateStagedDelete } from './validate-staged-delete.ts';

/** As a Kubernetes NetworkPolicy; a staged deletion says nothing. */
export function validateStagedKubernetesNetworkPolicy({ spec }: StagedKubernetesNetworkPolicy): readonly FieldError[] {
  if (spec.stagedAction === 'Delete') return validateStagedDelete(spec, []);
  return validateKubernetesPolicySpec(spec);
}

/**
 * Checks the spec of a networking.k8s.io/v1 NetworkPolicy, in the words of Kubernetes.
 *
 * @see Kubernetes documentation "Network Policies"
 */
export function validateKubernetesPolicySpec(spec: KubernetesPolicySpec): readonly FieldError[] {
  const { ingress = [], egress = [], policyTypes = [] } = spec;
  return [
    ...validateLabelSelector('spec.podSelector', spec.podSelector),
    ...ingress.flatMap(({ ports, from }, index) => checkRule(`spec.ingress[${index}]`, ports, 'from', from)),
    ...egress.flatMap(({ ports, to }, index) => checkRule(`spec.egress[${index}]`, ports, 'to', to)),
    ...policyTypes.flatMap((type, index) => oneOf(`spec.policyTypes[${index}]`, type, ['Egress', 'Ingress'])),
  ];
}

function checkRule(
  field: string,
  ports: readonly KubernetesPolicyPort[] = [],
  key: 'from' | 'to',
  peers: readonly KubernetesPolicyPeer[] = [],
): readonly FieldError[] {
  return [
    ...ports.flatMap((port, index) => checkPort(port, `${field}.ports[${index}]`)),
    ...peers.flatMap((peer, index) => checkPeer(peer, `${field}.${key}[${index}]`)),
  ];
}

function oneOf(field: string, value: unknown, allowed: readonly string[]): readonly FieldError[] {
  if (allowed.includes(String(value))) return [];
  const reason = `supported values: ${allowed.map((one) => JSON.stringify(one)).join(', ')}`;
  return [{ field, value, reason, sort: 'unsupported' }];
}

function checkPort({ protocol, port, endPort }: KubernetesPolicyPort, field: string): readonly FieldError[] {
  const known = protocol === undefined || protocol === '';
  return [
    ...(known ? [] : oneOf(`${field}.protocol`, protocol, ['SCTP', 'TCP', 'UDP'])),
    ...(typeof port === 'number' ? checkNumber(`${field}.port`, port) : []),
    ...(typeof port === 'string' && !isPortName(port)
      ? [{ field: `${field}.port`, value: port, reason: portNameReason }]
      : []),
    ...(endPort === undefined ? [] : checkEnd(`${field}.endPort`, port, endPort)),
  ];
}

function checkEnd(field: string, port: number | string | undefined, end: number): readonly FieldError[] {
  if (typeof port !== 'number') {
    const why = port === undefined ? 'not specified' : 'non-numeric';
    return [{ field, reason: `may not be specified when \`port\` is ${why}`, sort: 'forbidden' }];
  }
  const errors = checkNumber(field, end);
  return end >= port ? errors : [...errors, { field, value: end, reason: 'must be greater than or equal to `port`' }];
}

function checkNumber(field: string, port: number): readonly FieldError[] {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return [];
  return [{ field, value: port, reason: 'must be between 1 and 65535, inclusive' }];
}

function checkPeer(
  { podSelector, namespaceSelector, ipBlock }: KubernetesPolicyPeer,
  field: string,
): readonly FieldError[] {
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  if (ipBlock === undefined && !selects) return [{ field, reason: 'must specify a peer', sort: 'required' }];
  const errors = [
    ...validateLabelSelector(`${field}.podSelector`, podSelector),
    ...validateLabelSelector(`${field}.namespaceSelector`, namespaceSelector),
  ];
  if (ipBlock === undefined) return errors;
  if (selects) errors.push({ field, reason: 'may not specify both ipBlock and another peer', sort: 'forbidden' });
  return [...errors, ...checkBlock(ipBlock.cidr, ipBlock.except ?? [], `${field}.ipBlock`)];
}

const cidrReason = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

function checkBlock(text: string, except: readonly string[], field: string): readonly FieldError[] {
  const cidr = networkOf(text);
  if (cidr === undefined) return [{ field: `${field}.cidr`, value: text, reason: cidrReason }];
  return except.flatMap((value, index): readonly FieldError[] => {
    const hole = networkOf(value);
    if (hole !== undefined && hole !== cidr && cidrContains(cidr, hole)) return [];
    const reason = hole === undefined ? cidrReason : 'must be a strict subset of `cidr`';
    return [{ field: `${field}.except[${index}]`, value, reason }];
  });
}

/** A network as Kubernetes reads it here: bits of a host in it do not matter. */
function networkOf(text: string): Cidr | undefined {
  return text.includes('/') ? tryParseNetwork(text) : undefined;
}
