import type { IPAMBlock, IPPool } from '../api/calico.ts';
import type { Node, Pod } from '../api/core.ts';
import { readCalicoNode } from '../api/node-annotations.ts';
import { isPodFinished, podIps } from '../api/pod-state.ts';
import type { Ip } from '../net/ip.ts';
import { checkBlocks } from './check-blocks.ts';
import { type HeldAddress, heldAddresses } from './held-address.ts';
import { type AddressVerdict, judgeAddress } from './judge-address.ts';
import { isLiveBlock } from './known-block.ts';
import { isEnabledPool, poolOfIp, readPools } from './pool.ts';

/** Everything a check looks at. */
export interface IpamFacts {
  readonly pools: readonly IPPool[];
  readonly blocks: readonly IPAMBlock[];
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
}

/** One thing that is wrong. `subject` is an address or the CIDR of a block; `detail` says why, for people. */
export interface IpamProblem {
  readonly kind:
    | 'leaked address'
    | 'address not allocated'
    | 'address outside pools'
    | 'address used twice'
    | 'block broken'
    | 'block outside pools'
    | 'blocks overlap'
    | 'affinity to a missing node';
  readonly subject: string;
  readonly detail: string;
}

/** An address somebody really uses. */
export interface UsedAddress {
  readonly ip: Ip;
  /** `Workload(default/web)`, `Node(node1)`. */
  readonly owner: string;
  readonly kind: 'workload' | 'tunnel';
}

/** What a check found. */
export interface IpamReport {
  readonly allocations: readonly { readonly address: HeldAddress; readonly verdict: AddressVerdict }[];
  readonly used: readonly UsedAddress[];
  readonly problems: readonly IpamProblem[];
}

/** Compares what the blocks say with what pods and nodes use. */
export function checkIpam({ pools: poolObjects, blocks, nodes, pods }: IpamFacts): IpamReport {
  const pools = readPools(poolObjects);
  const live = blocks.filter(isLiveBlock);
  const used = usedAddresses(nodes, pods);
  const allocations = judgeAll(heldAddresses(live), nodes, pods);
  const nodeNames = new Set(nodes.map(({ metadata }) => metadata.name));
  const leaked = allocations.flatMap(({ address, verdict }): IpamProblem[] =>
    verdict.kind === 'leaked' ? [{ kind: 'leaked address', subject: address.ip, detail: verdict.reason }] : [],
  );
  const allocated = new Set(allocations.map(({ address }) => address.ip));
  const enabled = pools.filter(isEnabledPool);
  const missing = used.flatMap(({ ip, owner }): IpamProblem[] => {
    if (allocated.has(ip)) return [];
    if (poolOfIp(enabled, ip) === undefined) {
      return [{ kind: 'address outside pools', subject: ip, detail: `in use by ${owner}, in no active IP pool` }];
    }
    return [{ kind: 'address not allocated', subject: ip, detail: `in use by ${owner}, in no block` }];
  });
  const shared = [...Map.groupBy(used, ({ ip }) => ip)].flatMap(([ip, owners]): IpamProblem[] =>
    owners.length < 2
      ? []
      : [{ kind: 'address used twice', subject: ip, detail: owners.map(({ owner }) => owner).join(' and ') }],
  );
  const wrongBlocks = checkBlocks(live, pools, (name) => nodeNames.has(name));
  return { allocations, used, problems: [...leaked, ...missing, ...shared, ...wrongBlocks] };
}

/** Judges addresses as the collector does, and tunnel addresses by whether their node has them. */
export function judgeAll(
  addresses: readonly HeldAddress[],
  nodes: readonly Node[],
  pods: readonly Pod[],
): IpamReport['allocations'] {
  const podByName = new Map(pods.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod]));
  const tunnels = new Map(nodes.map((node) => [node.metadata.name, tunnelAddresses(node)]));
  return addresses.map((address) => {
    const tunnel = address.node === undefined ? undefined : tunnels.get(address.node);
    const verdict = judgeAddress(address, podByName.get(`${address.namespace}/${address.pod}`), tunnel !== undefined);
    if (verdict.kind === 'leaked' || address.type === undefined || tunnel === undefined) return { address, verdict };
    if (!address.type.endsWith('TunnelAddress') || tunnel.includes(address.ip)) return { address, verdict };
    const reason = `node ${address.node} has another ${address.type} or none`;
    return { address, verdict: { kind: 'leaked', cause: 'pod holds another address', reason } };
  });
}

function usedAddresses(nodes: readonly Node[], pods: readonly Pod[]): readonly UsedAddress[] {
  const tunnels = nodes.flatMap((node) =>
    tunnelAddresses(node).map((ip) => ({ ip, owner: `Node(${node.metadata.name})`, kind: 'tunnel' as const })),
  );
  const workloads = pods
    .filter((pod) => pod.spec.hostNetwork !== true && !isPodFinished(pod))
    .flatMap((pod) => {
      const owner = `Workload(${pod.metadata.namespace}/${pod.metadata.name})`;
      return podIps(pod).map((ip) => ({ ip, owner, kind: 'workload' as const }));
    });
  return [...tunnels, ...workloads];
}

function tunnelAddresses(node: Node): readonly Ip[] {
  const { ipipTunnelAddress, vxlanTunnelAddress, vxlanTunnelAddressV6 } = readCalicoNode(node);
  return [ipipTunnelAddress, vxlanTunnelAddress, vxlanTunnelAddressV6].filter((ip) => ip !== undefined);
}
