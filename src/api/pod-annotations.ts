import { errorText, WeftError } from '../base/errors.ts';
import { type Family, type Ip, ipFamily, parseIp } from '../net/ip.ts';
import { type Mac, parseMac } from '../net/mac.ts';

/** The keys on pods (and, for pools and families, on namespaces). */
export const podAnnotations = {
  ipv4Pools: 'cni.projectcalico.org/ipv4pools',
  ipv6Pools: 'cni.projectcalico.org/ipv6pools',
  ipFamilies: 'cni.projectcalico.org/ipFamilies',
  addresses: 'cni.projectcalico.org/ipAddrs',
  mac: 'cni.projectcalico.org/hwAddr',
  /** Written by the network: the first address with its length. */
  podIP: 'cni.projectcalico.org/podIP',
  /** Written by the network: all addresses with their lengths, separated by commas. */
  podIPs: 'cni.projectcalico.org/podIPs',
  /** Written by the network. */
  containerID: 'cni.projectcalico.org/containerID',
} as const;

/** What a pod asks of its network by annotation. Absent = not asked for. */
export interface PodNetworkRequest {
  /** Names or CIDRs of pools. */
  readonly ipv4Pools?: readonly string[];
  readonly ipv6Pools?: readonly string[];
  readonly families?: readonly Family[];
  /** At most one per family; taken from IPAM, not beside it. */
  readonly addresses?: readonly Ip[];
  readonly mac?: Mac;
}

type Annotations = Readonly<Record<string, string>>;

/**
 * Reads the wishes of a pod. Annotations of the namespace come first, those of the pod override them key by key;
 * addresses and MAC are read from the pod alone.
 *
 * @throws WeftError API_ANNOTATION naming the annotation, what was found and what is needed
 */
export function readPodNetworkRequest(pod: Annotations = {}, namespace: Annotations = {}): PodNetworkRequest {
  const shared = { ...namespace, ...pod };
  const ipv4Pools = read(shared, podAnnotations.ipv4Pools, parseList);
  const ipv6Pools = read(shared, podAnnotations.ipv6Pools, parseList);
  const families = read(shared, podAnnotations.ipFamilies, parseFamilies);
  const addresses = read(pod, podAnnotations.addresses, parseAddresses);
  const mac = read(pod, podAnnotations.mac, parseMac);
  return {
    ...(ipv4Pools === undefined ? {} : { ipv4Pools }),
    ...(ipv6Pools === undefined ? {} : { ipv6Pools }),
    ...(families === undefined ? {} : { families }),
    ...(addresses === undefined ? {} : { addresses }),
    ...(mac === undefined ? {} : { mac }),
  };
}

/** The annotations the network writes on a pod it has wired: addresses as /32 or /128. */
export function podResultAnnotations(addresses: readonly Ip[], containerId: string): Record<string, string> {
  const nets = addresses.map((ip) => `${ip}/${ipFamily(ip) === 4 ? 32 : 128}`);
  return {
    [podAnnotations.podIP]: nets[0] ?? '',
    [podAnnotations.podIPs]: nets.join(','),
    [podAnnotations.containerID]: containerId,
  };
}

function read<T>(annotations: Annotations, key: string, parse: (text: string) => T): T | undefined {
  const text = annotations[key];
  if (text === undefined || text === '') return undefined;
  try {
    return parse(text);
  } catch (error) {
    throw new WeftError('API_ANNOTATION', `Cannot read annotation "${key}": ${errorText(error)}`);
  }
}

function parseList(text: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Said below, together with what is needed.
  }
  if (!Array.isArray(value) || value.length === 0 || !value.every((item) => typeof item === 'string')) {
    throw new TypeError(`${JSON.stringify(text)} found, a JSON list of strings such as ["a"] needed`);
  }
  return value;
}

function parseFamilies(text: string): readonly Family[] {
  return parseList(text).map((name) => {
    if (name === 'IPv4') return 4;
    if (name === 'IPv6') return 6;
    throw new TypeError(`"${name}" found, "IPv4" or "IPv6" needed`);
  });
}

function parseAddresses(text: string): readonly Ip[] {
  const addresses = parseList(text).map(parseIp);
  for (const family of [4, 6] as const) {
    const count = addresses.filter((ip) => ipFamily(ip) === family).length;
    if (count > 1) throw new TypeError(`${count} IPv${family} addresses found, at most one allowed`);
  }
  return addresses;
}
