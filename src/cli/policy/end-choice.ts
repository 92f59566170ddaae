import type { Node, Pod } from '../../api/core.ts';
import { isPodFinished } from '../../api/pod-state.ts';
import { toWorkloadEndpoint } from '../../api/workload-endpoint.ts';
import { WeftError } from '../../base/errors.ts';
import { type Ip, tryParseIp } from '../../net/ip.ts';
import type { PolicyResources } from '../../policy/resources.ts';
import type { ConnectionEnd } from '../../trace/connection.ts';
import { nodeAddresses, tunnelAddresses } from './node-addresses.ts';

/** One of the things a word may mean; its addresses are of both families where it has them. */
export interface EndChoice {
  /** One for each address. */
  readonly ends: readonly ConnectionEnd[];
  /** Ports behind a Service: which port of the Service each stands for. */
  readonly servicePorts?: readonly BackendPort[];
  /** What containers of the pod declare. */
  readonly pod?: Pod;
}

/** A port of a Service, and where it leads at one backend. */
export interface BackendPort {
  readonly name: string | undefined;
  readonly protocol: string;
  readonly servicePort: number;
  readonly port: number;
}

/** What stands for a pod. @throws WeftError CLI_FAILED for one whose packets nobody can follow */
export function podChoice(pod: Pod): EndChoice {
  const { name, namespace = '' } = pod.metadata;
  const node = pod.spec.nodeName ?? '';
  const fail = (why: string): never => {
    throw new WeftError('CLI_FAILED', `Cannot follow packets of pod "${namespace}/${name}": ${why}`);
  };
  if (isPodFinished(pod)) return fail(`it has finished (${pod.status?.phase}), a running one needed`);
  if (node === '') return fail('it is not scheduled to a node yet, an address needed');
  if (pod.spec.hostNetwork === true) {
    const addresses = hostAddresses(pod);
    if (addresses.length === 0) return fail('it is on the network of its node and has no address yet');
    return { ends: addresses.map((address) => ({ kind: 'node', name: node, address })), pod };
  }
  const addresses = (toWorkloadEndpoint(pod)?.spec.ipNetworks ?? []).flatMap(
    (net) => tryParseIp(net.split('/')[0] ?? '') ?? [],
  );
  if (addresses.length === 0) return fail('it has no address yet');
  return { ends: addresses.map((address) => ({ kind: 'pod', namespace, name, node, address })), pod };
}

function hostAddresses({ status }: Pod): readonly Ip[] {
  const texts = [...(status?.podIPs ?? []).map(({ ip }) => ip), status?.podIP ?? '', status?.hostIP ?? ''];
  return [...new Set(texts.flatMap((text) => tryParseIp(text) ?? []))];
}

/** What stands for a node. @throws WeftError CLI_FAILED without an address */
export function nodeChoice(node: Node): EndChoice {
  const { name } = node.metadata;
  const addresses = nodeAddresses(node);
  if (addresses.length === 0) {
    throw new WeftError('CLI_FAILED', `Cannot follow packets of node "${name}": no address in its status, one needed`);
  }
  return { ends: addresses.map((address) => ({ kind: 'node', name, address })) };
}

/** Whose address it is: a pod's, a node's, or nobody's here. @throws WeftError CLI_FAILED for that of a Service */
export function endAt(address: Ip, resources: PolicyResources): EndChoice {
  for (const pod of resources.pods) {
    if (isPodFinished(pod) || pod.spec.hostNetwork === true) continue;
    const networks = toWorkloadEndpoint(pod)?.spec.ipNetworks ?? [];
    if (!networks.some((network) => network.split('/')[0] === address)) continue;
    const { name, namespace = '' } = pod.metadata;
    return { ends: [{ kind: 'pod', namespace, name, node: pod.spec.nodeName ?? '', address }], pod };
  }
  const node = resources.nodes.find((one) => [...nodeAddresses(one), ...tunnelAddresses(one)].includes(address));
  if (node !== undefined) return { ends: [{ kind: 'node', name: node.metadata.name, address }] };
  const service = resources.services.find(({ spec }) => [spec.clusterIP, ...(spec.clusterIPs ?? [])].includes(address));
  if (service !== undefined) {
    const { name, namespace } = service.metadata;
    throw new WeftError(
      'CLI_FAILED',
      `Cannot follow packets to ${address}: the address of a Service, "svc/${name}.${namespace}" needed`,
    );
  }
  return { ends: [{ kind: 'outside', address }] };
}
