import { parseDuration } from '../base/duration.ts';
import { isSet } from '../base/is-set.ts';
import { objectText } from '../base/object-text.ts';
import { cidrContainsIp, cidrOf, type IpWithPrefix } from '../net/cidr.ts';
import { ipFamily } from '../net/ip.ts';
import type { BgpNeighbour } from './bgp-neighbour.ts';
import { addressOf, type BgpNode } from './bgp-node.ts';
import type { BfdTimers, BgpPasswordRef, BgpSession } from './bgp-state.ts';

/** What a session depends on besides its neighbour. */
export interface BgpSessionInputs {
  readonly local: BgpNode;
  /** The local node's addresses with the lengths of their networks. */
  readonly networks: readonly IpWithPrefix[];
  /** `SECRET/KEY` -> resourceVersion, for keys that exist. */
  readonly passwords: ReadonlyMap<string, string>;
  readonly bfd: BfdTimers;
}

/** Decides everything about the session with a neighbour; `undefined` (and a problem) when there cannot be one. */
export function bgpSession(
  neighbour: BgpNeighbour,
  inputs: BgpSessionInputs,
  problems: Set<string>,
): BgpSession | undefined {
  const { type, origin, peer, port, peerAs, node, wishes } = neighbour;
  const { local } = inputs;
  const subject = type === 'mesh' ? 'BGPConfiguration "default"' : objectText(origin);
  const family = ipFamily(peer);
  const own = neighbour.source ?? addressOf(local, family);
  if (own === undefined) {
    problems.add(`${subject}: this node has no IPv${family} address: no session with ${peer}`);
    return undefined;
  }
  const password = passwordOf(neighbour, inputs.passwords, subject, problems);
  if (password === 'missing') return undefined;
  const localAs = wishes.localASNumber || local.asNumber;
  const internal = peerAs === localAs;
  const bfd = wishes.failureDetectionMode === 'BFDIfDirectlyConnected' && isNear(neighbour, inputs);
  const restartSeconds = seconds(wishes.maxRestartTime, 4095, `${subject}: maxRestartTime`, problems);
  const keepaliveSeconds = seconds(wishes.keepaliveTime, 21_845, `${subject}: keepaliveTime`, problems);
  return {
    name: sessionName(neighbour),
    type,
    origin,
    family,
    peer,
    ...(port === undefined ? {} : { peerPort: port }),
    peerAs,
    localAs,
    ...(wishes.sourceAddress === 'None' && neighbour.source === undefined ? {} : { source: own }),
    passive: isPassive(neighbour, own),
    outside: node === undefined,
    // Routers expect BFD of one hop (RFC 5881) on an external session to a neighbour.
    distance: bfd && !internal && !wishes.ttlSecurity ? 'direct' : 'multihop',
    ...(wishes.ttlSecurity ? { ttlSecurityHops: wishes.ttlSecurity } : {}),
    nextHop: nextHopOf(neighbour, internal),
    ...(password === undefined ? {} : { password }),
    reflectorClient: internal && local.clusterId !== undefined && node?.clusterId !== local.clusterId,
    ...(restartSeconds === undefined ? {} : { restartSeconds }),
    ...(keepaliveSeconds === undefined ? {} : { keepaliveSeconds }),
    ...(wishes.numAllowedLocalASNumbers === undefined ? {} : { allowedLocalAs: wishes.numAllowedLocalASNumbers }),
    filters: [...new Set(wishes.filters)],
    ...(bfd ? { bfd: inputs.bfd } : {}),
  };
}

const namePrefixes = { mesh: 'Mesh', global: 'Global', node: 'Node', 'local workload': 'Local_Workload' } as const;

/** As Calico names BIRD's protocols; the type of the peer in its status is read from the prefix. */
function sessionName({ type, peer, port }: BgpNeighbour): string {
  const withPort = port === undefined || type === 'mesh' ? '' : `_port_${port}`;
  return `${namePrefixes[type]}_${peer.replace(/[.:]/g, '_')}${withPort}`;
}

/** Of two nodes one connects, the one with the greater address as a text; node peers both do, for one may be manual. */
function isPassive({ type, node, peer }: BgpNeighbour, own: string): boolean {
  return type !== 'node' && node !== undefined && peer > own;
}

function nextHopOf({ wishes }: BgpNeighbour, internal: boolean): BgpSession['nextHop'] {
  if (wishes.nextHopMode === 'Keep') return 'keep';
  if (wishes.nextHopMode === 'Self') return 'self';
  return wishes.keepOriginalNextHop === true && wishes.nextHopMode === undefined && !internal ? 'keep' : 'auto';
}

function isNear({ type, peer }: BgpNeighbour, { networks }: BgpSessionInputs): boolean {
  if (type === 'local workload') return true;
  return networks.some(({ ip, prefixLength }) => cidrContainsIp(cidrOf(ip, prefixLength), peer));
}

function passwordOf(
  { wishes }: BgpNeighbour,
  passwords: ReadonlyMap<string, string>,
  subject: string,
  problems: Set<string>,
): BgpPasswordRef | 'missing' | undefined {
  const ref = wishes.password?.secretKeyRef;
  if (ref === undefined) return undefined;
  const key = `${ref.name ?? ''}/${ref.key}`;
  const version = passwords.get(key);
  if (version !== undefined) return { key, version };
  if (ref.optional === true) return undefined;
  const name = ref.name ?? '';
  problems.add(
    `${subject}: the password is missing, Secret "${name}" with key "${ref.key}" needed: no session is made`,
  );
  return 'missing';
}

/** Whole seconds, rounded up, from 1 to `most`; what does not fit is the nearest that does, and named. */
function seconds(text: string | undefined, most: number, subject: string, problems: Set<string>): number | undefined {
  if (!isSet(text)) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) {
    problems.add(`${subject}: "${text}" found, a duration such as 90s needed: the default is used`);
    return undefined;
  }
  const found = Math.ceil(ms / 1000);
  if (found > most) problems.add(`${subject}: ${text} found, BGP allows ${most}s at most: ${most}s is used`);
  return Math.min(found, most);
}
