import { errorText } from '../base/errors.ts';
import { birdFiles } from '../host/bird-daemon.ts';
import { askProtocols } from '../host/bird-socket.ts';
import { type LabState, requirePlace } from './lab-state.ts';
import { modeSettings } from './modes.ts';

/** A BGP session as the BIRD of a node tells. */
export interface NodeBgpSession {
  readonly node: string;
  /** `Mesh_192_168_122_21`; `BIRD` when it does not answer. */
  readonly name: string;
  /** `Established`, `Active Socket: Connection refused`; why BIRD does not answer. */
  readonly state: string;
}

/** The sessions of a node of a lab. Never throws: a BIRD that does not answer is one line. */
async function bgpSessionsOf(state: LabState, node: string): Promise<readonly NodeBgpSession[]> {
  try {
    // By the process's view of its files: the path on this machine may be too long for a socket.
    const socket = `/proc/${requirePlace(state, node).pid}/root${birdFiles.socket}`;
    const { protocols } = await askProtocols(socket);
    return protocols
      .filter((one) => one.proto === 'BGP')
      .map(({ name, state: phase, info }) => ({ node, name, state: info.trim() || phase }));
  } catch (error) {
    return [{ node, name: 'BIRD', state: errorText(error) }];
  }
}

/** The sessions of all nodes of a lab; none in a mode without BGP. */
export async function bgpSessions(state: LabState): Promise<readonly NodeBgpSession[]> {
  const { topology } = state;
  if (modeSettings(topology).backend !== 'bird') return [];
  return (await Promise.all(topology.nodes.map((node) => bgpSessionsOf(state, node.name)))).flat();
}
