import { WeftError } from '../base/errors.ts';
import { cidrContainsIp, type IpWithPrefix } from '../net/cidr.ts';
import { type Family, type Ip, ipFamily, tryParseIp } from '../net/ip.ts';
import type { AddressMethod } from './address-method.ts';

/** An address that this machine has. In the order of the kernel's listing. */
export interface AddressCandidate {
  readonly device: string;
  readonly address: IpWithPrefix;
  readonly up: boolean;
}

/** What else detection may look at. */
export interface DetectionFacts {
  readonly candidates: readonly AddressCandidate[];
  /** Addresses of type InternalIP in the status of the core Node. */
  readonly internalIps: readonly string[];
  /** The source address towards a destination, for `can-reach`; `undefined` when there is no way. */
  readonly sourceTowards?: Ip | undefined;
}

/** The address found, and by what: for the log. */
export interface DetectedAddress {
  readonly device: string;
  readonly address: IpWithPrefix;
  readonly reason: string;
}

/** Devices of container systems and tunnels, never the way between nodes. */
const ignored =
  /^(docker|cbr|dummy|podman|virbr|lxcbr|veth|br-|cali|tunl|flannel|kube-ipvs|cni|vxlan(-v6)?\.calico$|wireguard\.cali$|wg-v6\.cali$|nodelocaldns|lo$)/;

/**
 * The ways of this machine to others, sorted by name, each with its addresses: no devices of container systems and
 * tunnels, no addresses that mean something on one link only.
 */
export function outerInterfaces(
  candidates: readonly AddressCandidate[],
): readonly { readonly name: string; readonly addresses: readonly Ip[] }[] {
  const usable = candidates.filter(({ device, address }) => !ignored.test(device) && isGlobalUnicast(address.ip));
  return [...Map.groupBy(usable, ({ device }) => device)]
    .map(([name, found]) => ({ name, addresses: found.map(({ address }) => address.ip).sort() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * This node's own address of one family.
 *
 * @throws WeftError AGENT_NO_ADDRESS when nothing fits, AGENT_AMBIGUOUS_ADDRESS when several do and nothing decides; both
 *   list what was found and say how to choose
 */
export function detectNodeAddress(family: Family, method: AddressMethod, facts: DetectionFacts): DetectedAddress {
  const all = facts.candidates.filter(({ address }) => ipFamily(address.ip) === family && isGlobalUnicast(address.ip));
  const usable = all.filter(({ device, up }) => up && !ignored.test(device));
  const pick = (found: AddressCandidate | undefined, reason: string): DetectedAddress => {
    if (found === undefined) throw noAddress(family, reason, all);
    return { device: found.device, address: found.address, reason };
  };
  switch (method.kind) {
    case 'address': {
      const found = all.find(({ address }) => address.ip === method.address.ip);
      const { device, address } = pick(found, `address ${method.address.ip} given in ${family === 4 ? 'IP' : 'IP6'}`);
      return { device, address: method.hasLength ? method.address : address, reason: 'given' };
    }
    case 'first-found':
      return pick(usable[0], 'first-found');
    case 'kubernetes-internal-ip':
      return pick(byInternalIp(all, facts), `kubernetes-internal-ip (${facts.internalIps.join(', ') || 'none set'})`);
    case 'can-reach':
      return pick(
        all.find(({ address }) => address.ip === facts.sourceTowards),
        `can-reach=${method.destination}`,
      );
    case 'interface':
      return pick(
        method.patterns.flatMap((pattern) => all.filter(({ device, up }) => up && matches(pattern, device)))[0],
        `interface=${method.patterns.map(({ source }) => source).join(',')}`,
      );
    case 'skip-interface':
      return pick(
        usable.find(({ device }) => !method.patterns.some((pattern) => matches(pattern, device))),
        `skip-interface=${method.patterns.map(({ source }) => source).join(',')}`,
      );
    case 'cidr':
      return pick(
        usable.find(({ address }) => method.cidrs.some((cidr) => cidrContainsIp(cidr, address.ip))),
        `cidr=${method.cidrs.join(',')}`,
      );
    case 'default': {
      const internal = byInternalIp(all, facts);
      if (internal !== undefined) return pick(internal, 'Kubernetes InternalIP');
      // Several addresses of one device are in the order the administrator gave them; several devices are not.
      if (new Set(usable.map(({ device }) => device)).size > 1) throw ambiguous(family, usable, facts.internalIps);
      return pick(usable[0], 'only candidate');
    }
  }
}

function byInternalIp(all: readonly AddressCandidate[], facts: DetectionFacts): AddressCandidate | undefined {
  const wanted = new Set(facts.internalIps.map(tryParseIp));
  return all.find(({ address }) => wanted.has(address.ip));
}

/** A pattern must fit the whole name: `eth1` is not `eth10`. */
function matches(pattern: RegExp, device: string): boolean {
  return new RegExp(`^(?:${pattern.source})$`).test(device);
}

/** Not loopback, link-local, multicast or unspecified. */
function isGlobalUnicast(ip: Ip): boolean {
  return ipFamily(ip) === 4
    ? !/^(0|127|169\.254|22[4-9]|23\d|24\d|25[0-5])\./.test(ip)
    : !/^(fe[89ab][0-9a-f]:|ff|::1$|::$)/.test(ip);
}

function listing(candidates: readonly AddressCandidate[]): string {
  return candidates.map(({ device, address }) => `${address.ip}/${address.prefixLength} on ${device}`).join(', ');
}

function ambiguous(family: Family, candidates: readonly AddressCandidate[], internalIps: readonly string[]): WeftError {
  const [variable, method] = variables(family);
  const internal =
    internalIps.length === 0
      ? 'the node has no InternalIP'
      : `no interface has the InternalIP ${internalIps.join(', ')}`;
  const device = candidates[0]?.device ?? 'eth0';
  return new WeftError(
    'AGENT_AMBIGUOUS_ADDRESS',
    `Cannot choose the node's IPv${family} address: ${candidates.length} candidates (${listing(candidates)}) and ${internal}; set ${method}=interface=${device} (or cidr=CIDR, can-reach=DEST, first-found), or ${variable}=ADDRESS`,
  );
}

function noAddress(family: Family, reason: string, all: readonly AddressCandidate[]): WeftError {
  const [variable, method] = variables(family);
  return new WeftError(
    'AGENT_NO_ADDRESS',
    `Cannot find the node's IPv${family} address by ${reason}: this machine has ${listing(all) || 'none'}; set ${variable}=ADDRESS or ${method}`,
  );
}

function variables(family: Family): readonly [string, string] {
  return family === 4 ? ['IP', 'IP_AUTODETECTION_METHOD'] : ['IP6', 'IP6_AUTODETECTION_METHOD'];
}
