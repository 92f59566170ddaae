import { tryParseNetwork } from '../net/network.ts';
import type {
  AdminNetworkPolicy,
  AdminPolicyRule,
  BaselineAdminNetworkPolicy,
  ClusterNetworkPolicy,
  ClusterPolicyPeer,
  ClusterPolicyRule,
  ClusterPolicySubject,
} from './cluster-policy.ts';
import type { FieldError } from './field-error.ts';
import { validateLabelSelector } from './validate-label-selector.ts';
import { validateOnlyName } from './validate-only-name.ts';

/** Checks what the schema of a ClusterNetworkPolicy leaves open, in the words of its rules. */
export function validateClusterPolicy({ spec }: ClusterNetworkPolicy): readonly FieldError[] {
  return checkSpec(spec, clusterPorts);
}

/** Checks what the schema of an AdminNetworkPolicy leaves open. */
export function validateAdminPolicy({ spec }: AdminNetworkPolicy): readonly FieldError[] {
  return checkSpec(spec, adminPorts);
}

/** As an AdminNetworkPolicy; there is one, `default`. */
export function validateBaselinePolicy({ metadata, spec }: BaselineAdminNetworkPolicy): readonly FieldError[] {
  return [...validateOnlyName('BaselineAdminNetworkPolicy', metadata.name), ...checkSpec(spec, adminPorts)];
}

interface Spec<Rule> {
  readonly subject: ClusterPolicySubject;
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** Checks the ports of a rule; `unnamed` ones may not be names. */
type CheckPorts<Rule> = (rule: Rule, field: string, unnamed: boolean) => readonly FieldError[];

function checkSpec<Rule extends Pick<ClusterPolicyRule, 'from' | 'to'>>(
  { subject, ingress = [], egress = [] }: Spec<Rule>,
  checkPorts: CheckPorts<Rule>,
): readonly FieldError[] {
  return [
    ...checkPeer(subject, 'spec.subject', podKeys),
    ...ingress.flatMap((rule, index) => {
      const field = `spec.ingress[${index}]`;
      return [...checkPeers(rule.from, `${field}.from`, podKeys), ...checkPorts(rule, field, false)];
    }),
    ...egress.flatMap((rule, index) => {
      const field = `spec.egress[${index}]`;
      const unnamed = (rule.to ?? []).some((peer) => noPods.some((key) => peer[key] !== undefined));
      return [...checkPeers(rule.to, `${field}.to`, [...podKeys, ...noPods]), ...checkPorts(rule, field, unnamed)];
    }),
  ];
}

type PeerKey = keyof ClusterPolicyPeer;
const podKeys: readonly PeerKey[] = ['namespaces', 'pods'];
const noPods: readonly PeerKey[] = ['nodes', 'networks', 'domainNames'];

function checkPeers(
  peers: readonly ClusterPolicyPeer[] | undefined,
  field: string,
  keys: readonly PeerKey[],
): readonly FieldError[] {
  return (peers ?? []).flatMap((peer, index) => checkPeer(peer, `${field}[${index}]`, keys));
}

function checkPeer(peer: ClusterPolicyPeer, field: string, keys: readonly PeerKey[]): readonly FieldError[] {
  const { namespaces, pods, nodes, networks = [] } = peer;
  return [
    ...checkOne(peer, field, keys),
    ...validateLabelSelector(`${field}.namespaces`, namespaces),
    ...validateLabelSelector(`${field}.pods.namespaceSelector`, pods?.namespaceSelector),
    ...validateLabelSelector(`${field}.pods.podSelector`, pods?.podSelector),
    ...validateLabelSelector(`${field}.nodes`, nodes),
    ...networks.flatMap((value, index): readonly FieldError[] =>
      value.includes('/') && tryParseNetwork(value) !== undefined
        ? []
        : [{ field: `${field}.networks[${index}]`, value, reason: 'a network is ADDRESS/LENGTH' }],
    ),
  ];
}

function checkOne(value: object, field: string, keys: readonly string[]): readonly FieldError[] {
  const given = Object.keys(value).length;
  return given === 1 ? [] : [{ field, reason: `exactly one of ${keys.join(', ')} is needed` }];
}

function clusterPorts({ protocols = [] }: ClusterPolicyRule, at: string, unnamed: boolean): readonly FieldError[] {
  return protocols.flatMap((protocol, index) => {
    const field = `${at}.protocols[${index}]`;
    const { tcp, udp, sctp, destinationNamedPort } = protocol;
    const ports = Object.entries({ tcp, udp, sctp }).flatMap(([name, match]) => {
      const port = match?.destinationPort;
      if (port === undefined) return [];
      const where = `${field}.${name}.destinationPort`;
      return [...checkOne(port, where, ['number', 'range']), ...checkRange(port.range, `${where}.range`)];
    });
    const named = unnamed && destinationNamedPort !== undefined;
    return [
      ...checkOne(protocol, field, ['tcp', 'udp', 'sctp', 'destinationNamedPort']),
      ...ports,
      ...(named ? [unnamedError(`${field}.destinationNamedPort`, destinationNamedPort)] : []),
    ];
  });
}

function adminPorts({ ports = [] }: AdminPolicyRule, at: string, unnamed: boolean): readonly FieldError[] {
  return ports.flatMap((port, index) => {
    const field = `${at}.ports[${index}]`;
    const named = unnamed && port.namedPort !== undefined;
    return [
      ...checkOne(port, field, ['portNumber', 'portRange', 'namedPort']),
      ...checkRange(port.portRange, `${field}.portRange`),
      ...(named ? [unnamedError(`${field}.namedPort`, port.namedPort)] : []),
    ];
  });
}

function unnamedError(field: string, value: unknown): FieldError {
  return { field, value, reason: 'cannot be used with networks, nodes or domainNames' };
}

function checkRange(
  range: { readonly start: number; readonly end: number } | undefined,
  field: string,
): readonly FieldError[] {
  if (range === undefined || range.start < range.end) return [];
  return [{ field: `${field}.start`, value: range.start, reason: 'start must be less than end' }];
}
