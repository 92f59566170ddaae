import { CniError, cniErrorCode } from '../api/cni-error.ts';
import type { CniRequest, CniResult } from '../api/cni-exchange.ts';
import { containerDeviceName, podDeviceName } from '../api/names.ts';
import { hasCode } from '../base/errors.ts';
import { checkPodWiring, type PodWiring, unwirePod, wirePod } from '../host/pod-wiring.ts';
import { parseIpWithPrefix } from '../net/cidr.ts';
import { hostSideMac, parseMac } from '../net/mac.ts';
import { delegateIpam, type IpamResult } from './delegate.ts';
import type { PluginCall } from './request.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Pods get the size every Ethernet can carry, unless the configuration says otherwise: nobody knows tunnels here. */
const defaultMtuBytes = 1500;

/**
 * Serves a call without any agent or cluster: addresses from a standard IPAM plugin, the wiring by ourselves.
 *
 * @throws CniError
 */
export async function performStandalone(
  call: PluginCall,
  ipamType: string,
  environment: Environment,
): Promise<CniResult | undefined> {
  switch (call.request.command) {
    case 'ADD':
      return add(call, ipamType, environment);
    case 'DEL':
      // The wiring goes first: an address must not be given again while the old pod can still use it.
      unwire(call.request);
      await delegateIpam(ipamType, call, 'DEL', environment);
      return undefined;
    case 'CHECK':
      await delegateIpam(ipamType, call, 'CHECK', environment);
      check(call.request);
      return undefined;
    case 'GC':
    case 'STATUS':
      await delegateIpam(ipamType, call, call.request.command, environment);
      return undefined;
  }
}

/**
 * Removes the attachment's host device, which takes its other end along; whatever is gone already is fine. Nothing is
 * looked for inside the pod: an interface that is not the other end belongs to somebody else.
 *
 * @param heldByAnother says whether a device belongs to another container by now: a late DEL must not cut off a pod
 *   that was made again under the same name
 */
export function unwire(request: CniRequest, heldByAnother: (device: string) => boolean = () => false): void {
  const device = hostDevice(request);
  if (!heldByAnother(device)) unwirePod({ hostDevice: device, ifName: request.ifName ?? 'eth0' });
}

async function add(call: PluginCall, ipamType: string, environment: Environment): Promise<CniResult> {
  const { request } = call;
  const ipam = await delegateIpam(ipamType, call, 'ADD', environment);
  try {
    if (ipam.ips.length === 0) {
      throw new CniError(
        cniErrorCode.invalidConfig,
        `Cannot wire the container: IPAM plugin "${ipamType}" gave no address`,
      );
    }
    const wiring = podWiring(request, ipam.ips);
    const { mac } = wirePod(wiring);
    return {
      interfaces: [
        { name: wiring.hostDevice, mac: hostSideMac },
        { name: wiring.ifName, mac, mtu: wiring.mtuBytes, sandbox: wiring.netnsPath },
      ],
      ips: wiring.addresses.map((ip) => ({ address: `${ip}/${ip.includes(':') ? 128 : 32}`, interface: 1 })),
      ...(ipam.dns === undefined ? {} : { dns: ipam.dns }),
    };
  } catch (error) {
    await delegateIpam(ipamType, call, 'DEL', environment);
    throw asCniError(error);
  }
}

function check(request: CniRequest): void {
  const previous = request.config.prevResult as Partial<IpamResult> | undefined;
  if (!Array.isArray(previous?.ips)) {
    throw new CniError(cniErrorCode.invalidConfig, 'Cannot check the container: prevResult with "ips" needed');
  }
  const wrong = checkPodWiring(podWiring(request, previous.ips));
  if (wrong.length > 0)
    throw new CniError(cniErrorCode.ioFailure, `Container is not wired as it was: ${wrong.join('; ')}`);
}

function podWiring(request: CniRequest, ips: readonly { readonly address: string }[]): PodWiring {
  const { config, args } = request;
  const mac = args.MAC === undefined ? {} : { mac: parseMac(args.MAC) };
  return {
    hostDevice: hostDevice(request),
    netnsPath: request.netns ?? '',
    ifName: request.ifName ?? '',
    mtuBytes: typeof config.mtu === 'number' && config.mtu > 0 ? config.mtu : defaultMtuBytes,
    addresses: ips.map(({ address }) => parseIpWithPrefix(address).ip),
    ...mac,
  };
}

/** As Calico names it: by pod in Kubernetes, by container id elsewhere. */
function hostDevice(request: CniRequest): string {
  const { K8S_POD_NAMESPACE: namespace, K8S_POD_NAME: pod } = request.args;
  if (namespace !== undefined && pod !== undefined) return podDeviceName(namespace, pod);
  return containerDeviceName(request.containerId ?? '');
}

function asCniError(error: unknown): unknown {
  if (hasCode(error, 'HOST_NETNS')) return new CniError(cniErrorCode.unknownContainer, error.message);
  return error;
}
