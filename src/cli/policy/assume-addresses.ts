import { createHash } from 'node:crypto';
import type { Node, Pod } from '../../api/core.ts';
import { isPodFinished } from '../../api/pod-state.ts';
import { toWorkloadEndpoint } from '../../api/workload-endpoint.ts';
import { type Cidr, cidrAddress, cidrLength, parseCidr } from '../../net/cidr.ts';
import { ipPlus } from '../../net/ip.ts';
import { nodeAddresses } from './node-addresses.ts';

/** Where the addresses of pods come from that have none. */
const podRange = parseCidr('10.244.0.0/16');
/** And those of nodes. */
const nodeRange = parseCidr('10.243.0.0/16');

/** Objects with addresses, and the network these are of when any was needed. */
export interface Addressed<T> {
  readonly objects: readonly T[];
  readonly range?: Cidr;
}

/**
 * Pods with addresses, so that they can be reasoned about: those without get one by their name, the same every time
 * unless two names meet; those on the network of their node get the node's.
 */
export function assumePodAddresses(pods: readonly Pod[], nodes: readonly Node[]): Addressed<Pod> {
  const onHosts = new Map(nodes.map((node) => [node.metadata.name, nodeAddresses(node)[0]]));
  const withHosts = pods.map((pod) => {
    const address = pod.spec.hostNetwork === true ? onHosts.get(pod.spec.nodeName ?? '') : undefined;
    return address === undefined || (pod.status?.podIP ?? '') !== '' ? pod : withAddress(pod, address);
  });
  return assume(withHosts, podRange, podAddresses, withAddress);
}

/** Nodes with addresses, in the same way. */
export function assumeNodeAddresses(nodes: readonly Node[]): Addressed<Node> {
  return assume(nodes, nodeRange, nodeAddresses, (node, address) => ({
    ...node,
    status: { ...node.status, addresses: [...(node.status?.addresses ?? []), { type: 'InternalIP', address }] },
  }));
}

function assume<T extends Pod | Node>(
  objects: readonly T[],
  range: Cidr,
  addressesOf: (object: T) => readonly string[] | undefined,
  give: (object: T, address: string) => T,
): Addressed<T> {
  const taken = new Set(objects.flatMap((object) => addressesOf(object) ?? []));
  let needed = false;
  const addressed = objects.map((object) => {
    if (addressesOf(object)?.length !== 0) return object;
    needed = true;
    const address = freeAddress(range, `${object.metadata.namespace ?? ''}/${object.metadata.name}`, taken);
    taken.add(address);
    return give(object, address);
  });
  return needed ? { objects: addressed, range } : { objects: addressed };
}

/** `undefined` for a pod that needs none. */
function podAddresses(pod: Pod): readonly string[] | undefined {
  if (pod.spec.hostNetwork === true || isPodFinished(pod)) return undefined;
  return (toWorkloadEndpoint(pod)?.spec.ipNetworks ?? []).map((network) => network.split('/')[0] ?? '');
}

function withAddress(pod: Pod, podIP: string): Pod {
  return { ...pod, status: { ...pod.status, podIP, podIPs: [{ ip: podIP }] } };
}

function freeAddress(range: Cidr, name: string, taken: ReadonlySet<string>): string {
  const count = 2 ** (32 - cidrLength(range)) - 2;
  const start = createHash('sha256').update(name).digest().readUInt32BE(0);
  for (let step = 0; step < count; step++) {
    const address = ipPlus(cidrAddress(range), 1 + ((start + step) % count));
    if (!taken.has(address)) return address;
  }
  // More names than addresses: they share the last one.
  return ipPlus(cidrAddress(range), count);
}
