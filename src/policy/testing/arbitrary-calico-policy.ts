import fc from 'fast-check';
import type {
  GlobalNetworkPolicy,
  GlobalPolicySpec,
  NetworkPolicy,
  PolicySpec,
  Tier,
} from '../../api/calico-policy.ts';
import { globalNetworkPolicies, networkPolicies, tiers } from '../../api/kinds.ts';
import { withType } from '../../api/meta.ts';
import { arbitraryRule, compact, maybe } from './arbitrary-rule.ts';
import { arbitraryNamespaceSelector, arbitrarySelector } from './arbitrary-selector.ts';
import { vocabulary } from './vocabulary.ts';

const tierName = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(undefined, 'default') },
  { weight: 6, arbitrary: fc.constantFrom(...vocabulary.tiers) },
  { weight: 1, arbitrary: fc.constantFrom(vocabulary.missingTier, 'kube-admin', 'kube-baseline') },
);

// Equal orders and equal names are frequent, so that the order among policies is tested to the last resort.
const order = fc.constantFrom(undefined, 1, 2, 1000, 0.5);
const name = fc.constantFrom('a', 'b', 'c', 'a-b');

function spec(namespaced: boolean): fc.Arbitrary<PolicySpec> {
  const rules = (direction: 'Ingress' | 'Egress') =>
    maybe(1, fc.array(arbitraryRule(direction, namespaced), { maxLength: 5 }));
  return fc
    .record({
      tier: tierName,
      order,
      selector: fc.oneof(fc.constantFrom(undefined, '', 'all()'), arbitrarySelector()),
      serviceAccountSelector: maybe(8, arbitrarySelector(vocabulary.ownerLabels)),
      ingress: rules('Ingress'),
      egress: rules('Egress'),
      types: fc.constantFrom(undefined, ['Ingress'], ['Egress'], ['Ingress', 'Egress'] as const),
    })
    .map((drawn) => compact(drawn) as PolicySpec);
}

/** A projectcalico.org/v3 NetworkPolicy. */
export const arbitraryNetworkPolicy: fc.Arbitrary<NetworkPolicy> = fc
  .tuple(name, fc.constantFrom(...vocabulary.namespaces), spec(true))
  .map(([one, namespace, body]) => withType(networkPolicies, { metadata: { name: one, namespace }, spec: body }));

/** A projectcalico.org/v3 GlobalNetworkPolicy; `hooks`: also untracked, before DNAT and for forwarded packets. */
export function arbitraryGlobalNetworkPolicy(hooks: boolean): fc.Arbitrary<GlobalNetworkPolicy> {
  const hook = fc.constantFrom<Partial<GlobalPolicySpec>>(
    {},
    {},
    { applyOnForward: true },
    { applyOnForward: true, doNotTrack: true },
    { applyOnForward: true, preDNAT: true },
  );
  return fc
    .tuple(name, spec(false), maybe(6, arbitraryNamespaceSelector), hooks ? hook : fc.constant({}))
    .map(([one, body, namespaceSelector, flags]) => {
      const { egress: _, types: __, ...ingressOnly } = body;
      return withType(globalNetworkPolicies, {
        metadata: { name: one },
        spec: {
          ...('preDNAT' in flags ? ingressOnly : body),
          ...flags,
          // Only rules may say global().
          ...(namespaceSelector === undefined || namespaceSelector === 'global()' ? {} : { namespaceSelector }),
        },
      });
    });
}

/** The tiers of a cluster: some of ours beside those that every cluster has. */
export const arbitraryTiers: fc.Arbitrary<readonly Tier[]> = fc.tuple(
  ...vocabulary.tiers.map((one) =>
    fc
      .record({
        order: fc.constantFrom(undefined, 1, 100, 2_000_000),
        defaultAction: fc.constantFrom(undefined, 'Deny', 'Pass'),
      })
      .map((drawn) => withType(tiers, { metadata: { name: one }, spec: compact(drawn) as Tier['spec'] })),
  ),
);
