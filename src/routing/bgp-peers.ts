import type { BGPPeer } from '../api/calico-bgp.ts';
import { readPeerAddress } from '../api/peer-address.ts';
import { readSelector } from '../api/validate-selector.ts';
import { isSet } from '../base/is-set.ts';
import { type Ip, ipFamily } from '../net/ip.ts';
import { matchSelector } from '../selector/match-selector.ts';
import type { BgpNeighbour } from './bgp-neighbour.ts';
import type { BgpNode } from './bgp-node.ts';
import { nodeNeighbours } from './bgp-node-neighbours.ts';
import type { BgpNodes } from './bgp-nodes.ts';

/**
 * The neighbours that BGPPeers give the local node, best first: those of peers for all nodes, those of peers for this
 * node, and last those that are the other side of a session that a peer gives another node with this one. Sorted by
 * name within each part if `peers` are. Peers of pods are not among them (see bgp-local-workloads.ts).
 */
export function peerNeighbours(
  peers: readonly BGPPeer[],
  nodes: BgpNodes,
  problems: Set<string>,
): readonly BgpNeighbour[] {
  const readable = peers
    .filter(({ spec }) => !isSet(spec.localWorkloadSelector))
    .flatMap((peer) => readPeer(peer, nodes, problems) ?? []);
  const shown = new Set(peers.map(({ spec }) => spec.localASNumber));
  const forwards = (which: boolean) =>
    readable
      .filter(({ global, here }) => here && global === which)
      .flatMap((peer) => forward(peer, nodes, shown, problems));
  return [...forwards(true), ...forwards(false), ...readable.flatMap((peer) => reverse(peer, nodes))];
}

/** Which nodes have this peer: by name, by selector, or all of them. */
export function nodesWith({ metadata, spec }: BGPPeer, problems: Set<string>): (node: BgpNode) => boolean {
  if (isSet(spec.node)) return (node) => spec.node === node.name;
  const selects = selectorOf(spec.nodeSelector, `BGPPeer "${metadata.name}": nodeSelector`, problems);
  return (node) => selects(node.labels);
}

/** A BGPPeer with its addresses and selectors read. */
interface ReadPeer {
  readonly name: string;
  readonly spec: BGPPeer['spec'];
  readonly global: boolean;
  /** Whether the local node is one of those that have this peer. */
  readonly here: boolean;
  /** Whether a node has this peer. */
  readonly has: (node: BgpNode) => boolean;
  /** The peers: one address, or nodes. */
  readonly target: { readonly ip: Ip; readonly port?: number } | ((node: BgpNode) => boolean);
}

function readPeer(peer: BGPPeer, { local }: BgpNodes, problems: Set<string>): ReadPeer | undefined {
  const { metadata, spec } = peer;
  const subject = `BGPPeer "${metadata.name}"`;
  const has = nodesWith(peer, problems);
  const base = {
    name: metadata.name,
    spec,
    global: !isSet(spec.node) && !isSet(spec.nodeSelector),
    here: has(local),
    has,
  };
  if (isSet(spec.peerSelector)) {
    const peers = selectorOf(spec.peerSelector, `${subject}: peerSelector`, problems);
    return { ...base, target: (node) => peers(node.labels) };
  }
  const target = readPeerAddress(spec.peerIP ?? '');
  if (target !== undefined) return { ...base, target };
  problems.add(`${subject}: peerIP "${spec.peerIP ?? ''}" found, an address IP, IPV4:PORT or [IPV6]:PORT needed`);
  return undefined;
}

function forward(
  peer: ReadPeer,
  nodes: BgpNodes,
  shown: ReadonlySet<number | undefined>,
  problems: Set<string>,
): readonly BgpNeighbour[] {
  const { name, spec, global, target } = peer;
  const base = { type: global ? 'global' : 'node', origin: { kind: 'BGPPeer', name }, wishes: spec } as const;
  if (typeof target === 'function') {
    return nodes.all
      .filter((node) => node.name !== nodes.local.name && target(node))
      .flatMap((node) => nodeNeighbours(node, nodes.local, base));
  }
  const node = nodes.byAddress.get(target.ip);
  if (node?.name === nodes.local.name) return [];
  const peerAs = spec.asNumber || node?.asNumber;
  if (peerAs === undefined) {
    problems.add(`BGPPeer "${name}": no AS number found, asNumber from 1 to 4294967295 needed: no session`);
    return [];
  }
  if (node !== undefined && node.asNumber !== peerAs && !shown.has(peerAs)) {
    problems.add(
      `BGPPeer "${name}": asNumber ${peerAs} found, node ${node.name} at ${target.ip} has ${node.asNumber}: ` +
        'the session will not come up',
    );
  }
  const port = target.port ?? (node?.asNumber === peerAs ? node.listenPort : undefined);
  return [
    {
      ...base,
      peer: target.ip,
      peerAs,
      ...(port === undefined ? {} : { port }),
      ...(node === undefined ? {} : { node }),
    },
  ];
}

/** The local node is whom another node's peer points at: its side of that session. */
function reverse({ name, spec, has, target }: ReadPeer, { local, all }: BgpNodes): readonly BgpNeighbour[] {
  if (spec.reversePeering === 'Manual' || !isTarget(local, spec, target)) return [];
  const family = typeof target === 'function' ? undefined : ipFamily(target.ip);
  // What the selected nodes do for themselves is not for their peers to do.
  const { nextHopMode: _hop, keepOriginalNextHop: _keep, reachableBy: _gateway, localASNumber, ...wishes } = spec;
  const base = { type: 'node', origin: { kind: 'BGPPeer', name }, wishes, reverse: true } as const;
  return all
    .filter((node) => node.name !== local.name && has(node))
    .flatMap((node) => nodeNeighbours(node, local, { ...base, ...(localASNumber ? { peerAs: localASNumber } : {}) }))
    .filter(({ peer }) => family === undefined || ipFamily(peer) === family);
}

function isTarget(local: BgpNode, spec: BGPPeer['spec'], target: ReadPeer['target']): boolean {
  if (typeof target === 'function') return target(local);
  if (target.ip !== local.address4 && target.ip !== local.address6) return false;
  if (target.port !== undefined && target.port !== (local.listenPort ?? 179)) return false;
  return (spec.asNumber || local.asNumber) === local.asNumber;
}

/** Absent and empty select everything; what cannot be read selects nothing. */
function selectorOf(
  text: string | undefined,
  subject: string,
  problems: Set<string>,
): (labels: BgpNode['labels']) => boolean {
  if (!isSet(text)) return () => true;
  const selector = readSelector(text);
  if (typeof selector !== 'string') return (labels) => matchSelector(selector, labels);
  problems.add(`${subject}: ${selector}`);
  return () => false;
}
