import fc from 'fast-check';
import type { HostEndpoint, NetworkSet } from '../../api/calico-endpoints.ts';
import type { EndpointSlice, Namespace, Pod, ServiceAccount } from '../../api/core.ts';
import { globalNetworkSets, hostEndpoints, networkSets } from '../../api/kinds.ts';
import { type KubernetesObject, withType } from '../../api/meta.ts';
import type { PolicyResources } from '../resources.ts';
import { arbitraryGlobalNetworkPolicy, arbitraryNetworkPolicy, arbitraryTiers } from './arbitrary-calico-policy.ts';
import {
  arbitraryAdminNetworkPolicy,
  arbitraryBaselineAdminNetworkPolicy,
  arbitraryClusterNetworkPolicy,
} from './arbitrary-cluster-policy.ts';
import { arbitraryKubernetesPolicy } from './arbitrary-kubernetes-policy.ts';
import { compact, maybe } from './arbitrary-rule.ts';
import { arbitraryLabels } from './arbitrary-selector.ts';
import { vocabulary } from './vocabulary.ts';

/** What a random cluster may have. */
export interface ClusterShape {
  /** At most; they have the addresses 10.0.0.1, fd00::1 and so on. */
  readonly pods: number;
  /** At most, of each kind. */
  readonly policies: number;
  readonly hostEndpoints: boolean;
}

/** The node of all pods and host endpoints. */
export const nodeName = 'n1';
/** A namespace in which pods are, though it is not there. */
const lostNamespace = 'lost';

/** A small cluster with policies of all kinds, made of the words of {@link vocabulary}. All objects are valid. */
export function arbitraryResources(shape: ClusterShape): fc.Arbitrary<PolicyResources> {
  const { policies } = shape;
  return fc
    .record({
      pods: arbitraryPods(shape.pods),
      namespaces: fc.tuple(...vocabulary.namespaces.map(arbitraryNamespace)),
      serviceAccounts: fc
        .tuple(...vocabulary.namespaces.flatMap((namespace) => vocabulary.serviceAccounts.map(account(namespace))))
        .map((all) => all.filter((one) => one !== undefined)),
      endpointSlices: fc.array(arbitrarySlice, { maxLength: 5 }).map(numbered),
      tiers: arbitraryTiers,
      networkPolicies: many(arbitraryNetworkPolicy, policies),
      globalNetworkPolicies: many(arbitraryGlobalNetworkPolicy(shape.hostEndpoints), policies),
      kubernetesPolicies: many(arbitraryKubernetesPolicy, policies),
      clusterNetworkPolicies: many(arbitraryClusterNetworkPolicy, Math.min(policies, 1)),
      adminNetworkPolicies: many(arbitraryAdminNetworkPolicy, Math.min(policies, 1)),
      baselineAdminNetworkPolicies: many(arbitraryBaselineAdminNetworkPolicy, Math.min(policies, 1)),
      networkSets: many(arbitraryNetworkSet(true), 2),
      globalNetworkSets: many(arbitraryNetworkSet(false), 2),
      hostEndpoints: shape.hostEndpoints ? many(arbitraryHostEndpoint, 2) : fc.constant([]),
    })
    .map((drawn) => ({
      ...drawn,
      nodes: [{ metadata: { name: nodeName } }],
      services: [],
      stagedNetworkPolicies: [],
      stagedGlobalNetworkPolicies: [],
      stagedKubernetesPolicies: [],
    }));
}

/** So many at most, no two of one name. */
function many<T extends KubernetesObject>(one: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<readonly T[]> {
  return fc.uniqueArray(one, {
    maxLength,
    selector: ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
  });
}

function arbitraryNamespace(name: string): fc.Arbitrary<Namespace> {
  return arbitraryLabels(vocabulary.ownerLabels).map((labels) => ({ metadata: { name, labels } }));
}

function account(namespace: string): (name: string) => fc.Arbitrary<ServiceAccount | undefined> {
  return (name) =>
    maybe(2, arbitraryLabels(vocabulary.ownerLabels)).map(
      (labels) => labels && { metadata: { name, namespace, labels } },
    );
}

function arbitraryPods(count: number): fc.Arbitrary<readonly Pod[]> {
  const drawn = fc.record({
    namespace: fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(...vocabulary.namespaces) },
      { weight: 1, arbitrary: fc.constant(lostNamespace) },
    ),
    labels: arbitraryLabels(vocabulary.labels),
    account: fc.constantFrom(undefined, ...vocabulary.serviceAccounts),
    families: fc.constantFrom([4, 6], [4, 6], [4], [6]),
    ports: fc.subarray(podPorts),
    phase: fc.oneof(
      { weight: 20, arbitrary: fc.constant('Running' as const) },
      { weight: 1, arbitrary: fc.constant('Succeeded' as const) },
    ),
  });
  return fc.array(drawn, { minLength: 2, maxLength: count }).map((all) =>
    all.map(({ namespace, labels, account: serviceAccountName, families, ports, phase }, index) => ({
      metadata: { name: `p${index + 1}`, namespace, labels },
      spec: {
        nodeName,
        ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
        containers: [
          { name: 'c', ports: ports.filter(({ name }, at) => at === ports.findIndex((p) => p.name === name)) },
        ],
      },
      status: { phase, podIPs: families.map((family) => ({ ip: podAddress(index + 1, family) })) },
    })),
  );
}

function podAddress(number: number, family: number): string {
  return family === 4 ? `10.0.0.${number}` : `fd00::${number}`;
}

const podPorts = [
  { name: 'http', containerPort: 80 },
  { name: 'http', containerPort: 8050, protocol: 'TCP' as const },
  { name: 'dns', containerPort: 53, protocol: 'UDP' as const },
  { name: 'dns', containerPort: 53 },
];

/** Addresses that no packet has: more of them than are compiled as the few members that most sets have. */
const manyOthers = Array.from({ length: 300 }, (_, i) => `10.9.${i >> 8}.${i & 255}/32`);

function arbitraryNetworkSet(namespaced: boolean): fc.Arbitrary<NetworkSet> {
  const nets = [...vocabulary.nets[4], ...vocabulary.nets[6]];
  return fc
    .record({
      name: fc.constantFrom('s1', 's2'),
      namespace: fc.constantFrom(...vocabulary.namespaces),
      labels: arbitraryLabels(vocabulary.labels),
      nets: fc.subarray(nets, { maxLength: 5 }),
      others: maybe(6, fc.constant(manyOthers)),
    })
    .map(({ name, namespace, labels, nets: drawn, others = [] }) =>
      withType(namespaced ? networkSets : globalNetworkSets, {
        metadata: { name, ...(namespaced ? { namespace } : {}), labels },
        spec: { nets: [...drawn, ...others] },
      }),
    );
}

/** Host endpoints: the one of every interface, and that of `eth0`. */
const arbitraryHostEndpoint: fc.Arbitrary<HostEndpoint> = fc
  .record({
    interfaceName: fc.constantFrom('*', 'eth0'),
    labels: arbitraryLabels(vocabulary.labels),
    profiles: fc.constantFrom(undefined, ['projectcalico-default-allow'], ['kns.a'], ['kns.gone']),
    ports: fc.constantFrom(undefined, [{ name: 'http', protocol: 'TCP', port: 80 }]),
  })
  .map(({ interfaceName, labels, profiles, ports }) =>
    withType(hostEndpoints, {
      metadata: { name: interfaceName === '*' ? 'h-all' : 'h-eth0', labels },
      spec: compact({
        node: nodeName,
        interfaceName,
        expectedIPs: interfaceName === '*' ? ['172.16.0.1', 'fd10::1'] : ['172.16.1.1'],
        profiles,
        ports,
      }) as HostEndpoint['spec'],
    }),
  );

const arbitrarySlice: fc.Arbitrary<EndpointSlice> = fc
  .record({
    namespace: fc.constantFrom(...vocabulary.namespaces),
    family: fc.constantFrom(4, 6),
    members: fc.subarray([1, 2, 3, 4], { maxLength: 3 }),
    outside: fc.boolean(),
    ports: fc.subarray([{ port: 80, protocol: 'TCP' }, { port: 53, protocol: 'UDP' }, { port: 443 }], { minLength: 1 }),
    ready: fc.boolean(),
  })
  .map(({ namespace, family, members, outside, ports, ready }) => ({
    metadata: { name: 'web', namespace, labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: family === 4 ? 'IPv4' : 'IPv6',
    endpoints: [
      ...members.map((number) => ({ addresses: [podAddress(number, family)], conditions: { ready } })),
      ...(outside ? [{ addresses: [family === 4 ? '192.0.2.7' : '2001:db8::7'] }] : []),
    ],
    ports,
  }));

function numbered(slices: readonly EndpointSlice[]): readonly EndpointSlice[] {
  return slices.map((slice, index) => ({ ...slice, metadata: { ...slice.metadata, name: `web-${index}` } }));
}
