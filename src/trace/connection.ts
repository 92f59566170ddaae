import type { IPPool } from '../api/calico.ts';
import type { HostEndpoint } from '../api/calico-endpoints.ts';
import type { Ip } from '../net/ip.ts';
import type { Direction } from '../policy/direction.ts';
import type { EndpointReference, HostPhase, Oracle } from '../policy/oracle/evaluate.ts';
import type { Packet } from '../policy/packet.ts';
import type { PolicySettings } from '../policy/policy-settings.ts';
import type { PolicyResources } from '../policy/resources.ts';
import type { Verdict } from '../policy/verdict.ts';
import { sourceAfterNat } from './source-after-nat.ts';

/** Who talks, or is talked to. */
export type ConnectionEnd =
  | {
      readonly kind: 'pod';
      readonly namespace: string;
      readonly name: string;
      readonly node: string;
      readonly address: Ip;
    }
  /** A process of the host, pods on the host's network among them. */
  | { readonly kind: 'node'; readonly name: string; readonly address: Ip }
  | { readonly kind: 'outside'; readonly address: Ip };

/** A place on the way where policy is asked. */
export interface Checkpoint {
  readonly node: string;
  readonly endpoint: EndpointReference;
  readonly direction: Direction;
  readonly phase: HostPhase;
  /** As it is seen there: with another source when it was NATed on the way. */
  readonly packet: Packet;
  readonly verdict: Verdict;
}

/** What becomes of the first packet of a connection. */
export interface ConnectionTrace {
  readonly source: ConnectionEnd;
  readonly destination: ConnectionEnd;
  readonly packet: Packet;
  readonly allowed: boolean;
  /** In the order of the packet's way, those behind one that denies included. */
  readonly checkpoints: readonly Checkpoint[];
  /** Why a place was not asked, in sentences. */
  readonly notes: readonly string[];
}

/** What a trace is made from. */
export interface TraceContext {
  readonly resources: PolicyResources;
  readonly pools: readonly IPPool[];
  /** What a node decides by: settings may differ from node to node. */
  at(node: string): NodeView;
}

/** How a node decides. */
export interface NodeView {
  readonly oracle: Oracle;
  readonly settings: Pick<PolicySettings, 'endpointToHost'>;
  /** Whether its pods keep their addresses towards nodes. */
  readonly excludeNodesFromNat: boolean;
}

/** Follows the first packet of a connection from end to end, and asks policy where the network does. */
export function traceConnection(
  context: TraceContext,
  source: ConnectionEnd,
  destination: ConnectionEnd,
  packet: Packet,
): ConnectionTrace {
  if (isSamePod(source, destination)) {
    const notes = ['A pod reaches itself without the network'];
    return { source, destination, packet, allowed: true, checkpoints: [], notes };
  }
  const notes: string[] = [];
  const from = machineOf(source);
  const to = machineOf(destination);
  const checkpoints: Checkpoint[] = [];
  const ask = (
    node: string,
    endpoint: EndpointReference,
    direction: Direction,
    phase: HostPhase = 'normal',
    seen: Packet = packet,
  ) => {
    const verdict = context.at(node).oracle.evaluate(endpoint, direction, seen, phase);
    if (verdict.reason.kind !== 'no-policy' || verdict.logged.length > 0) {
      checkpoints.push({ node, endpoint, direction, phase, packet: seen, verdict });
    }
    return verdict;
  };
  if (source.kind === 'pod') ask(source.node, referenceOf(source), 'egress');
  if (from !== undefined && from !== to) {
    const host = hostEndpointOn(context.resources, from, source, destination);
    if (host !== undefined) {
      const early = source.kind === 'node' ? decidingEarly(context, from, host, 'egress') : [];
      const phases = [...early, source.kind === 'pod' ? 'forward' : 'normal'] as const;
      askInTurn(phases, (phase) => ask(from, host, 'egress', phase));
    }
  }
  if (to !== undefined && from !== to) {
    const host = hostEndpointOn(context.resources, to, destination, source);
    if (host !== undefined) {
      const early = decidingEarly(context, to, host, 'ingress');
      const phases = [...early, destination.kind === 'pod' ? 'forward' : 'normal'] as const;
      const seen = { ...packet, source: arrivingFrom(context, source, destination) };
      askInTurn(phases, (phase) => ask(to, host, 'ingress', phase, seen));
    }
  }
  const toHost =
    source.kind === 'pod' && destination.kind === 'node' && from === to
      ? context.at(source.node).settings.endpointToHost
      : undefined;
  if (toHost !== undefined) notes.push(ownNodeNote(destination, toHost));
  if (destination.kind === 'pod') {
    if (source.kind === 'node' && from === to) notes.push('A node always reaches its own pods: kubelet probes them');
    else ask(destination.node, referenceOf(destination), 'ingress');
  }
  const allowed = toHost !== 'drop' && checkpoints.every(({ verdict }) => verdict.allowed);
  return { source, destination, packet, allowed, checkpoints, notes };
}

function isSamePod(a: ConnectionEnd, b: ConnectionEnd): boolean {
  return a.kind === 'pod' && b.kind === 'pod' && a.namespace === b.namespace && a.name === b.name;
}

/** The machine an end is on; `undefined` outside of the cluster. */
function machineOf(end: ConnectionEnd): string | undefined {
  return end.kind === 'pod' ? end.node : end.kind === 'node' ? end.name : undefined;
}

function referenceOf({ namespace, name }: { readonly namespace: string; readonly name: string }): EndpointReference {
  return { kind: 'pod', namespace, name };
}

/** The phases before connection tracking and before destination NAT, as far as a host endpoint has policies there. */
function decidingEarly(
  context: TraceContext,
  node: string,
  host: EndpointReference,
  direction: Direction,
): readonly HostPhase[] {
  const { oracle } = context.at(node);
  return (['untracked', 'pre-dnat'] as const).filter((phase) => oracle.isolating(host, direction, phase).length > 0);
}

/** The source that another machine sees. */
function arrivingFrom(context: TraceContext, source: ConnectionEnd, destination: ConnectionEnd): Ip {
  const excludeNodes = source.kind === 'pod' && context.at(source.node).excludeNodesFromNat;
  return sourceAfterNat(context.resources, { pools: context.pools, excludeNodes }, source, destination);
}

/** What a rule allows early is asked nothing more at this host endpoint. */
function askInTurn(phases: readonly HostPhase[], ask: (phase: HostPhase) => Verdict): void {
  for (const phase of phases) {
    const { allowed, reason } = ask(phase);
    if (!allowed || reason.kind === 'rule') return;
  }
}

/**
 * The host endpoint of a node that sees the packet: the one of the end's address, else the one for all interfaces. What
 * pods of two nodes say to each other may go through a tunnel, which only that for all interfaces sees.
 */
function hostEndpointOn(
  { hostEndpoints }: PolicyResources,
  node: string,
  own: ConnectionEnd,
  peer: ConnectionEnd,
): EndpointReference | undefined {
  const here = hostEndpoints.filter(({ spec }) => spec.node === node).sort(byName);
  const everywhere = here.find(({ spec }) => spec.interfaceName === '*');
  const named = here.filter(({ spec }) => spec.interfaceName !== '*');
  const betweenPods = own.kind === 'pod' && peer.kind === 'pod';
  const fitting = betweenPods
    ? undefined
    : (named.find(({ spec }) => own.kind === 'node' && spec.expectedIPs?.includes(own.address)) ??
      (own.kind === 'node' && everywhere !== undefined ? undefined : named[0]));
  const found = fitting ?? everywhere;
  return found === undefined ? undefined : { kind: 'host', name: found.metadata.name };
}

function byName(a: HostEndpoint, b: HostEndpoint): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

function ownNodeNote(node: ConnectionEnd, endpointToHost: PolicySettings['endpointToHost']): string {
  const action = {
    accept: 'may talk to the processes of their node',
    return: 'are subject to the own rules of their node',
    drop: 'may not talk to the processes of their node',
  }[endpointToHost];
  return `Pods of ${machineOf(node)} ${action} (FelixConfiguration, defaultEndpointToHostAction)`;
}
