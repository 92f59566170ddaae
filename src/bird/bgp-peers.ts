import { type Family, type Ip, ipFamily, tryParseIp } from '../net/ip.ts';
import type { BirdProtocol } from './parse-protocols.ts';

/** A BGP session as people look at it. */
export interface BgpPeer {
  readonly address: Ip;
  readonly type: 'global' | 'node specific' | 'node-to-node mesh';
  /** Of the protocol: `up`, `start`, `down`. */
  readonly state: string;
  readonly since: string;
  /** Of the session, and what BIRD adds to it. */
  readonly info: string;
}

const types = { Global: 'global', Node: 'node specific', Mesh: 'node-to-node mesh' } as const;

/**
 * The sessions of one IP version. Their protocols are called `Mesh_10_0_0_1`, `Global_fd00__1`, `Node_...`; all others
 * (devices, kernel tables, local workloads) are left out.
 */
export function bgpPeers(protocols: readonly BirdProtocol[], family: Family): readonly BgpPeer[] {
  return protocols.flatMap(({ name, proto, state, since, info }) => {
    const [, kind, text = ''] = /^(Global|Node|Mesh)_(.+)$/.exec(name) ?? [];
    // A session without state has nothing to tell yet.
    if (kind === undefined || proto !== 'BGP' || info === '') return [];
    const address = tryParseIp(text.replaceAll('_', '.')) ?? tryParseIp(text.replaceAll('_', ':'));
    if (address === undefined || ipFamily(address) !== family) return [];
    return [{ address, type: types[kind as keyof typeof types], state, since, info }];
  });
}
