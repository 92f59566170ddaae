import type { EntityRule, KubernetesPolicyPeer, KubernetesPolicyPort, Rule } from '../api/calico-policy.ts';
import type {
  AdminPolicyPort,
  AdminPolicyRule,
  ClusterPolicyPeer,
  ClusterPolicyPort,
  ClusterPolicyProtocol,
  ClusterPolicyRule,
} from '../api/cluster-policy.ts';
import { formatLabelSelector } from '../api/label-selector.ts';
import type { LabelSelector } from '../api/meta.ts';
import type { Direction } from '../policy/direction.ts';

/** A rule of a Kubernetes NetworkPolicy. */
export interface KubernetesRule {
  readonly from?: readonly KubernetesPolicyPeer[];
  readonly to?: readonly KubernetesPolicyPeer[];
  readonly ports?: readonly KubernetesPolicyPort[];
}

/** `Allow TCP from role == 'pod1' to port 80`. */
export function calicoRuleText(rule: Rule): string {
  const { action, ipVersion, protocol, notProtocol, icmp, notICMP, source, destination } = rule;
  const icmpText = ({ type, code }: { type?: number; code?: number }): string =>
    `type ${type ?? 'any'}${code === undefined ? '' : ` code ${code}`}`;
  return words([
    action,
    ipVersion === undefined ? undefined : `IPv${ipVersion}`,
    protocol === undefined ? undefined : String(protocol),
    notProtocol === undefined ? undefined : `not ${notProtocol}`,
    icmp && icmpText(icmp),
    notICMP && `not ${icmpText(notICMP)}`,
    entityText('from', source),
    entityText('to', destination),
    rule.http === undefined ? undefined : 'of some HTTP requests',
  ]);
}

/** `Allow from pods with role=pod1 to TCP port 80`; every rule of such a policy allows. */
export function kubernetesRuleText({ from, to, ports }: KubernetesRule, direction: Direction): string {
  const peers = (direction === 'ingress' ? from : to) ?? [];
  return words([
    'Allow',
    peerWords(
      direction,
      peers.map((peer) => ('ipBlock' in peer && peer.ipBlock ? blockText(peer.ipBlock) : podsText(peer))),
    ),
    portWords(direction, (ports ?? []).map(kubernetesPortText)),
  ]);
}

/** `Deny from pods of namespaces with team=red to TCP port 80`: of a rule for administrators, of either version. */
export function clusterRuleText(rule: AdminPolicyRule | ClusterPolicyRule, direction: Direction): string {
  const { name, action, from = [], to = [] } = rule;
  const peers = (direction === 'ingress' ? from : to).map(clusterPeerText);
  const { ports = [], protocols = [] }: Pick<AdminPolicyRule, 'ports'> & Pick<ClusterPolicyRule, 'protocols'> = rule;
  const destinations = [...ports.map(adminPortText), ...protocols.map(protocolText)];
  const quoted = name === undefined || name === '' ? undefined : `("${name}")`;
  return words([action, peerWords(direction, peers), portWords(direction, destinations), quoted]);
}

function words(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

function entityText(word: 'from' | 'to', entity: EntityRule = {}): string | undefined {
  const { nets = [], notNets = [], selector = '', notSelector = '', namespaceSelector = '', services } = entity;
  const { ports = [], notPorts = [], serviceAccounts } = entity;
  const names = serviceAccounts?.names ?? [];
  const accounts = serviceAccounts?.selector ?? '';
  const conditions = [
    selector,
    notSelector === '' ? '' : `not (${notSelector})`,
    namespaceSelector === '' ? '' : `namespace ${namespaceSelector}`,
    names.length === 0 ? '' : `service account ${names.join(' or ')}`,
    accounts === '' ? '' : `service accounts with ${accounts}`,
    nets.length === 0 ? '' : listText(nets),
    notNets.length === 0 ? '' : `not ${listText(notNets)}`,
    services === undefined ? '' : `service ${[services.namespace, services.name].filter(Boolean).join('/')}`,
    ports.length === 0 ? '' : `${plural('port', ports)} ${listText(ports)}`,
    notPorts.length === 0 ? '' : `not ${plural('port', notPorts)} ${listText(notPorts)}`,
  ].filter((part) => part !== '');
  return conditions.length === 0 ? undefined : `${word} ${conditions.join(', ')}`;
}

/** A list may hold 100,000 networks. */
function listText(items: readonly (string | number)[]): string {
  const more = items.length - 4;
  return more <= 1 ? items.join(', ') : `${items.slice(0, 4).join(', ')} and ${more} more`;
}

function plural(word: string, items: readonly unknown[]): string {
  return items.length === 1 ? word : `${word}s`;
}

function peerWords(direction: Direction, peers: readonly string[]): string | undefined {
  return peers.length === 0 ? undefined : `${direction === 'ingress' ? 'from' : 'to'} ${peers.join(', or ')}`;
}

function portWords(direction: Direction, ports: readonly string[]): string | undefined {
  if (ports.length === 0) return undefined;
  return `${direction === 'ingress' ? 'to' : 'at'} ${ports.join(', ')}`;
}

function podsText({ podSelector, namespaceSelector }: Pick<KubernetesPolicyPeer, 'podSelector' | 'namespaceSelector'>) {
  const pods =
    podSelector === undefined || isAll(podSelector) ? 'pods' : `pods with ${formatLabelSelector(podSelector)}`;
  return namespaceSelector === undefined ? pods : `${pods} of ${namespacesText(namespaceSelector)}`;
}

function namespacesText(selector: LabelSelector): string {
  return isAll(selector) ? 'any namespace' : `namespaces with ${formatLabelSelector(selector)}`;
}

function isAll({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function blockText({ cidr, except = [] }: { readonly cidr: string; readonly except?: readonly string[] }): string {
  return except.length === 0 ? cidr : `${cidr} except ${listText(except)}`;
}

function kubernetesPortText({ protocol = 'TCP', port, endPort }: KubernetesPolicyPort): string {
  if (port === undefined) return `any ${protocol} port`;
  return endPort === undefined ? `${protocol} port ${port}` : `${protocol} ports ${port} to ${endPort}`;
}

function clusterPeerText({ namespaces, pods, nodes, networks, domainNames }: ClusterPolicyPeer): string {
  if (namespaces !== undefined) return `pods of ${namespacesText(namespaces)}`;
  if (nodes !== undefined) return isAll(nodes) ? 'nodes' : `nodes with ${formatLabelSelector(nodes)}`;
  if (networks !== undefined) return listText(networks);
  if (domainNames !== undefined) return listText(domainNames);
  return podsText(pods ?? {});
}

function adminPortText({ portNumber, portRange, namedPort }: AdminPolicyPort): string {
  if (portNumber !== undefined) return `${portNumber.protocol ?? 'TCP'} port ${portNumber.port}`;
  if (portRange !== undefined) return `${portRange.protocol ?? 'TCP'} ports ${portRange.start} to ${portRange.end}`;
  return `port ${namedPort}`;
}

function protocolText({ tcp, udp, sctp, destinationNamedPort }: ClusterPolicyProtocol): string {
  if (tcp !== undefined) return `TCP ${clusterPortText(tcp.destinationPort)}`;
  if (udp !== undefined) return `UDP ${clusterPortText(udp.destinationPort)}`;
  if (sctp !== undefined) return `SCTP ${clusterPortText(sctp.destinationPort)}`;
  return `port ${destinationNamedPort}`;
}

function clusterPortText({ number, range }: ClusterPolicyPort = {}): string {
  if (range !== undefined) return `ports ${range.start} to ${range.end}`;
  return number === undefined ? 'at any port' : `port ${number}`;
}
