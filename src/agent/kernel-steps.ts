import { isDeepStrictEqual } from 'node:util';
import { addressResource } from '../host/address-resource.ts';
import { fdbResource } from '../host/fdb-resource.ts';
import { ipipResource, wantedIpipTunnels } from '../host/ipip-resource.ts';
import { linkResource } from '../host/link-resource.ts';
import { listLinks } from '../host/links.ts';
import { neighbourResource } from '../host/neighbour-resource.ts';
import type { NetlinkSocket } from '../host/netlink-socket.ts';
import type { NftTables } from '../host/nft-resource.ts';
import { isPodDevice } from '../host/our-devices.ts';
import { podLinkResource, wantedPodLink } from '../host/pod-link-resource.ts';
import { hostSysctls, type PodWiring } from '../host/pod-network.ts';
import { routeResource } from '../host/route-resource.ts';
import { possibleSysctls, sysctlResource } from '../host/sysctl-resource.ts';
import { type Step, step } from '../reconcile/step.ts';
import type { KernelState } from '../render/kernel-state.ts';

/** The host side of the plan: what outlives a single pass. */
export interface KernelHandles {
  readonly nl: NetlinkSocket;
  readonly nft: NftTables;
  /** Where the eBPF tunnel is pinned. */
  readonly pinDirectory: string;
  /** The pods that are wired now: their host sides are kept as the wiring made them. */
  readonly pods: () => readonly PodWiring[];
}

/** Nothing else in the kernel changes because of these. */
const alone = { affectsOthers: false };

/**
 * The resources that must be looked at when the desired state goes from one value to another; pod devices come and go
 * by the wiring, and bring their settings with them.
 */
export function changedResources(before: KernelState, after: KernelState): ReadonlySet<string> {
  const parts = [
    ['sysctl', before.sysctls, after.sysctls],
    ['link', before.links, after.links],
    ['ipip', before.ebpfTunnels, after.ebpfTunnels],
    ['address', before.addresses, after.addresses],
    ['neighbour', before.neighbours, after.neighbours],
    ['fdb', before.fdb, after.fdb],
    ['route', before.routes, after.routes],
  ] as const;
  const changed = parts.flatMap(([name, a, b]) => (a === b || isDeepStrictEqual(a, b) ? [] : [name]));
  // Too large to be compared whole: its resource knows the difference at the cost of the difference.
  return new Set(before.nft === after.nft ? changed : [...changed, 'nft']);
}

/**
 * The plan of one pass, in the order of kernel writes: policy exists before reachability and outlives it. A new kind of
 * kernel state is one more line here.
 */
export function kernelSteps(desired: KernelState, handles: KernelHandles): readonly Step[] {
  const { nl, nft, pinDirectory } = handles;
  const devices = new Set(listLinks(nl).map(({ name }) => name));
  const possible = withoutAbsentPods(desired, devices);
  const pods = handles.pods().filter(({ hostDevice }) => devices.has(hostDevice));
  const podDevices = new Set(pods.map(({ hostDevice }) => hostDevice));
  const sysctls = possibleSysctls([...possible.sysctls, ...pods.flatMap(hostSysctls)]);
  return [
    step(sysctlResource(sysctls), sysctls, alone),
    step(nft.resource(), nft.desired(possible.nft), { gate: true, ...alone }),
    step(linkResource(nl), possible.links),
    step(ipipResource(pinDirectory), wantedIpipTunnels(possible.ebpfTunnels)),
    step(
      podLinkResource(nl, podDevices),
      pods.map(({ hostDevice, mtuBytes }) => wantedPodLink(hostDevice, mtuBytes)),
    ),
    step(addressResource(nl), possible.addresses),
    step(neighbourResource(nl), possible.neighbours, alone),
    step(fdbResource(nl), possible.fdb, alone),
    step(routeResource(nl), possible.routes, alone),
  ];
}

/**
 * The state without what hangs on pod devices that do not exist: a pod that is being wired (its filter goes first), or one
 * whose namespace went without a DEL. There is nothing to reach, and that is not a fault of this node.
 */
function withoutAbsentPods(state: KernelState, devices: ReadonlySet<string>): KernelState {
  const exists = (device: string | undefined): boolean =>
    device === undefined || !isPodDevice(device) || devices.has(device);
  return {
    ...state,
    sysctls: state.sysctls.filter(({ path }) => exists(path.split('/')[2])),
    addresses: state.addresses.filter(({ device }) => exists(device)),
    neighbours: state.neighbours.filter(({ device }) => exists(device)),
    routes: state.routes.filter(({ nextHops }) => nextHops.every(({ device }) => exists(device))),
  };
}
