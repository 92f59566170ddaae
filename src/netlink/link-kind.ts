import { WeftError } from '../base/errors.ts';
import type { Ip } from '../net/ip.ts';
import { ipFamily } from '../net/ip.ts';
import type { LinkKind } from '../net/link.ts';
import { eachAttribute, requireValue } from './attribute.ts';
import { readText, readU16Be, readU32 } from './bytes.ts';
import { decodeIp } from './ip-bytes.ts';
import type { IndexOf, NameOf } from './rtnetlink.ts';
import type { BodyWriter } from './writer.ts';

/** @see linux/if_link.h IFLA_INFO_*, IFLA_VXLAN_*, IFLA_BR_*; linux/if_tunnel.h IFLA_IPTUN_* */
const IFLA_INFO = { kind: 1, data: 2 } as const;
const VXLAN = { id: 1, link: 3, local: 4, learning: 7, port: 15, local6: 17 } as const;
const IPTUN = { link: 1, local: 2, remote: 3, ttl: 4, pmtudisc: 10 } as const;
const BR_VLAN_FILTERING = 7;
const TUN_TYPE = 3;
const IFF_TAP = 2;

/** Where a value lies in a message body. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Writes the content of IFLA_LINKINFO: the kind's name, and its data when it has any.
 *
 * @param veth writes the data of a veth pair, which is a link message itself
 * @throws WeftError NETLINK_LINK_KIND for kinds that are not made by a link message
 */
export function writeLinkKind(writer: BodyWriter, type: LinkKind, indexOf: IndexOf, veth: () => void): void {
  if (type.kind === 'tun' || type.kind === 'other') {
    const name = type.kind === 'other' ? type.name : 'tun';
    throw new WeftError('NETLINK_LINK_KIND', `Cannot make link of kind "${name}": no link message makes one`);
  }
  writer.attributeText(IFLA_INFO.kind, type.kind);
  if (type.kind === 'ifb') return;
  writer.nest(IFLA_INFO.data, () => {
    switch (type.kind) {
      case 'veth':
        veth();
        break;
      case 'bridge':
        // Kernels without VLAN filtering refuse the attribute even where it says no.
        if (type.vlanFiltering === true) writer.attributeU8(BR_VLAN_FILTERING, 1);
        break;
      case 'vxlan':
        writer.attributeU32(VXLAN.id, type.vni).attributeU16be(VXLAN.port, type.port);
        writer.attributeU8(VXLAN.learning, Number(type.learning));
        if (type.parent !== undefined) writer.attributeU32(VXLAN.link, indexOf(type.parent));
        if (type.local !== undefined) {
          writer.attributeIp(ipFamily(type.local) === 4 ? VXLAN.local : VXLAN.local6, type.local);
        }
        break;
      case 'ipip':
        writer.attributeU8(IPTUN.ttl, type.ttl).attributeU8(IPTUN.pmtudisc, Number(type.pmtudisc));
        if (type.local !== undefined) writer.attributeIp(IPTUN.local, type.local);
        if (type.remote !== undefined) writer.attributeIp(IPTUN.remote, type.remote);
    }
  });
}

/**
 * The kind of a device from its IFLA_LINKINFO.
 *
 * @param info absent for hardware and loopback
 * @param peer name of the device that IFLA_LINK points to, when it lives in the same namespace
 */
export function decodeLinkKind(body: Uint8Array, info: Span | undefined, nameOf: NameOf, peer?: string): LinkKind {
  let name = '';
  let data: Span = { start: 0, end: 0 };
  if (info !== undefined) {
    eachAttribute(body, info.start, info.end, (type, start, end) => {
      if (type === IFLA_INFO.kind) name = readText(body, start, end);
      if (type === IFLA_INFO.data) data = { start, end };
    });
  }
  switch (name) {
    case 'veth':
      return { kind: 'veth', ...(peer === undefined ? {} : { peer }) };
    case 'ifb':
      return { kind: 'ifb' };
    case 'bridge':
      return { kind: 'bridge', vlanFiltering: values(body, data).get(BR_VLAN_FILTERING)?.[0] === 1 };
    case 'vxlan':
      return decodeVxlan(values(body, data), nameOf);
    case 'ipip':
      return decodeIpip(values(body, data));
    case 'tun':
      return { kind: 'tun', mode: values(body, data).get(TUN_TYPE)?.[0] === IFF_TAP ? 'tap' : 'tun' };
    default:
      return { kind: 'other', name };
  }
}

function decodeVxlan(data: ReadonlyMap<number, Uint8Array>, nameOf: NameOf): LinkKind {
  const parent = u32(data, VXLAN.link);
  const local = ip(data, VXLAN.local) ?? ip(data, VXLAN.local6);
  return {
    kind: 'vxlan',
    vni: u32(data, VXLAN.id) ?? 0,
    port: readU16Be(data.get(VXLAN.port) ?? new Uint8Array(2), 0),
    learning: data.get(VXLAN.learning)?.[0] === 1,
    ...(parent === undefined || parent === 0 ? {} : { parent: nameOf(parent) }),
    ...(local === undefined ? {} : { local }),
  };
}

function decodeIpip(data: ReadonlyMap<number, Uint8Array>): LinkKind {
  const local = ip(data, IPTUN.local);
  const remote = ip(data, IPTUN.remote);
  return {
    kind: 'ipip',
    ttl: data.get(IPTUN.ttl)?.[0] ?? 0,
    pmtudisc: data.get(IPTUN.pmtudisc)?.[0] === 1,
    ...(local === undefined ? {} : { local }),
    ...(remote === undefined ? {} : { remote }),
  };
}

function values(body: Uint8Array, span: Span): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  eachAttribute(body, span.start, span.end, (type, start, end) => found.set(type, body.subarray(start, end)));
  return found;
}

function u32(data: ReadonlyMap<number, Uint8Array>, type: number): number | undefined {
  const bytes = data.get(type);
  if (bytes === undefined) return undefined;
  requireValue(0, bytes.length, 4, `link data ${type}`);
  return readU32(bytes, 0);
}

/** The kernel shows "any" as an address of zeros. */
function ip(data: ReadonlyMap<number, Uint8Array>, type: number): Ip | undefined {
  const bytes = data.get(type);
  return bytes === undefined || bytes.every((byte) => byte === 0) ? undefined : decodeIp(bytes, 0, bytes.length);
}
