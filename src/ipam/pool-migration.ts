import type { Namespace, Pod } from '../api/core.ts';
import type { OwnerReference } from '../api/meta.ts';
import { readPodNetworkRequest } from '../api/pod-annotations.ts';
import { isPodActive, isPodFinished, isPodReady, podIps } from '../api/pod-state.ts';
import { type Cidr, cidrContainsIp, tryParseCidr } from '../net/cidr.ts';

/** Kinds that make a pod again, elsewhere if need be, when it is deleted. */
const replacers = ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController'];

/** Pods of one owner. */
export interface OwnedPods {
  readonly owner: OwnerReference;
  readonly namespace: string;
  readonly pods: readonly Pod[];
}

/** A pod that cannot be moved by replacing it, and why. */
export interface StuckPod {
  readonly name: string;
  readonly reason: string;
}

/** The pods of a pool, sorted by what can be done with them. */
export interface PoolPods {
  /** All active pods of every owner that has some in the pool. */
  readonly owners: readonly OwnedPods[];
  readonly stuck: readonly StuckPod[];
  /** Pods of the pool that are on their way out. */
  readonly leaving: number;
  /** Pods of the pool that can be replaced. */
  readonly movable: number;
}

/** Sorts the pods that have addresses of a pool. */
export function poolPods(pods: readonly Pod[], pool: Cidr): PoolPods {
  const inside = pods.filter((pod) => holdsAddressOf(pod, pool));
  const active = inside.filter(isPodActive);
  const movable = active.filter((pod) => replacerOf(pod) !== undefined);
  const wanted = new Set(movable.map((pod) => replacerOf(pod)?.uid));
  const owned = Map.groupBy(
    pods.filter((pod) => isPodActive(pod) && wanted.has(replacerOf(pod)?.uid)),
    (pod) => replacerOf(pod)?.uid,
  );
  const owners = [...owned.values()].flatMap((group): OwnedPods[] => {
    const [first] = group;
    const owner = first === undefined ? undefined : replacerOf(first);
    if (first === undefined || owner === undefined) return [];
    return [{ owner, namespace: first.metadata.namespace ?? '', pods: group }];
  });
  const stuck = active
    .filter((pod) => !movable.includes(pod))
    .map((pod) => ({ name: nameOf(pod), reason: whyStuck(pod) }));
  return { owners, stuck, leaving: inside.length - active.length, movable: movable.length };
}

/**
 * The pods of an owner to replace now. Those that are not Ready serve nobody and go at once; of the others only so many
 * that never more than `maxUnavailable` are away.
 *
 * @param replicas how many the owner wants; `undefined` when that is not known
 */
export function nextReplacements(
  { pods }: OwnedPods,
  pool: Cidr,
  replicas: number | undefined,
  maxUnavailable: number,
): readonly Pod[] {
  const ready = pods.filter(isPodReady);
  const away = Math.max(replicas ?? 0, pods.length) - ready.length;
  const old = pods.filter((pod) => holdsAddressOf(pod, pool));
  const idle = old.filter((pod) => !isPodReady(pod));
  return [...idle, ...old.filter(isPodReady).slice(0, Math.max(0, maxUnavailable - away))];
}

/**
 * Why a pod made anew would get no address once the pool is closed: it, or its namespace, asks for this very pool or for
 * an address of it.
 */
export function poolWishes(
  pods: readonly Pod[],
  namespaces: readonly Namespace[],
  pool: { readonly name: string; readonly cidr: Cidr },
): readonly StuckPod[] {
  const named = (wanted: string): boolean => wanted === pool.name || tryParseCidr(wanted) === pool.cidr;
  const wish = (annotations: Readonly<Record<string, string>> = {}): string | undefined => {
    try {
      const { ipv4Pools = [], ipv6Pools = [], addresses = [] } = readPodNetworkRequest(annotations);
      if ([...ipv4Pools, ...ipv6Pools].some(named)) return 'its annotation asks for this pool';
      return addresses.some((ip) => cidrContainsIp(pool.cidr, ip)) ? 'its annotation asks for one address' : undefined;
    } catch {
      // A pod whose annotations cannot be read gets no address from any pool.
      return undefined;
    }
  };
  const entry = (name: string, reason: string | undefined): StuckPod[] =>
    reason === undefined ? [] : [{ name, reason }];
  return [
    ...namespaces.flatMap(({ metadata }) => entry(`namespace ${metadata.name}`, wish(metadata.annotations))),
    ...pods
      .filter((pod) => isPodActive(pod) && replacerOf(pod) !== undefined)
      .flatMap((pod) => entry(nameOf(pod), wish(pod.metadata.annotations))),
  ];
}

/** `namespace/name` */
function nameOf({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function holdsAddressOf(pod: Pod, pool: Cidr): boolean {
  if (pod.spec.hostNetwork === true || isPodFinished(pod)) return false;
  return podIps(pod).some((ip) => cidrContainsIp(pool, ip));
}

function controllerOf(pod: Pod): OwnerReference | undefined {
  return pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

function replacerOf(pod: Pod): OwnerReference | undefined {
  const owner = controllerOf(pod);
  return owner !== undefined && replacers.includes(owner.kind) ? owner : undefined;
}

function whyStuck(pod: Pod): string {
  const owner = controllerOf(pod);
  if (owner === undefined) return 'no controller makes it again';
  if (owner.kind === 'Job') return `it does the work of Job ${owner.name}`;
  return `${owner.kind} ${owner.name} may not make it again`;
}
