import type { GlobalNetworkPolicy, NetworkPolicy, Rule } from '../api/calico-policy.ts';
import type { Pod } from '../api/core.ts';
import type { KubernetesPolicy } from '../api/from-kubernetes-policy.ts';
import { globalNetworkPolicies, kubernetesPolicies, networkPolicies } from '../api/kinds.ts';
import { type KubernetesObject, withType } from '../api/meta.ts';
import type { PolicyId } from '../policy/policy-id.ts';
import type { Checkpoint } from './connection.ts';
import type { Denial, RemedyCandidate } from './denial.ts';
import { labelsExpression, peerLabels } from './peer-labels.ts';
import { calicoRemedyRule, kubernetesRemedyRule } from './remedy-rule.ts';
import { calicoRuleText, kubernetesRuleText } from './rule-text.ts';

/** A policy of the same sort as those that isolate a pod, for the pod's like, with one rule. */
export function newPodPolicy(
  { resources, checkpoint, peer }: Denial,
  tier: string,
  isolating: readonly PolicyId[],
): RemedyCandidate | undefined {
  const { endpoint, direction, packet } = checkpoint;
  if (endpoint.kind !== 'pod') return undefined;
  const { namespace } = endpoint;
  const pod = resources.pods.find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === endpoint.name,
  );
  if (pod === undefined) return undefined;
  const types = typesOf(checkpoint);
  if (tier === 'default' && isolating.every(({ kind }) => kind === 'knp')) {
    const rule = kubernetesRemedyRule(packet, direction, peer, namespace);
    const resource: KubernetesPolicy = withType<KubernetesPolicy>(kubernetesPolicies, {
      metadata: { name: freeName(checkpoint, resources.kubernetesPolicies, namespace), namespace },
      spec: { podSelector: { matchLabels: peerLabels(pod) }, policyTypes: types, [direction]: [rule] },
    });
    const text = newPolicyText(
      'Kubernetes NetworkPolicy',
      podsText(pod),
      checkpoint,
      kubernetesRuleText(rule, direction),
    );
    return { text, resource, changed: { kubernetesPolicies: [resource] } };
  }
  const rule = calicoRemedyRule(packet, direction, peer, namespace);
  const resource: NetworkPolicy = withType(networkPolicies, {
    metadata: { name: freeName(checkpoint, resources.networkPolicies, namespace), namespace },
    spec: { tier, selector: labelsExpression(peerLabels(pod)), types, [direction]: [rule] },
  });
  const text = newPolicyText(`NetworkPolicy in tier ${tier}`, podsText(pod), checkpoint, calicoRuleText(rule));
  return { text, resource, changed: { networkPolicies: [resource] } };
}

/** A policy for a host endpoint and those with its labels; `undefined` for one without labels. */
export function newHostPolicy({ resources, checkpoint, peer }: Denial, tier: string): RemedyCandidate | undefined {
  const { endpoint, direction, phase, packet } = checkpoint;
  if (endpoint.kind !== 'host') return undefined;
  const host = resources.hostEndpoints.find(({ metadata }) => metadata.name === endpoint.name);
  const labels = host?.metadata.labels ?? {};
  if (Object.keys(labels).length === 0) return undefined;
  const rule: Rule = calicoRemedyRule(packet, direction, peer);
  const resource: GlobalNetworkPolicy = withType(globalNetworkPolicies, {
    metadata: { name: freeName(checkpoint, resources.globalNetworkPolicies) },
    spec: {
      tier,
      selector: labelsExpression(labels),
      types: typesOf(checkpoint),
      ...(phase === 'forward' ? { applyOnForward: true } : {}),
      [direction]: [rule],
    },
  });
  const whom = `host endpoints with ${labelsExpression(labels)}`;
  const text = newPolicyText(`GlobalNetworkPolicy in tier ${tier}`, whom, checkpoint, calicoRuleText(rule));
  return { text, resource, changed: { globalNetworkPolicies: [resource] } };
}

function typesOf({ direction }: Checkpoint): readonly ['Ingress' | 'Egress'] {
  return [direction === 'ingress' ? 'Ingress' : 'Egress'];
}

/** A name that no policy of the kind has: a remedy takes nothing away. */
function freeName(
  { direction, packet }: Checkpoint,
  policies: readonly KubernetesObject[],
  namespace?: string,
): string {
  const taken = policies
    .filter(({ metadata }) => metadata.namespace === namespace)
    .map(({ metadata }) => metadata.name);
  const name = `allow-${direction}-${packet.destinationPort ?? packet.protocol}`;
  let tried = name;
  for (let count = 2; taken.includes(tried); count++) tried = `${name}-${count}`;
  return tried;
}

function podsText(pod: Pod): string {
  return `the pods of ${pod.metadata.namespace} with ${labelsExpression(peerLabels(pod))}`;
}

function newPolicyText(kind: string, whom: string, { direction }: Checkpoint, rule: string): string {
  return `add a ${kind} for ${whom} with the ${direction} rule "${rule}"`;
}
