import { type Ip, parseIp } from '../../src/net/ip.ts';
import { parseMac } from '../../src/net/mac.ts';
import type { Table } from '../../src/nft/model.ts';
import { allChanges } from '../../src/policy/all-changes.ts';
import type { PolicyChange } from '../../src/policy/policy-input.ts';
import type { PolicySettings } from '../../src/policy/policy-settings.ts';
import type { PolicyState } from '../../src/policy/policy-state.ts';
import type { PolicyResources } from '../../src/policy/resources.ts';
import { nodeName } from '../../src/policy/testing/arbitrary-resources.ts';
import { localChanges } from '../../src/policy/testing/local-changes.ts';
import { renderNftTable } from '../../src/render/nft-table.ts';
import { PacketCross } from './packet-cross.ts';
import { seedPolicySettings } from './seed-policy.ts';

/** How many pods the node of {@link openPolicyNode} can have. */
export const podCount = 5;
/** Ports of the cross after those of the pods. */
export const outsidePort = podCount;
export const nodePort = podCount + 1;
/** Of the node itself: the expected addresses of a random cluster's host endpoints. */
export const nodeAddresses: readonly Ip[] = ['172.16.0.1', '172.16.1.1'].map(parseIp);

const settings: PolicySettings = { ...seedPolicySettings, failsafeInbound: [], failsafeOutbound: [] };

function deviceOf(pod: number): string {
  return `cali0000000000${pod + 1}`;
}

/** The one node of random clusters, as a kernel: devices for the pods of `arbitraryResources`, and `eth0` to all else. */
export function openPolicyNode(purpose: string): PacketCross {
  const pods = Array.from({ length: podCount }, (_, i) => ({
    device: deviceOf(i),
    routes: [`10.0.0.${i + 1}`, `fd00::${i + 1}`],
  }));
  const cross = new PacketCross(purpose, [...pods, { device: 'eth0', routes: ['default'] }], nodeAddresses);
  // The packets of SCTP have no checksum.
  cross.netns.run('echo 0 > /proc/sys/net/netfilter/nf_conntrack_checksum');
  return cross;
}

/** All that the calculation of this node is told. */
export function nodeChanges(resources: PolicyResources): readonly PolicyChange[] {
  return [...allChanges(resources), ...localChanges(resources, (_, __, index) => deviceOf(index))];
}

/** The table of a node with these pods, which enforces this. */
export function nodeTable({ pods }: PolicyResources, state: PolicyState): Table {
  const endpoints = pods.map(({ metadata, status }, i) => ({
    containerId: metadata.name,
    namespace: metadata.namespace ?? '',
    pod: metadata.name,
    device: deviceOf(i),
    addresses: (status?.podIPs ?? []).map(({ ip }) => parseIp(ip)),
    mac: parseMac('02:00:00:00:00:01'),
  }));
  const node = {
    node: nodeName,
    podMtuBytes: 1500,
    endpoints,
    tunnels: [],
    vxlanPeers: [],
    nodeAddresses: [],
    routes: [],
    birdPrefixes: [],
    peeringAddresses: [],
    masquerade: [],
    warnings: [],
  };
  return renderNftTable(node, { state, settings }, { interfacePrefix: 'cali', tableName: 'weft' });
}
