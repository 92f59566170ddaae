import { isRecord } from '../base/is-record.ts';
import { tryParseCidr } from '../net/cidr.ts';
import { tryParseIp } from '../net/ip.ts';
import type { RouteNews } from './route-news.ts';

/** Attribute types of RFC 4271, section 5, and MP_REACH_NLRI of RFC 4760, which has IPv6's next hop. */
const asPathType = 2;
const nextHopTypes = [3, 14];

/**
 * Reads a line of `gobgp monitor global rib -j`: best paths that have changed. GoBGP has chosen already, so all are of
 * one peer. Its own routes (next hop 0.0.0.0) are left out.
 */
export function parseGobgpLine(line: string): readonly RouteNews[] {
  const paths: unknown = JSON.parse(line);
  return Array.isArray(paths) ? paths.flatMap((path) => readPath(path)) : [];
}

function readPath(path: unknown): readonly RouteNews[] {
  if (!isRecord(path) || !isRecord(path.nlri) || typeof path.nlri.prefix !== 'string') return [];
  const network = tryParseCidr(path.nlri.prefix);
  const attributes = Array.isArray(path.attrs) ? path.attrs.filter(isRecord) : [];
  const found = attributes.find((one) => nextHopTypes.includes(Number(one.type)))?.nexthop;
  const nextHop = tryParseIp(String(found));
  if (network === undefined || nextHop === undefined || nextHop === '0.0.0.0' || nextHop === '::') return [];
  const peer = 'best';
  if (path.withdrawal === true) return [{ kind: 'withdraw', peer, network }];
  const segments = attributes.find((one) => one.type === asPathType)?.as_paths;
  const length = Array.isArray(segments) ? segments.filter(isRecord).reduce((sum, one) => sum + Number(one.num), 0) : 0;
  return [{ kind: 'announce', peer, network, path: { nextHop, length } }];
}
