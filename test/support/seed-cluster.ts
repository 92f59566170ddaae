import type { EncapsulationMode, IPAMBlock, IPPool } from '../../src/api/calico.ts';
import type { Node } from '../../src/api/core.ts';
import { vxlanMac } from '../../src/api/names.ts';
import type { LocalEndpoint, Snapshot } from '../../src/desired/snapshot.ts';
import { parseIpWithPrefix } from '../../src/net/cidr.ts';
import { parseIp } from '../../src/net/ip.ts';
import { parseMac } from '../../src/net/mac.ts';

/** A node as the API shows it once its agent has written its annotations. */
export function seedNode(name: string, annotations: Readonly<Record<string, string>>): Node {
  const entries = Object.entries(annotations).map(([key, value]) => [`projectcalico.org/${key}`, value]);
  return { metadata: { name, annotations: Object.fromEntries(entries) } };
}

export function seedPool(name: string, cidr: string, spec: Partial<IPPool['spec']> = {}): IPPool {
  return { metadata: { name }, spec: { cidr, natOutgoing: true, ...spec } };
}

/** A block; `allocations` maps ordinals to the nodes that hold the addresses. */
export function seedBlock(cidr: string, node: string, allocations: Readonly<Record<number, string>> = {}): IPAMBlock {
  const size = 2 ** ((cidr.includes(':') ? 128 : 32) - Number(cidr.split('/')[1]));
  const ordinals = Object.keys(allocations).map(Number);
  return {
    metadata: { name: cidr.replaceAll(/[.:/]/g, '-') },
    spec: {
      cidr,
      ...(node === '' ? {} : { affinity: `host:${node}` }),
      allocations: Array.from({ length: size }, (_, i) => (ordinals.includes(i) ? ordinals.indexOf(i) : null)),
      unallocated: Array.from({ length: size }, (_, i) => i).filter((i) => !ordinals.includes(i)),
      attributes: ordinals.map((i) => ({ handle_id: `h${i}`, secondary: { node: allocations[i] ?? '' } })),
    },
  };
}

export function seedEndpoint(pod: string, device: string, ...addresses: string[]): LocalEndpoint {
  return {
    containerId: `container-of-${pod}`,
    namespace: 'default',
    pod,
    device,
    addresses: addresses.map(parseIp),
    mac: parseMac('02:00:00:00:00:01'),
  };
}

/**
 * The seed cluster as node1 sees it: master .20, node1 .21, node2 .22 on 192.168.122.0/24, and node3 in another
 * subnet; pool 10.24.0.0/16 in /26 blocks; one local pod.
 */
export function seedSnapshot(
  mode: { readonly vxlan?: EncapsulationMode; readonly ipip?: EncapsulationMode },
  overrides: Partial<Snapshot> = {},
): Snapshot {
  const tunnel = (address: string): Record<string, string> => {
    if (mode.vxlan !== undefined) return { IPv4VXLANTunnelAddr: address };
    return mode.ipip === undefined ? {} : { IPv4IPIPTunnelAddr: address };
  };
  return {
    nodeName: 'node1',
    backend: 'none',
    machine: {
      underlay4: { device: 'eth0', mtuBytes: 1500, address: parseIpWithPrefix('192.168.122.21/24') },
      ipip: 'kernel',
    },
    nodes: [
      seedNode('master', { IPv4Address: '192.168.122.20/24', ...tunnel('10.24.0.0') }),
      seedNode('node1', { IPv4Address: '192.168.122.21/24', ...tunnel('10.24.1.0') }),
      seedNode('node2', { IPv4Address: '192.168.122.22/24', ...tunnel('10.24.2.0') }),
      seedNode('node3', { IPv4Address: '192.168.123.23/24', ...tunnel('10.24.3.0') }),
    ],
    pools: [
      seedPool('default-ipv4-ippool', '10.24.0.0/16', {
        ...(mode.vxlan === undefined ? {} : { vxlanMode: mode.vxlan }),
        ...(mode.ipip === undefined ? {} : { ipipMode: mode.ipip }),
      }),
    ],
    blocks: [
      seedBlock('10.24.0.0/26', 'master', { 0: 'master' }),
      seedBlock('10.24.1.0/26', 'node1', { 0: 'node1', 1: 'node1' }),
      seedBlock('10.24.2.0/26', 'node2', { 0: 'node2' }),
      seedBlock('10.24.3.0/26', 'node3', { 0: 'node3' }),
    ],
    felixConfigurations: [],
    endpoints: [seedEndpoint('nginx', 'calic440f455693', '10.24.1.1')],
    ...overrides,
  };
}

/** The seed cluster with a second pool of IPv6 over VXLAN. */
export function seedDualStack(): Snapshot {
  const base = seedSnapshot({ vxlan: 'Always' });
  const six = (name: string, n: number): Node => {
    const node = base.nodes.find((candidate) => candidate.metadata.name === name);
    const more = seedNode(name, {
      IPv6Address: `fd00:122::${n}/64`,
      IPv6VXLANTunnelAddr: `fd00:10:24:${n}::`,
      VXLANTunnelMACAddrV6: vxlanMac(name, 6),
    });
    return {
      metadata: { name, annotations: { ...node?.metadata.annotations, ...more.metadata.annotations } },
    };
  };
  return {
    ...base,
    machine: {
      ...base.machine,
      underlay6: { device: 'eth0', mtuBytes: 1500, address: parseIpWithPrefix('fd00:122::21/64') },
    },
    nodes: [six('master', 20), six('node1', 21), six('node2', 22), six('node3', 23)],
    pools: [...base.pools, seedPool('default-ipv6-ippool', 'fd00:10:24::/48', { vxlanMode: 'CrossSubnet' })],
    blocks: [
      ...base.blocks,
      seedBlock('fd00:10:24:21::/122', 'node1', { 0: 'node1', 1: 'node1' }),
      seedBlock('fd00:10:24:22::/122', 'node2', { 0: 'node2' }),
    ],
    endpoints: [seedEndpoint('nginx', 'calic440f455693', '10.24.1.1', 'fd00:10:24:21::1')],
  };
}
