import { builtInTiers } from '../../api/built-in-tiers.ts';
import type { FelixConfiguration, IPPool } from '../../api/calico.ts';
import type { EndpointSlice, Namespace, Node, Pod, Service, ServiceAccount } from '../../api/core.ts';
import * as kinds from '../../api/kinds.ts';
import { type KubernetesObject, withType } from '../../api/meta.ts';
import { type PolicyField, policyKinds } from '../../trace/policy-kinds.ts';
import { assumeNodeAddresses, assumePodAddresses } from './assume-addresses.ts';
import { assumeSlices } from './assume-slices.ts';
import { type PolicyWorld, resourcesOf } from './policy-world.ts';
import type { PolicyFiles } from './read-policy-files.ts';
import { podOfWorkload } from './workload.ts';

/** Where pods run that name no node. */
const assumedNode = 'node';

/**
 * What a cluster would have made of files: pods of workloads, their addresses and accounts, namespaces, the tiers every
 * cluster has, the backends of Services.
 */
export function offlineWorld(files: PolicyFiles): PolicyWorld {
  const given = <T extends KubernetesObject>(field: PolicyField): readonly T[] =>
    (files.objects.get(field) ?? []) as readonly T[];
  const placed = podsOf(given<Pod>('pods'), files);
  const nodes = assumeNodeAddresses(withNodes(given<Node>('nodes'), placed));
  const { objects: pods, range } = assumePodAddresses(placed, nodes.objects);
  const namespaces = withNamespaces(given<Namespace>('namespaces'), namesOfNamespaces(files, pods));
  const services = given<Service>('services');
  const slices = given<EndpointSlice>('endpointSlices');
  const tiers = given<KubernetesObject>('tiers');
  const names = new Set(tiers.map(({ metadata }) => metadata.name));
  const made: Partial<Record<PolicyField, readonly KubernetesObject[]>> = {
    pods,
    namespaces: namespaces.all,
    serviceAccounts: withAccounts(given<ServiceAccount>('serviceAccounts'), pods),
    nodes: nodes.objects,
    endpointSlices: [...slices, ...assumeSlices(services, slices, pods)],
    tiers: [...tiers, ...builtInTiers.filter(({ metadata }) => !names.has(metadata.name))],
  };
  return {
    resources: resourcesOf((field) => (made[field] ?? given(field)).map((one) => withType(policyKinds[field], one))),
    felix: files.felix as readonly FelixConfiguration[],
    pools: files.pools as readonly IPPool[],
    assumptions: [
      ...(namespaces.assumed.length === 0
        ? []
        : [
            `Namespaces that are in no file are taken to have no labels of their own: ${namespaces.assumed.join(', ')}`,
          ]),
      ...(range === undefined ? [] : [`Pods without an address get one of ${range}`]),
    ],
  };
}

/** Pods, and one for each workload; with what the API server fills in. */
function podsOf(given: readonly Pod[], { workloads }: PolicyFiles): readonly Pod[] {
  const named = new Set(given.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const made = workloads
    .flatMap((workload) => podOfWorkload(workload) ?? [])
    .filter(({ metadata }) => !named.has(`${metadata.namespace}/${metadata.name}`));
  return [...given, ...made].map((pod) => ({
    ...pod,
    spec: {
      ...pod.spec,
      nodeName: pod.spec.nodeName ?? assumedNode,
      serviceAccountName: pod.spec.serviceAccountName ?? 'default',
      containers: pod.spec.containers ?? [],
    },
  }));
}

function namesOfNamespaces({ objects }: PolicyFiles, pods: readonly Pod[]): readonly string[] {
  const all = [...objects.values()].flat();
  return [...new Set([...all, ...pods].flatMap(({ metadata }) => metadata.namespace ?? []))].sort();
}

function withNamespaces(given: readonly Namespace[], names: readonly string[]) {
  const known = new Set(given.map(({ metadata }) => metadata.name));
  const assumed = names.filter((name) => !known.has(name));
  const all = [...given, ...assumed.map((name): Namespace => ({ metadata: { name } }))];
  return { assumed, all: all.map(withNameLabel) };
}

/** Every API server labels a namespace with its name. */
function withNameLabel({ metadata, ...rest }: Namespace): Namespace {
  const labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  return { ...rest, metadata: { ...metadata, labels } };
}

function withAccounts(given: readonly ServiceAccount[], pods: readonly Pod[]): readonly ServiceAccount[] {
  const accounts = new Map<string, ServiceAccount>();
  for (const { metadata, spec } of pods) {
    const { namespace = '' } = metadata;
    const name = spec.serviceAccountName ?? '';
    accounts.set(`${namespace}/${name}`, withType(kinds.serviceAccounts, { metadata: { name, namespace } }));
  }
  for (const account of given) accounts.set(`${account.metadata.namespace}/${account.metadata.name}`, account);
  return [...accounts.values()];
}

function withNodes(given: readonly Node[], pods: readonly Pod[]): readonly Node[] {
  const known = new Set(given.map(({ metadata }) => metadata.name));
  const names = new Set(pods.flatMap(({ spec }) => spec.nodeName ?? []).filter((name) => !known.has(name)));
  return [...given, ...[...names].sort().map((name): Node => ({ metadata: { name } }))];
}
