import type { Pod } from '../api/core.ts';
import { isPodFinished } from '../api/pod-state.ts';
import { toWorkloadEndpoint } from '../api/workload-endpoint.ts';
import { ipFamily, tryParseIp } from '../net/ip.ts';
import type { PolicyResources } from '../policy/resources.ts';
import type { ConnectionEnd } from './connection.ts';
import { outsideAddress } from './outside-address.ts';

/** Somebody who may talk to others: a pod, or the world outside. */
export interface Party {
  /** `default/pod1`, `external`. */
  readonly name: string;
  /** Parties of one group are alike as far as their owner goes: pods of one ReplicaSet. A pod of its own is alone. */
  readonly group: string;
  /** One for each IP version it has. */
  readonly ends: readonly ConnectionEnd[];
}

/** The pods that policy is for, in these namespaces (absent: all), by name, and behind them the world. */
export function partiesOf(resources: PolicyResources, isWanted: (namespace: string) => boolean): readonly Party[] {
  const pods = resources.pods
    .filter(({ metadata }) => isWanted(metadata.namespace ?? ''))
    .flatMap((pod) => podParty(pod) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const ends = ([4, 6] as const).map(
    (family) => ({ kind: 'outside', address: outsideAddress(resources, family) }) as const,
  );
  return [...pods, { name: 'external', group: 'external', ends }];
}

function podParty(pod: Pod): Party | undefined {
  const { name, namespace = '' } = pod.metadata;
  const networks = isPodFinished(pod) ? [] : (toWorkloadEndpoint(pod)?.spec.ipNetworks ?? []);
  const addresses = networks.flatMap((network) => tryParseIp(network.split('/')[0] ?? '') ?? []);
  if (addresses.length === 0) return undefined;
  const node = pod.spec.nodeName ?? '';
  const ends = addresses.map((address) => ({ kind: 'pod', namespace, name, node, address }) as const);
  return { name: `${namespace}/${name}`, group: podGroup(pod), ends };
}

/** `shop/web` for the pods of Deployment web; the pod's own name when nobody owns it. */
export function podGroup({ metadata }: Pod): string {
  const { name, namespace = '', labels = {}, ownerReferences = [] } = metadata;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  if (owner === undefined) return `${namespace}/${name}`;
  // A ReplicaSet has the name of its Deployment and the hash that its pods carry.
  const hash = labels['pod-template-hash'];
  const isVersion = hash !== undefined && owner.name.endsWith(`-${hash}`);
  return `${namespace}/${isVersion ? owner.name.slice(0, -hash.length - 1) : owner.name}`;
}

/** Something with addresses. */
type Addressed = Pick<Party, 'ends'>;

/** The first two addresses of one IP version; `undefined` when there are none. */
export function pairOf(a: Addressed, b: Addressed): readonly [ConnectionEnd, ConnectionEnd] | undefined {
  for (const source of a.ends) {
    const destination = b.ends.find(({ address }) => ipFamily(address) === ipFamily(source.address));
    if (destination !== undefined) return [source, destination];
  }
  return undefined;
}
