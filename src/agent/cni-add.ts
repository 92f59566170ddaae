import { CniError, cniErrorCode } from '../api/cni-error.ts';
import type { CniRequest, CniResult } from '../api/cni-exchange.ts';
import { pods } from '../api/kinds.ts';
import { podResultAnnotations } from '../api/pod-annotations.ts';
import { errorText } from '../base/errors.ts';
import { checkPodWiring, type PodWiring, unwirePod, wirePod } from '../host/pod-wiring.ts';
import { addressBits, type Ip, ipFamily } from '../net/ip.ts';
import { hostSideMac } from '../net/mac.ts';
import { type AddressWish, checkWish, readAddressWish } from './address-wish.ts';
import type { Attachment } from './attachment.ts';
import type { CniContext } from './cni-context.ts';
import type { EndpointRecord } from './endpoint-record.ts';

/**
 * CNI ADD: allocate, let the packet filter know the pod with all policies that are there for it, wire it, tell the API,
 * answer. Until the filter knows it the pod's device is an unknown one, and unknown ones are dropped: nothing ever passes
 * unfiltered. Asked again for the same attachment it answers the same and never takes a second address. Any failure gives
 * everything back.
 *
 * @throws CniError, WeftError: see `cniErrorBody`
 */
export async function addAttachment(
  context: CniContext,
  attachment: Attachment,
  request: CniRequest,
): Promise<CniResult> {
  const obstacle = await context.obstacle();
  if (obstacle !== undefined) {
    throw new CniError(cniErrorCode.tryAgainLater, `Cannot network the pod yet: ${obstacle}`, 'Try again later');
  }
  const known = context.endpoints.get(attachment.containerId, attachment.ifName);
  if (known?.result !== undefined && known.wiring.netnsPath === request.netns) {
    if (checkPodWiring(known.wiring).length === 0) return known.result;
  }
  // An earlier ADD that was cut short, or whose wiring is broken: its addresses are used again.
  if (known !== undefined && !context.endpoints.isShared(known)) unwirePod(known.wiring);

  // Meanwhile the rest; nobody may have to hear of its failure twice.
  const policiesKnown = attachment.pod === undefined ? undefined : context.policiesKnown(attachment.pod.namespace);
  policiesKnown?.catch(() => {});
  const wish = await readWish(context, attachment, request);
  const addresses = known?.endpoint.addresses ?? (await allocate(context, attachment, wish));
  let record = makeRecord(context, attachment, request, wish, addresses);
  let wired = false;
  try {
    await policiesKnown;
    context.endpoints.put(record);
    await context.filterFollows();
    const { mac, mtuBytes } = wirePod(record.wiring);
    wired = true;
    record = { ...record, endpoint: { ...record.endpoint, mac }, result: makeResult(record.wiring, mac, mtuBytes) };
    context.endpoints.put(record);
    // The neighbour entry needs the MAC; nobody waits for it.
    void context.filterFollows().catch(() => {});
  } catch (error) {
    if (wired) unwirePod(record.wiring);
    context.endpoints.remove(record);
    await context.filterFollows().catch(() => {});
    await context.releases.release(attachment.handle);
    throw error;
  }
  await annotatePod(context, attachment, addresses);
  return record.result ?? { interfaces: [], ips: [] };
}

async function readWish(context: CniContext, { pod }: Attachment, request: CniRequest): Promise<AddressWish> {
  const object = pod === undefined ? undefined : await context.readPod(pod.namespace, pod.name);
  const namespace = pod === undefined ? undefined : context.namespace(pod.namespace);
  const { metadata } = object ?? {};
  return checkWish(readAddressWish(request, metadata?.annotations, namespace?.metadata.annotations, context.pools()));
}

async function allocate(context: CniContext, attachment: Attachment, wish: AddressWish): Promise<readonly Ip[]> {
  const { handle, pod } = attachment;
  const { ipam } = context;
  await context.releases.keep(handle);
  const held = ipam.addressesOfHandle(handle);
  if (held.length > 0) return held;
  const attributes = {
    node: context.nodeName,
    timestamp: new Date(context.clock.now()).toUTCString(),
    ...(pod === undefined ? {} : { namespace: pod.namespace, pod: pod.name }),
  };
  if (wish.addresses.length > 0) return allocateWanted(context, handle, attributes, wish.addresses);
  const { v4, v6 } = await ipam.assign({
    handle,
    attributes,
    use: 'Workload',
    count4: wish.families.includes(4) ? 1 : 0,
    count6: wish.families.includes(6) ? 1 : 0,
    ...(pod === undefined ? {} : { namespace: pod.namespace }),
    ...(wish.pools4 === undefined ? {} : { pools4: wish.pools4 }),
    ...(wish.pools6 === undefined ? {} : { pools6: wish.pools6 }),
  });
  return [...v4, ...v6].map(({ ip }) => ip);
}

async function allocateWanted(
  { ipam, releases }: CniContext,
  handle: string,
  attributes: Readonly<Record<string, string>>,
  addresses: readonly Ip[],
): Promise<readonly Ip[]> {
  try {
    for (const ip of addresses) await ipam.assignSpecific({ ip, handle, attributes });
    return addresses.toSorted((a, b) => ipFamily(a) - ipFamily(b));
  } catch (error) {
    await releases.release(handle);
    throw error;
  }
}

function makeRecord(
  context: CniContext,
  { containerId, ifName, networkName, handle, device, pod }: Attachment,
  { config, netns }: CniRequest,
  wish: AddressWish,
  addresses: readonly Ip[],
): EndpointRecord {
  const { include_default_routes: defaultRoutes, container_settings: settings } = config;
  const forwarding = (settings as { allow_ip_forwarding?: unknown } | undefined)?.allow_ip_forwarding === true;
  return {
    endpoint: {
      containerId,
      namespace: pod?.namespace ?? '',
      pod: pod?.name ?? containerId,
      device,
      addresses,
      // The kernel's choice is known after the wiring.
      mac: wish.mac ?? hostSideMac,
    },
    networkName,
    handle,
    addedAt: new Date(context.clock.now()).toISOString(),
    wiring: {
      hostDevice: device,
      netnsPath: netns ?? '',
      ifName,
      mtuBytes: wish.mtuBytes ?? context.podMtuBytes(),
      addresses,
      ...(wish.mac === undefined ? {} : { mac: wish.mac }),
      ...(forwarding ? { allowIpForwarding: true } : {}),
      ...(defaultRoutes === false ? { defaultRoutes: false } : {}),
    },
  };
}

function makeResult({ hostDevice, ifName, netnsPath, addresses }: PodWiring, mac: string, mtuBytes: number): CniResult {
  return {
    interfaces: [
      { name: hostDevice, mac: hostSideMac },
      { name: ifName, mac, mtu: mtuBytes, sandbox: netnsPath },
    ],
    ips: addresses.map((ip) => ({ address: `${ip}/${addressBits(ipFamily(ip))}`, interface: 1 })),
  };
}

/** For people, and for those who read Calico's endpoints. The pod has its network whether or not this can be written. */
async function annotatePod(context: CniContext, attachment: Attachment, addresses: readonly Ip[]): Promise<void> {
  const { pod, containerId, ifName } = attachment;
  if (pod === undefined || ifName !== 'eth0') return;
  try {
    const metadata = {
      annotations: podResultAnnotations(addresses, containerId),
      ...(pod.uid === undefined ? {} : { uid: pod.uid }),
    };
    await context.cluster.patch(pods, pod.name, pod.namespace, 'merge', { metadata }, { subresource: 'status' });
  } catch (error) {
    const fields = { pod: pod.name, namespace: pod.namespace, error: errorText(error) };
    context.log.warn('cannot annotate pod with its addresses', fields);
  }
}
