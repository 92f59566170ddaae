import fc from 'fast-check';
import type {
  AdminNetworkPolicy,
  AdminPolicyPort,
  AdminPolicyRule,
  BaselineAdminNetworkPolicy,
  ClusterNetworkPolicy,
  ClusterPolicyPeer,
  ClusterPolicyProtocol,
  ClusterPolicyRule,
  ClusterPolicySubject,
} from '../../api/cluster-policy.ts';
import { compact, maybe } from './arbitrary-rule.ts';
import { arbitraryLabelSelector } from './arbitrary-selector.ts';
import { vocabulary } from './vocabulary.ts';

const subject: fc.Arbitrary<ClusterPolicySubject> = fc.oneof(
  fc.record({ namespaces: arbitraryLabelSelector(vocabulary.ownerLabels) }),
  fc.record({
    pods: fc.record({
      namespaceSelector: arbitraryLabelSelector(vocabulary.ownerLabels),
      podSelector: arbitraryLabelSelector(),
    }),
  }),
);

const networks = fc.subarray([...vocabulary.nets[4], ...vocabulary.nets[6]], { minLength: 1, maxLength: 4 });
// Nodes and domain names are not enforced: rules with them fail closed.
const oddPeer = fc.constantFrom<ClusterPolicyPeer>({ domainNames: ['example.com'] }, { nodes: {} });
const egressPeer: fc.Arbitrary<ClusterPolicyPeer> = fc.oneof(
  { weight: 6, arbitrary: subject },
  { weight: 3, arbitrary: fc.record({ networks }) },
  { weight: 1, arbitrary: oddPeer },
);

const from = fc.array(subject, { minLength: 1, maxLength: 2 });
const to = fc.array(egressPeer, { minLength: 1, maxLength: 2 });
const ruleName = fc.constantFrom(undefined, 'one', 'two');
const priority = fc.constantFrom(0, 1, 2, 1000);

const clusterPort = fc.constantFrom(
  { number: 80 },
  { number: 53 },
  { range: { start: 79, end: 81 } },
  { range: { start: 8000, end: 8100 } },
);
const protocol: fc.Arbitrary<ClusterPolicyProtocol> = fc.oneof(
  ...(['tcp', 'udp', 'sctp'] as const).map((key) =>
    clusterPort.map((destinationPort): ClusterPolicyProtocol => ({ [key]: { destinationPort } })),
  ),
  fc.constantFrom(...vocabulary.portNames).map((destinationNamedPort) => ({ destinationNamedPort })),
);
const protocols = maybe(2, fc.array(protocol, { minLength: 1, maxLength: 3 }));
const clusterAction = fc.constantFrom<ClusterPolicyRule['action']>('Accept', 'Accept', 'Deny', 'Pass');

function rules<R>(rule: fc.Arbitrary<R>): fc.Arbitrary<readonly R[] | undefined> {
  return maybe(2, fc.array(rule, { maxLength: 3 }));
}

/** A policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy. */
export const arbitraryClusterNetworkPolicy: fc.Arbitrary<ClusterNetworkPolicy> = fc
  .record({
    tier: fc.constantFrom('Admin' as const, 'Baseline' as const),
    priority,
    subject,
    ingress: rules(fc.record({ name: ruleName, action: clusterAction, from, protocols }).map(compact)),
    egress: rules(fc.record({ name: ruleName, action: clusterAction, to, protocols }).map(unnamed).map(compact)),
  })
  .chain((spec) => named('v1alpha2', 'ClusterNetworkPolicy', compact(spec) as ClusterNetworkPolicy['spec']));

const adminProtocol = fc.constantFrom('TCP', 'UDP', 'SCTP');
const adminPort: fc.Arbitrary<AdminPolicyPort> = fc.oneof(
  fc.record({ portNumber: fc.record({ protocol: adminProtocol, port: fc.constantFrom(80, 53) }) }),
  fc.record({
    portRange: fc
      .tuple(adminProtocol, fc.constantFrom([79, 81] as const, [8000, 8100] as const))
      .map(([one, [start, end]]) => ({ protocol: one, start, end })),
  }),
  fc.record({ namedPort: fc.constantFrom(...vocabulary.portNames) }),
);
const adminPorts = maybe(2, fc.array(adminPort, { minLength: 1, maxLength: 3 }));
const adminRules = (...actions: readonly AdminPolicyRule['action'][]) => {
  const common = { name: ruleName, action: fc.constantFrom(...actions), ports: adminPorts };
  return {
    subject,
    ingress: rules(fc.record({ ...common, from }).map(compact)),
    egress: rules(
      fc
        .record({ ...common, to })
        .map(unnamed)
        .map(compact),
    ),
  };
};

/** A policy.networking.k8s.io/v1alpha1 AdminNetworkPolicy. */
export const arbitraryAdminNetworkPolicy: fc.Arbitrary<AdminNetworkPolicy> = fc
  .record({ priority, ...adminRules('Allow', 'Allow', 'Deny', 'Pass') })
  .chain((spec) => named('v1alpha1', 'AdminNetworkPolicy', compact(spec) as AdminNetworkPolicy['spec']));

/** The policy.networking.k8s.io/v1alpha1 BaselineAdminNetworkPolicy: there is one at most, and nothing after it. */
export const arbitraryBaselineAdminNetworkPolicy: fc.Arbitrary<BaselineAdminNetworkPolicy> = fc
  .record(adminRules('Allow', 'Deny'))
  .map((spec) => ({
    apiVersion: 'policy.networking.k8s.io/v1alpha1',
    kind: 'BaselineAdminNetworkPolicy',
    metadata: { name: 'default' },
    spec: compact(spec) as BaselineAdminNetworkPolicy['spec'],
  }));

/** Only pods have ports with names: the API refuses them beside other peers. */
function unnamed<R extends { readonly to: readonly ClusterPolicyPeer[] }>(rule: R): R {
  if (rule.to.every(({ namespaces, pods }) => namespaces !== undefined || pods !== undefined)) return rule;
  const isUnnamed = (one: unknown) => !/amedPort/.test(JSON.stringify(one));
  const lists = Object.entries(rule).map(([key, value]) => {
    if (key !== 'ports' && key !== 'protocols') return [key, value];
    const left = (value as readonly unknown[] | undefined)?.filter(isUnnamed) ?? [];
    return [key, left.length === 0 ? undefined : left];
  });
  return Object.fromEntries(lists) as R;
}

function named<S>(version: string, kind: string, spec: S) {
  const apiVersion = `policy.networking.k8s.io/${version}`;
  return fc.constantFrom('a', 'b').map((name) => ({ apiVersion, kind, metadata: { name }, spec }));
}
