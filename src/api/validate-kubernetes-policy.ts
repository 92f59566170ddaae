import { type Cidr, cidrContains, tryParseCidr } from '../net/cidr.ts';
import type {
  KubernetesPolicyPeer,
  KubernetesPolicyPort,
  KubernetesPolicySpec,
  StagedKubernetesNetworkPolicy,
} from './calico-policy.ts';
import type { FieldError } from './field-error.ts';
import { isPortName } from './port-name.ts';
import { validateLabelSelector } from './validate-label-selector.ts';
import { validateStagedDelete } from './validate-staged-delete.ts';

/** As a Kubernetes NetworkPolicy; a staged deletion says nothing. */
export function validateStagedKubernetesNetworkPolicy({ spec }: StagedKubernetesNetworkPolicy): readonly FieldError[] {
  if (spec.stagedAction === 'Delete') return validateStagedDelete(spec, []);
  return validateKubernetesPolicySpec(spec);
}

/** Checks the spec of a networking.k8s.io/v1 NetworkPolicy. @see Kubernetes API reference "NetworkPolicySpec" */
function validateKubernetesPolicySpec(spec: KubernetesPolicySpec): readonly FieldError[] {
  const rules = [
    ...(spec.ingress ?? []).map(({ ports, from }, index) => ({
      ports,
      peers: from,
      at: `spec.ingress[${index}]`,
      key: 'from',
    })),
    ...(spec.egress ?? []).map(({ ports, to }, index) => ({
      ports,
      peers: to,
      at: `spec.egress[${index}]`,
      key: 'to',
    })),
  ];
  return [
    ...validateLabelSelector('spec.podSelector', spec.podSelector),
    ...rules.flatMap(({ ports = [], at }) => ports.flatMap((port, index) => checkPort(port, `${at}.ports[${index}]`))),
    ...rules.flatMap(({ peers = [], at, key }) =>
      peers.flatMap((peer, index) => checkPeer(peer, `${at}.${key}[${index}]`)),
    ),
  ];
}

const protocols = ['TCP', 'UDP', 'SCTP'];

function checkPort({ protocol, port, endPort }: KubernetesPolicyPort, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (protocol !== undefined && protocol !== '' && !protocols.includes(protocol)) {
    errors.push({ field: `${field}.protocol`, value: protocol, reason: 'supported values: "TCP", "UDP", "SCTP"' });
  }
  if (typeof port === 'string' && !isPortName(port)) {
    const reason = 'a port name is needed: at most 15 lower-case letters, digits, "-"';
    errors.push({ field: `${field}.port`, value: port, reason });
  } else if (typeof port === 'number' && !isPortNumber(port)) {
    errors.push({ field: `${field}.port`, value: port, reason: 'a port from 1 to 65535 is needed' });
  }
  if (endPort === undefined) return errors;
  if (typeof port !== 'number') {
    return [
      ...errors,
      { field: `${field}.endPort`, value: endPort, reason: 'may not be specified without a numeric port' },
    ];
  }
  if (isPortNumber(endPort) && endPort >= port) return errors;
  return [...errors, { field: `${field}.endPort`, value: endPort, reason: `a port from ${port} to 65535 is needed` }];
}

function isPortNumber(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function checkPeer(
  { podSelector, namespaceSelector, ipBlock }: KubernetesPolicyPeer,
  field: string,
): readonly FieldError[] {
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  if (ipBlock === undefined && !selects)
    return [{ field, reason: 'a peer is needed: podSelector, namespaceSelector or ipBlock' }];
  const errors = [
    ...validateLabelSelector(`${field}.podSelector`, podSelector),
    ...validateLabelSelector(`${field}.namespaceSelector`, namespaceSelector),
  ];
  if (ipBlock === undefined) return errors;
  if (selects)
    errors.push({ field: `${field}.ipBlock`, value: ipBlock, reason: 'not allowed together with another peer' });
  return [...errors, ...checkBlock(ipBlock.cidr, ipBlock.except ?? [], `${field}.ipBlock`)];
}

function checkBlock(text: string, except: readonly string[], field: string): readonly FieldError[] {
  const cidr = networkOf(text);
  if (cidr === undefined)
    return [{ field: `${field}.cidr`, value: text, reason: 'a network ADDRESS/LENGTH is needed' }];
  return except.flatMap((value, index): readonly FieldError[] => {
    const hole = networkOf(value);
    if (hole !== undefined && hole !== cidr && cidrContains(cidr, hole)) return [];
    return [{ field: `${field}.except[${index}]`, value, reason: `a network inside ${cidr} is needed` }];
  });
}

function networkOf(text: string): Cidr | undefined {
  return text.includes('/') ? tryParseCidr(text) : undefined;
}
