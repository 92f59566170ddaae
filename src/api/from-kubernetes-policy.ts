import type {
  EntityRule,
  KubernetesPolicyPeer,
  KubernetesPolicyPort,
  KubernetesPolicySpec,
  NetworkPolicy,
  PolicyType,
  PortField,
  Rule,
} from './calico-policy.ts';
import { networkPolicies } from './kinds.ts';
import { type KubernetesObject, type LabelSelector, withType } from './meta.ts';

/** networking.k8s.io/v1 NetworkPolicy. */
export interface KubernetesPolicy extends KubernetesObject {
  readonly spec?: KubernetesPolicySpec;
}

/** Before the names of Kubernetes' policies where they stand among Calico's. */
export const kubernetesPolicyPrefix = 'knp.default.';

/** The order of Kubernetes' policies in tier `default`. */
export const kubernetesPolicyOrder = 1000;
const onlyPods = "projectcalico.org/orchestrator == 'k8s'";

/**
 * A NetworkPolicy of Kubernetes in Calico's words: one rule for each peer and protocol. Selectors without a namespace
 * mean pods of the policy's own.
 *
 * @see kubernetes.io "Network Policies"
 */
export function fromKubernetesPolicy({ metadata, spec = {} }: KubernetesPolicy): NetworkPolicy {
  const { podSelector = {} } = spec;
  const { ingress: ingressRules, egress: egressRules } = fromKubernetesRules(spec);
  return withType(networkPolicies, {
    metadata: { ...metadata, name: `${kubernetesPolicyPrefix}${metadata.name}` },
    spec: {
      tier: 'default',
      order: kubernetesPolicyOrder,
      selector: podExpression(podSelector),
      types: kubernetesPolicyTypes(spec),
      ...(ingressRules.length === 0 ? {} : { ingress: ingressRules.flat() }),
      ...(egressRules.length === 0 ? {} : { egress: egressRules.flat() }),
    },
  });
}

/** The directions of a Kubernetes policy: when it names none, Ingress, and Egress when it has rules for that. */
export function kubernetesPolicyTypes({ policyTypes = [], egress = [] }: KubernetesPolicySpec): readonly PolicyType[] {
  if (policyTypes.length > 0) return policyTypes;
  return egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

/** The rules of a Kubernetes policy in Calico's words: for each one, those it comes down to. */
export function fromKubernetesRules({ ingress = [], egress = [] }: KubernetesPolicySpec): {
  readonly ingress: readonly (readonly Rule[])[];
  readonly egress: readonly (readonly Rule[])[];
} {
  return {
    ingress: ingress.map(({ from, ports }) =>
      combine(from, ports, (protocol, source, destination) => rule(protocol, source, destination)),
    ),
    egress: egress.map(({ to, ports }) =>
      combine(to, ports, (protocol, peer, destination) => rule(protocol, {}, { ...peer, ...destination })),
    ),
  };
}

function rule(protocol: string | undefined, source: EntityRule, destination: EntityRule): Rule {
  return { action: 'Allow', ...(protocol === undefined ? {} : { protocol }), source, destination };
}

/** A rule for each peer and protocol; none of either means all of them. */
function combine(
  peers: readonly KubernetesPolicyPeer[] = [],
  ports: readonly KubernetesPolicyPort[] = [],
  make: (protocol: string | undefined, peer: EntityRule, ports: EntityRule) => Rule,
): readonly Rule[] {
  const entities = peers.length === 0 ? [{}] : peers.map(peerEntity);
  const byProtocol = [...Map.groupBy(ports, ({ protocol = 'TCP' }) => protocol)];
  if (byProtocol.length === 0) return entities.map((entity) => make(undefined, entity, {}));
  return byProtocol.flatMap(([protocol, group]) => entities.map((entity) => make(protocol, entity, portEntity(group))));
}

// A port without a number means every port of its protocol.
function portEntity(ports: readonly KubernetesPolicyPort[]): EntityRule {
  if (ports.some(({ port }) => port === undefined)) return {};
  return { ports: ports.map(portText) };
}

function portText({ port = 0, endPort }: KubernetesPolicyPort): PortField {
  return endPort === undefined || endPort === port ? port : `${port}:${endPort}`;
}

function peerEntity({ podSelector, namespaceSelector, ipBlock }: KubernetesPolicyPeer): EntityRule {
  if (ipBlock !== undefined) {
    const { cidr, except = [] } = ipBlock;
    return { nets: [cidr], ...(except.length === 0 ? {} : { notNets: except }) };
  }
  return {
    selector: podExpression(podSelector ?? {}),
    ...(namespaceSelector === undefined ? {} : { namespaceSelector: labelExpression(namespaceSelector) || 'all()' }),
  };
}

/** The pods a label selector of Kubernetes selects, in Calico's grammar: no host endpoints, no network sets. */
export function podExpression(selector: LabelSelector): string {
  return [onlyPods, labelExpression(selector)].filter((term) => term !== '').join(' && ');
}

/** A label selector of Kubernetes in Calico's grammar; empty when it selects everything. */
export function labelExpression({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.entries(matchLabels).sort(([a], [b]) => (a < b ? -1 : 1));
  const terms = matchExpressions.map(requirementText);
  return [...labels.map(([key, value]) => `${key} == '${value}'`), ...terms].join(' && ');
}

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

function requirementText({ key, operator, values = [] }: Requirement): string {
  const set = `{ ${values.map((value) => `'${value}'`).join(', ')} }`;
  switch (operator) {
    case 'In':
      return `${key} in ${set}`;
    case 'NotIn':
      return `${key} not in ${set}`;
    case 'Exists':
      return `has(${key})`;
    case 'DoesNotExist':
      return `! has(${key})`;
  }
}
