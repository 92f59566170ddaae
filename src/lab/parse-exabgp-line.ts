import { isRecord } from '../base/is-record.ts';
import { tryParseCidr } from '../net/cidr.ts';
import { tryParseIp } from '../net/ip.ts';
import type { RouteNews } from './route-news.ts';

/**
 * Reads a line that ExaBGP 4 writes to a process with the JSON encoder: updates, and sessions that end.
 *
 * @see ExaBGP wiki, "Controlling ExaBGP: API for received messages"
 */
export function parseExabgpLine(line: string): readonly RouteNews[] {
  const { type, neighbor }: Readonly<Record<string, unknown>> = recordOf(JSON.parse(line));
  const { address, state, message } = recordOf(neighbor);
  const peer = String(recordOf(address).peer);
  if (type === 'state') return state === 'down' ? [{ kind: 'peer lost', peer }] : [];
  if (type !== 'update') return [];
  const { announce, withdraw, attribute } = recordOf(recordOf(message).update);
  return [...withdrawn(peer, withdraw), ...announced(peer, announce, pathLength(attribute))];
}

/** `{"ipv4 unicast": {NEXT-HOP: [{"nlri": CIDR}]}}`. */
function announced(peer: string, announce: unknown, length: number): readonly RouteNews[] {
  return Object.values(recordOf(announce)).flatMap((family) =>
    Object.entries(recordOf(family)).flatMap(([text, networks]) => {
      const nextHop = tryParseIp(text);
      if (nextHop === undefined) return [];
      return networksOf(networks).map((network) => ({
        kind: 'announce' as const,
        peer,
        network,
        path: { nextHop, length },
      }));
    }),
  );
}

/** `{"ipv4 unicast": [{"nlri": CIDR}]}`. */
function withdrawn(peer: string, withdraw: unknown): readonly RouteNews[] {
  return Object.values(recordOf(withdraw)).flatMap((networks) =>
    networksOf(networks).map((network) => ({ kind: 'withdraw' as const, peer, network })),
  );
}

function networksOf(list: unknown) {
  const entries = Array.isArray(list) ? list.filter(isRecord) : [];
  return entries.flatMap((one) => tryParseCidr(String(one.nlri)) ?? []);
}

function pathLength(attribute: unknown): number {
  const path = recordOf(attribute)['as-path'];
  return Array.isArray(path) ? path.length : 0;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
