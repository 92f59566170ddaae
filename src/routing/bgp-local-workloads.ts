import type { BGPPeer } from '../api/calico-bgp.ts';
import type { Pod } from '../api/core.ts';
import { readSelector } from '../api/validate-selector.ts';
import { endpointLabels } from '../api/workload-endpoint.ts';
import { isSet } from '../base/is-set.ts';
import { compareIps, type Family, type Ip, ipFamily, isLinkLocal, tryParseIp } from '../net/ip.ts';
import { matchSelector } from '../selector/match-selector.ts';
import type { BgpSettings } from './bgp-configuration.ts';
import type { BgpNeighbour } from './bgp-neighbour.ts';
import type { BgpNode } from './bgp-node.ts';
import { nodesWith } from './bgp-peers.ts';
import type { BgpSession } from './bgp-state.ts';
import type { RoutedPod } from './local-routes.ts';

/** A pod that is wired on this node. */
export interface LocalPod extends RoutedPod {
  readonly namespace: string;
  readonly pod: string;
}

/** An address of this node on the device of a pod. */
export interface PeeringAddress {
  readonly device: string;
  readonly ip: Ip;
}

/** What sessions with pods depend on. */
export interface LocalWorkloadInputs {
  readonly local: BgpNode;
  readonly settings: BgpSettings;
  readonly pods: readonly Pod[];
  readonly endpoints: readonly LocalPod[];
}

/**
 * Sessions with the pods of this node that BGPPeers select. The node is there for them at localWorkloadPeeringIPV4 and
 * IPV6; a family without such an address has no sessions.
 */
export function localWorkloadNeighbours(
  peers: readonly BGPPeer[],
  inputs: LocalWorkloadInputs,
  problems: Set<string>,
): readonly BgpNeighbour[] {
  return peers
    .filter((peer) => isSet(peer.spec.localWorkloadSelector) && nodesWith(peer, problems)(inputs.local))
    .flatMap((peer) => neighboursOf(peer, inputs, problems));
}

/** Where the pods of these sessions find this node, sorted by device and address. */
export function peeringAddresses(
  sessions: readonly BgpSession[],
  endpoints: readonly LocalPod[],
): readonly PeeringAddress[] {
  const sources = new Map(
    sessions.flatMap(({ type, peer, source }) =>
      type === 'local workload' && source !== undefined ? [[peer, source] as const] : [],
    ),
  );
  return endpoints
    .flatMap(({ device, addresses }) => {
      const ips = addresses.flatMap((address) => sources.get(address) ?? []);
      return [...new Set(ips)].sort(compareIps).map((ip) => ({ device, ip }));
    })
    .sort((a, b) => (a.device < b.device ? -1 : a.device > b.device ? 1 : 0));
}

/** The address at which pods find this node's BGP, of one family; `undefined` when there is none (that can be used). */
function peeringAddress(settings: BgpSettings, family: Family, problems: Set<string>): Ip | undefined {
  const field = `localWorkloadPeeringIPV${family}` as const;
  const text = settings[field];
  if (!isSet(text)) return undefined;
  const ip = tryParseIp(text);
  if (ip !== undefined && ipFamily(ip) === family && !isLinkLocal(ip)) return ip;
  problems.add(`BGPConfiguration: ${field} "${text}" found, an IPv${family} address that is not of one link needed`);
  return undefined;
}

function neighboursOf(
  { metadata, spec }: BGPPeer,
  { settings, pods, endpoints }: LocalWorkloadInputs,
  problems: Set<string>,
): readonly BgpNeighbour[] {
  const subject = `BGPPeer "${metadata.name}"`;
  const selector = readSelector(spec.localWorkloadSelector ?? '');
  const peerAs = spec.asNumber || undefined;
  if (typeof selector === 'string') problems.add(`${subject}: localWorkloadSelector: ${selector}`);
  if (peerAs === undefined) problems.add(`${subject}: no AS number found, asNumber needed: no session with pods`);
  if (typeof selector === 'string' || peerAs === undefined) return [];
  const selected = new Set(
    pods
      .filter((pod) => matchSelector(selector, endpointLabels(pod)))
      .map(({ metadata: m }) => `${m.namespace}/${m.name}`),
  );
  const origin = { kind: 'BGPPeer', name: metadata.name } as const;
  const sources = { 4: peeringAddress(settings, 4, problems), 6: peeringAddress(settings, 6, problems) };
  if (sources[4] === undefined && sources[6] === undefined) {
    problems.add(
      `${subject}: BGPConfiguration has neither localWorkloadPeeringIPV4 nor localWorkloadPeeringIPV6 to peer from: ` +
        'no session with pods',
    );
  }
  return endpoints
    .filter(({ namespace, pod }) => selected.has(`${namespace}/${pod}`))
    .flatMap(({ addresses }) => addresses)
    .flatMap((peer): BgpNeighbour[] => {
      const source = sources[ipFamily(peer)];
      return source === undefined ? [] : [{ type: 'local workload', origin, peer, peerAs, source, wishes: spec }];
    });
}
