import { peerTypeOf, peerTypeWords } from '../../api/peer-type.ts';
import type { BirdProtocol } from '../../bird/parse-protocols.ts';
import { type Family, ipFamily, tryParseIp } from '../../net/ip.ts';

/** A BGP session as people look at it. */
export interface BgpPeer {
  /** With the port where it is not BGP's own, as a BGPPeer has it: `10.0.0.9:1790`, `[fd00::9]:1790`. */
  readonly address: string;
  /** `node-to-node mesh`, `global`, `node specific` */
  readonly type: string;
  /** Of the protocol: `up`, `start`, `down`. */
  readonly state: string;
  readonly since: string;
  /** Of the session, and what BIRD adds to it. */
  readonly info: string;
}

/**
 * The sessions of one IP version. Their protocols are called `Mesh_10_0_0_1`, `Global_fd00__1`, `Node_10_0_0_9_port_1790`;
 * all others (devices, kernel tables, local workloads) are left out, as calicoctl does.
 */
export function bgpPeers(protocols: readonly BirdProtocol[], family: Family): readonly BgpPeer[] {
  return protocols.flatMap(({ name, proto, state, since, info }) => {
    const type = peerTypeOf(name);
    // A session without state has nothing to tell yet.
    if (type === undefined || type === 'LocalWorkload' || proto !== 'BGP' || info === '') return [];
    const [, text = '', port] = /^[A-Za-z]+_(.+?)(?:_port_(\d+))?$/.exec(name) ?? [];
    const ip = tryParseIp(text.replaceAll('_', '.')) ?? tryParseIp(text.replaceAll('_', ':'));
    if (ip === undefined || ipFamily(ip) !== family) return [];
    const address = port === undefined ? ip : `${family === 6 ? `[${ip}]` : ip}:${port}`;
    return [{ address, type: peerTypeWords[type], state, since, info }];
  });
}
