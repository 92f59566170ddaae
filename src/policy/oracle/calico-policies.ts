import type {
  GlobalNetworkPolicy,
  GlobalPolicySpec,
  IcmpMatch,
  NetworkPolicy,
  PolicySpec,
  ProtocolField,
  Rule,
} from '../../api/calico-policy.ts';
import { defaultPolicyTypes } from '../../api/policy-defaults.ts';
import { isNamedPort } from '../../api/validate-port.ts';
import { WeftError } from '../../base/errors.ts';
import { ipFamily } from '../../net/ip.ts';
import { hasPorts, parseProtocol, protocolNumber } from '../../net/protocol.ts';
import { matchSelector } from '../../selector/match-selector.ts';
import { parseSelector } from '../../selector/parse-selector.ts';
import { renameLabels } from '../../selector/rename-labels.ts';
import type { Packet } from '../packet.ts';
import type { PolicyId } from '../policy-id.ts';
import type { PolicyResources } from '../resources.ts';
import type { AddressOwner } from './address-owner.ts';
import { entityConditions, matchNamespace } from './calico-entity.ts';
import type { ClusterView } from './cluster-view.ts';
import { type Condition, every, isIcmp } from './condition.ts';
import type { OraclePolicy, OracleRule } from './oracle-policy.ts';

/** The projectcalico.org/v3 policies, asked about packets. */
export function calicoPolicies(view: ClusterView, resources: PolicyResources): readonly OraclePolicy[] {
  return [
    ...resources.networkPolicies.map((policy) => networkPolicy(view, policy)),
    ...resources.globalNetworkPolicies.map((policy) => globalNetworkPolicy(view, policy)),
  ];
}

function networkPolicy(view: ClusterView, { metadata, spec }: NetworkPolicy): OraclePolicy {
  const { namespace = '', name } = metadata;
  const here = (owner: AddressOwner) => owner.labels['projectcalico.org/namespace'] === namespace;
  const selects = selection(spec);
  return {
    ...rulesOf(view, spec, namespace, selects !== undefined),
    id: { kind: 'np', namespace, name },
    selects: (owner) => here(owner) && (selects?.(owner) ?? true),
  };
}

function globalNetworkPolicy(view: ClusterView, { metadata, spec }: GlobalNetworkPolicy): OraclePolicy {
  const id: PolicyId = { kind: 'gnp', name: metadata.name };
  const selects = selection(spec);
  return { ...rulesOf(view, spec, undefined, selects !== undefined), id, selects: selects ?? (() => true) };
}

/** Whom it is for; `undefined` when that cannot be read. */
function selection(spec: GlobalPolicySpec): ((owner: AddressOwner) => boolean) | undefined {
  const { selector = '', namespaceSelector = '', serviceAccountSelector = '' } = spec;
  try {
    const own = parseSelector(selector);
    const namespace = parseSelector(namespaceSelector);
    const account = parseSelector(serviceAccountSelector);
    return ({ labels }) =>
      matchSelector(own, labels) &&
      (namespaceSelector === '' || matchNamespace(namespace, labels)) &&
      (serviceAccountSelector === '' || matchAccount(account, labels));
  } catch {
    return undefined;
  }
}

type Labels = AddressOwner['labels'];

/** `all()` = with any service account. */
function matchAccount(selector: ReturnType<typeof parseSelector>, labels: Labels): boolean {
  if (selector.kind === 'all') return labels['projectcalico.org/serviceaccount'] !== undefined;
  return matchSelector(
    renameLabels(selector, (label) => `pcsa.${label}`),
    labels,
  );
}

function rulesOf(view: ClusterView, spec: GlobalPolicySpec, namespace: string | undefined, readable: boolean) {
  const types = directionsOf(spec);
  const rules = (list: readonly Rule[] = []) =>
    readable ? list.map((rule, index) => oracleRule(view, rule, index, namespace)) : [];
  return {
    tier: spec.tier === undefined || spec.tier === '' ? 'default' : spec.tier,
    order: spec.order ?? Number.POSITIVE_INFINITY,
    ...(types.includes('Ingress') ? { ingress: rules(spec.ingress) } : {}),
    ...(types.includes('Egress') ? { egress: rules(spec.egress) } : {}),
    untracked: readable && spec.doNotTrack === true,
    preDnat: readable && spec.preDNAT === true,
    applyOnForward: readable && spec.applyOnForward === true,
  };
}

function directionsOf(spec: PolicySpec): readonly string[] {
  return spec.types === undefined || spec.types.length === 0 ? defaultPolicyTypes(spec) : spec.types;
}

/** A rule that cannot be read denies if it was to deny or pass, and allows nothing if it was to allow. */
function oracleRule(view: ClusterView, rule: Rule, index: number, namespace: string | undefined): OracleRule {
  const { action } = rule;
  try {
    const matches = every(ruleConditions(view, rule, namespace));
    return { index, action, matches };
  } catch {
    const open = action === 'Allow' || action === 'Log';
    return open ? { index, action, matches: () => false } : { index, action: 'Deny', matches: () => true };
  }
}

function ruleConditions(view: ClusterView, rule: Rule, namespace: string | undefined): readonly Condition[] {
  const { ipVersion, protocol, notProtocol, icmp, notICMP, http } = rule;
  // Nobody here looks into HTTP requests.
  if (http !== undefined) throw new WeftError('POLICY_RULE', 'Cannot match HTTP requests: not supported');
  if (!portsHaveProtocol(rule)) throw new WeftError('POLICY_RULE', 'Cannot match ports: TCP, UDP or SCTP needed');
  const conditions: Condition[] = [];
  if (ipVersion !== undefined) conditions.push(({ source }) => ipFamily(source) === ipVersion);
  if (protocol !== undefined) {
    const number = numberOf(protocol);
    conditions.push((packet) => packet.protocol === number);
  }
  if (notProtocol !== undefined) {
    const number = numberOf(notProtocol);
    conditions.push((packet) => packet.protocol !== number);
  }
  if (icmp !== undefined) conditions.push((packet) => isMessage(packet, icmp));
  if (notICMP !== undefined) conditions.push((packet) => !isMessage(packet, notICMP));
  return [
    ...conditions,
    ...entityConditions(view, 'source', rule.source ?? {}, namespace),
    ...entityConditions(view, 'destination', rule.destination ?? {}, namespace),
  ];
}

/** Named ports bring their protocol, numbers need that of the rule. */
function portsHaveProtocol({ protocol, source, destination }: Rule): boolean {
  const fields = [source?.ports, source?.notPorts, destination?.ports, destination?.notPorts].flatMap((l) => l ?? []);
  const parsed = protocol === undefined ? undefined : parseProtocol(protocol);
  return parsed === undefined ? fields.every(isNamedPort) : fields.length === 0 || hasPorts(parsed);
}

function numberOf(field: ProtocolField): number {
  const protocol = parseProtocol(field);
  if (protocol !== undefined) return protocolNumber(protocol);
  throw new WeftError('POLICY_RULE', `Cannot match protocol "${field}": a name or 1 to 255 needed`);
}

function isMessage(packet: Packet, { type, code }: IcmpMatch): boolean {
  if (!isIcmp(packet)) return false;
  return (type === undefined || packet.icmpType === type) && (code === undefined || packet.icmpCode === code);
}
