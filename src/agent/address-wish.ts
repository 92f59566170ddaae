import type { IPPool } from '../api/calico.ts';
import { CniError, cniErrorCode } from '../api/cni-error.ts';
import type { CniRequest } from '../api/cni-exchange.ts';
import { type PodNetworkRequest, readPodNetworkRequest } from '../api/pod-annotations.ts';
import { type Family, type Ip, ipFamily, parseIp } from '../net/ip.ts';
import { isUnicastMac, type Mac, parseMac } from '../net/mac.ts';

/** Which addresses an attachment gets. */
export interface AddressWish {
  /** Exactly these, when any are asked for. */
  readonly addresses: readonly Ip[];
  /** Otherwise one of each family. */
  readonly families: readonly Family[];
  readonly pools4?: readonly string[];
  readonly pools6?: readonly string[];
  readonly mac?: Mac;
  /** Of the interface; absent for the one that the node's encapsulation leaves. */
  readonly mtuBytes?: number;
}

type Annotations = Readonly<Record<string, string>> | undefined;

/**
 * What an attachment asks for. Addresses: CNI_ARGS IP, else annotation ipAddrs. Families: annotation ipFamilies, else the
 * configuration's `ipam.assign_ipv4` and `assign_ipv6`, else those that have an enabled pool. Pools: annotation, else
 * `ipam.ipv4_pools`, `ipv6_pools`. MAC: annotation hwAddr, else CNI_ARGS MAC.
 *
 * @throws WeftError API_ANNOTATION, NET_BAD_IP, NET_BAD_MAC; CniError 7 for a malformed `ipam` or `mtu`
 */
export function readAddressWish(
  request: Pick<CniRequest, 'args' | 'config'>,
  pod: Annotations,
  namespace: Annotations,
  pools: readonly IPPool[],
): AddressWish {
  const annotated = readPodNetworkRequest(pod ?? {}, namespace ?? {});
  const ipam = readIpam(request.config.ipam);
  const pools4 = annotated.ipv4Pools ?? ipam.ipv4_pools;
  const pools6 = annotated.ipv6Pools ?? ipam.ipv6_pools;
  const mtuBytes = readMtu(request.config.mtu);
  const mac = annotated.mac ?? (request.args.MAC ? parseMac(request.args.MAC) : undefined);
  return {
    addresses: wantedAddresses(request.args.IP, annotated),
    families: annotated.families ?? configuredFamilies(ipam) ?? pooledFamilies(pools),
    ...(pools4 === undefined ? {} : { pools4 }),
    ...(pools6 === undefined ? {} : { pools6 }),
    ...(mac === undefined ? {} : { mac }),
    ...(mtuBytes === undefined ? {} : { mtuBytes }),
  };
}

function wantedAddresses(argument: string | undefined, annotated: PodNetworkRequest): readonly Ip[] {
  if (!argument) return annotated.addresses ?? [];
  // Runtimes give several, and some of them with the length of their network.
  return argument.split(',').map((text) => parseIp(text.trim().split('/')[0] ?? ''));
}

interface IpamSection {
  readonly assign_ipv4?: boolean;
  readonly assign_ipv6?: boolean;
  readonly ipv4_pools?: readonly string[];
  readonly ipv6_pools?: readonly string[];
}

function readIpam(value: unknown): IpamSection {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object') throw badConfig('"ipam"', value, 'an object');
  const section = value as Record<string, unknown>;
  const assign4 = readFlag(section, 'assign_ipv4');
  const assign6 = readFlag(section, 'assign_ipv6');
  const pools4 = readList(section, 'ipv4_pools');
  const pools6 = readList(section, 'ipv6_pools');
  return {
    ...(assign4 === undefined ? {} : { assign_ipv4: assign4 }),
    ...(assign6 === undefined ? {} : { assign_ipv6: assign6 }),
    ...(pools4 === undefined ? {} : { ipv4_pools: pools4 }),
    ...(pools6 === undefined ? {} : { ipv6_pools: pools6 }),
  };
}

/** Calico's configurations write booleans as text, too. */
function readFlag(section: Record<string, unknown>, key: string): boolean | undefined {
  const value = section[key];
  if (value === undefined || typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw badConfig(`"ipam.${key}"`, value, 'true or false');
}

function readList(section: Record<string, unknown>, key: string): readonly string[] | undefined {
  const value = section[key];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw badConfig(`"ipam.${key}"`, value, 'a list of pool names or CIDRs');
}

function badConfig(what: string, value: unknown, needed: string): CniError {
  return new CniError(
    cniErrorCode.invalidConfig,
    `Cannot use ${what} of the network configuration: ${JSON.stringify(value)} found, ${needed} needed`,
  );
}

/** As Calico: IPv4 unless switched off, IPv6 only when switched on. `undefined` when neither is said. */
function configuredFamilies(ipam: IpamSection): readonly Family[] | undefined {
  if (ipam.assign_ipv4 === undefined && ipam.assign_ipv6 === undefined) return undefined;
  return [...(ipam.assign_ipv4 === false ? [] : [4 as const]), ...(ipam.assign_ipv6 === true ? [6 as const] : [])];
}

function pooledFamilies(pools: readonly IPPool[]): readonly Family[] {
  const usable = pools.filter(
    ({ spec }) =>
      spec.disabled !== true &&
      spec.assignmentMode !== 'Manual' &&
      (spec.allowedUses === undefined || spec.allowedUses.includes('Workload')),
  );
  const families = ([4, 6] as const).filter((family) =>
    usable.some(({ spec }) => cidrTextFamily(spec.cidr) === family),
  );
  // Without any pool the allocator says best what is missing.
  return families.length === 0 ? [4] : families;
}

function cidrTextFamily(cidr: string): Family {
  return cidr.includes(':') ? 6 : 4;
}

/** 68: the least that IPv4 works with (RFC 791). 0 and absent: the agent's choice. */
function readMtu(value: unknown): number | undefined {
  if (value === undefined || value === 0) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 68 && value <= 65_535) return value;
  throw badConfig('"mtu"', value, '68 to 65535 bytes, or 0');
}

/** One of each family at most; a MAC that an interface can have. @throws CniError 7 */
export function checkWish(wish: AddressWish): AddressWish {
  for (const family of [4, 6] as const) {
    const count = wish.addresses.filter((ip) => ipFamily(ip) === family).length;
    if (count > 1) {
      throw new CniError(
        cniErrorCode.invalidConfig,
        `Cannot assign ${count} IPv${family} addresses: at most one allowed`,
      );
    }
  }
  if (wish.addresses.length === 0 && wish.families.length === 0) {
    throw new CniError(cniErrorCode.invalidConfig, 'Cannot assign addresses: both IPv4 and IPv6 are switched off');
  }
  if (wish.mac !== undefined && !isUnicastMac(wish.mac)) {
    throw new CniError(
      cniErrorCode.invalidConfig,
      `Cannot give the pod MAC address "${wish.mac}": an address of one interface needed (not a group's, not zero)`,
    );
  }
  return wish;
}
