import assert from 'node:assert/strict';
import { type Ip, parseIp } from '../../src/net/ip.ts';
import { protocolNumbers } from '../../src/net/protocol.ts';
import type { Direction } from '../../src/policy/direction.ts';
import { type HostPhase, type Oracle, oracleOf } from '../../src/policy/oracle/evaluate.ts';
import type { Packet } from '../../src/policy/packet.ts';
import type { PolicyResources } from '../../src/policy/resources.ts';
import { formatVerdict } from '../../src/policy/testing/format-verdict.ts';
import { outsideAddresses, packetsAt } from '../../src/policy/testing/packets-at.ts';
import type { Verdict } from '../../src/policy/verdict.ts';
import type { PacketCross } from './packet-cross.ts';
import { nodeAddresses, nodePort, outsidePort, podCount } from './policy-node.ts';

/** A packet to send between two ports of the node's cross, and what everybody on its way says of it. */
export interface Cell {
  readonly from: number;
  readonly to: number;
  readonly packet: Packet;
  readonly verdicts: readonly Verdict[];
}

const { TCP, UDP, SCTP, UDPLite, ICMP, ICMPv6 } = protocolNumbers;

/** About `count` of all packets between pods, the outside and the node; the salt says which. Each begins a connection. */
export function cellsOf(resources: PolicyResources, count: number, salt: number): readonly Cell[] {
  const oracle = oracleOf(resources);
  const portOf = new Map<Ip, number>([
    ...resources.pods.flatMap(({ status }, i) => (status?.podIPs ?? []).map(({ ip }) => [parseIp(ip), i] as const)),
    ...outsideAddresses.map((ip) => [ip, outsidePort] as const),
    ...nodeAddresses.map((ip) => [ip, nodePort] as const),
  ]);
  const addresses = [...portOf.keys()];
  const all = addresses.flatMap((own) => packetsAt([own], addresses, 'egress')).filter(isTracked);
  const step = Math.max(1, Math.floor(all.length / count));
  return all.flatMap((packet, i): readonly Cell[] => {
    const [from, to] = [portOf.get(packet.source), portOf.get(packet.destination)];
    if (i % step !== salt % step || from === undefined || to === undefined || from === to) return [];
    // What goes the other way between the same ends could not be told from an answer.
    if (from > to && isLikeItsAnswer(packet)) return [];
    return [{ from, to, packet, verdicts: verdictsOn(resources, oracle, from, to, packet) }];
  });
}

/** What connection tracking takes for the beginning of something. */
function isTracked({ protocol, icmpType }: Packet): boolean {
  if (protocol === ICMP) return icmpType !== 3;
  return protocol === ICMPv6 ? icmpType === 128 : protocol !== UDPLite;
}

function isLikeItsAnswer({ protocol, sourcePort = 0 }: Packet): boolean {
  if (protocol === ICMP || protocol === ICMPv6) return false;
  return sourcePort < 40_000 || ![TCP, UDP, SCTP].some((one) => one === protocol);
}

/** Who decides on the way: policy of a pod that sends, of the host endpoint in between, of a pod that receives. */
function verdictsOn(
  resources: PolicyResources,
  oracle: Oracle,
  from: number,
  to: number,
  packet: Packet,
): readonly Verdict[] {
  const atPod = (direction: Direction, port: number): readonly Verdict[] => {
    const { namespace = '', name = '' } = resources.pods[port]?.metadata ?? {};
    return [oracle.evaluate({ kind: 'pod', namespace, name }, direction, packet)];
  };
  const atHost = (direction: Direction, phases: readonly HostPhase[]) =>
    hostVerdicts(resources, oracle, direction, phases, packet);
  // The node may always talk to its own pods.
  if (from === nodePort) return to === outsidePort ? atHost('egress', ['untracked', 'normal']) : [];
  const last = to === nodePort ? 'normal' : 'forward';
  return [
    ...(from === outsidePort ? atHost('ingress', ['untracked', 'pre-dnat', last]) : atPod('egress', from)),
    ...(to < podCount ? atPod('ingress', to) : []),
    ...(to === outsidePort ? atHost('egress', ['forward']) : []),
  ];
}

/** Of the host endpoint of `eth0`, phase after phase; what an early one allows, the later ones are not asked about. */
function hostVerdicts(
  { hostEndpoints }: PolicyResources,
  oracle: Oracle,
  direction: Direction,
  phases: readonly HostPhase[],
  packet: Packet,
): readonly Verdict[] {
  const [endpoint] = hostEndpoints.toSorted((a) => (a.spec.interfaceName === 'eth0' ? -1 : 1));
  if (endpoint === undefined) return [];
  const verdicts: Verdict[] = [];
  for (const phase of phases) {
    const verdict = oracle.evaluate({ kind: 'host', name: endpoint.metadata.name }, direction, packet, phase);
    verdicts.push(verdict);
    if (verdict.reason.kind === 'rule') break;
  }
  return verdicts;
}

/** Sends all of them; each must arrive if and only if every verdict on its way allows it. */
export async function assertArrivals(cross: PacketCross, cells: readonly Cell[]): Promise<void> {
  const allowed = cells.filter(({ verdicts }) => verdicts.every((verdict) => verdict.allowed));
  const wanted = new Set(allowed.map(({ to, packet }) => keyOf(to, packet)));
  forgetConnections(cross);
  cross.received();
  for (const { from, packet } of cells) cross.send(from, packet);
  const arrived = await arrivals(cross, wanted);
  for (const { to, packet, verdicts } of cells) {
    const key = keyOf(to, packet);
    if (arrived.has(key) === wanted.has(key)) continue;
    const what = arrived.has(key) ? 'wrong-allow' : 'wrong-deny';
    assert.fail(`${what}: ${JSON.stringify(packet)}: ${verdicts.map(formatVerdict).join('; ')}`);
  }
}

/** No packet is an answer to an earlier one from now on. */
export function forgetConnections(cross: PacketCross): void {
  cross.netns.run('conntrack -F 2>&1; conntrack -F -f ipv6 2>&1');
}

/** What comes out, by {@link keyOf}, once all that is wanted is there: the kernel may still be at the last ones. */
export async function arrivals(cross: PacketCross, wanted: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const arrived = new Set<string>();
  for (let i = 0; i < 50; i++) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const { port, packet } of cross.received()) arrived.add(keyOf(port, packet));
    if (wanted.isSubsetOf(arrived)) break;
  }
  return arrived;
}

/** A packet at a port, as text. */
export function keyOf(port: number, packet: Packet): string {
  const { source, destination, protocol, sourcePort, destinationPort, icmpType, icmpCode } = packet;
  return [port, source, destination, protocol, sourcePort, destinationPort, icmpType, icmpCode].join(' ');
}
