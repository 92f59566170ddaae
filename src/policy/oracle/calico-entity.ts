import type { EntityRule, PortField } from '../../api/calico-policy.ts';
import { cidrFamily } from '../../net/cidr.ts';
import { ipFamily } from '../../net/ip.ts';
import { parseNetwork } from '../../net/network.ts';
import { parsePort } from '../../net/port.ts';
import { matchSelector } from '../../selector/match-selector.ts';
import { parseSelector } from '../../selector/parse-selector.ts';
import { renameLabels } from '../../selector/rename-labels.ts';
import type { Labels, Selector } from '../../selector/selector.ts';
import type { AddressOwner } from './address-owner.ts';
import { addressSet } from './address-set.ts';
import type { ClusterView } from './cluster-view.ts';
import { type Condition, type End, namedPort, portAt, some } from './condition.ts';

/**
 * What one end of a Calico rule asks of a packet. `namespace` is the policy's own, absent for a cluster-wide one.
 *
 * @throws WeftError when a selector, network or port cannot be read
 */
export function entityConditions(
  view: ClusterView,
  end: End,
  entity: EntityRule,
  namespace: string | undefined,
): readonly Condition[] {
  const selected = selection(entity, namespace);
  const { nets = [], notNets = [], ports = [], notPorts = [], notSelector = '', services } = entity;
  const conditions: Condition[] = [];
  if (nets.length > 0) conditions.push(inNets(end, nets));
  if (notNets.length > 0) conditions.push(not(inNets(end, notNets)), ofSameFamily(end, notNets));
  if (selected !== undefined) {
    const addresses = view.addressesOf(`calico ${namespace} ${JSON.stringify(entity)}`, selected);
    conditions.push((packet) => addresses.holds(packet[end]));
  }
  if (notSelector !== '') {
    const selector = parseSelector(notSelector);
    const addresses = view.addressesOf(`not ${notSelector}`, ({ labels }) => matchSelector(selector, labels));
    conditions.push((packet) => !addresses.holds(packet[end]));
  }
  const counts = selected ?? (() => true);
  if (ports.length > 0) conditions.push(some(ports.map((port) => portCondition(view, end, port, counts))));
  if (notPorts.length > 0) conditions.push(not(some(notPorts.map((port) => portCondition(view, end, port, counts)))));
  if (services !== undefined) {
    conditions.push(behindService(view, end, services.namespace ?? namespace ?? '', services.name ?? ''));
  }
  return conditions;
}

function not(condition: Condition): Condition {
  return (packet) => !condition(packet);
}

function inNets(end: End, texts: readonly string[]): Condition {
  const set = addressSet(texts.map(parseNetwork));
  return (packet) => set.holds(packet[end]);
}

/** A rule that speaks of networks is for packets of their IP version, even when it only excludes them. */
function ofSameFamily(end: End, texts: readonly string[]): Condition {
  const families = new Set(texts.map(parseNetwork).map(cidrFamily));
  return (packet) => families.has(ipFamily(packet[end]));
}

function portCondition(view: ClusterView, end: End, field: PortField, counts: (owner: AddressOwner) => boolean) {
  const port = parsePort(field);
  if (port.kind === 'name') return namedPort(view, end, port.name, counts);
  return (packet: Parameters<Condition>[0]) => {
    const found = portAt(packet, end);
    return found !== undefined && found >= port.low && found <= port.high;
  };
}

/** To a Service: at a port it is backed at. From a Service: whatever the port. */
function behindService(view: ClusterView, end: End, namespace: string, name: string): Condition {
  return (packet) =>
    view
      .backendsOf(namespace, name)
      .some(
        ({ address, protocol, port }) =>
          address === packet[end] &&
          (end === 'source' || (protocol === packet.protocol && port === packet.destinationPort)),
      );
}

/**
 * Which endpoints and network sets an entity means; `undefined` when it does not speak of any. As soon as one of its
 * selector fields is used, `notSelector` included, an entity of a namespaced policy is about that namespace, unless it
 * names namespaces itself.
 */
function selection(
  { selector = '', notSelector = '', namespaceSelector = '', serviceAccounts }: EntityRule,
  namespace: string | undefined,
): ((owner: AddressOwner) => boolean) | undefined {
  const conditions: ((owner: AddressOwner) => boolean)[] = [];
  const account = serviceAccounts?.selector ?? '';
  const names = serviceAccounts?.names ?? [];
  if (selector !== '') conditions.push(labelled(parseSelector(selector)));
  if (account !== '') conditions.push(labelled(renameLabels(parseSelector(account), (label) => `pcsa.${label}`)));
  if (names.length > 0) {
    conditions.push(({ labels }) => names.includes(labels['projectcalico.org/serviceaccount'] ?? ''));
  }
  if (namespaceSelector !== '') {
    const parsed = parseSelector(namespaceSelector);
    conditions.push(({ labels }) => matchNamespace(parsed, labels));
  } else if (namespace !== undefined && (conditions.length > 0 || notSelector !== '')) {
    conditions.push(({ labels }) => labels['projectcalico.org/namespace'] === namespace);
  }
  if (conditions.length === 0) return undefined;
  return (owner) => conditions.every((holds) => holds(owner));
}

function labelled(selector: Selector): (owner: AddressOwner) => boolean {
  return ({ labels }) => matchSelector(selector, labels);
}

/** `all()` = in any namespace, `global()` = in none; everything else is about the labels of the namespace. */
export function matchNamespace(selector: Selector, labels: Labels): boolean {
  const inNamespace = labels['projectcalico.org/namespace'] !== undefined;
  switch (selector.kind) {
    case 'all':
      return inNamespace;
    case 'global':
      return !inNamespace;
    case 'not':
      return !matchNamespace(selector.operand, labels);
    case 'and':
      return selector.operands.every((operand) => matchNamespace(operand, labels));
    case 'or':
      return selector.operands.some((operand) => matchNamespace(operand, labels));
    default:
      return matchSelector(
        renameLabels(selector, (label) => `pcns.${label}`),
        labels,
      );
  }
}
