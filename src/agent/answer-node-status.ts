import type { CalicoNodeStatus } from '../api/calico-config.ts';
import type { Bgp } from './bgp.ts';
import { agentAnswer, bgpAnswer } from './bgp-answer.ts';
import type { BgpStatus } from './bgp-status.ts';
import type { NodeStatusAnswer } from './node-status-answers.ts';
import { routesAnswer } from './route-answer.ts';

/** What this node says of itself, asked for these classes. @param bgp absent on a node without BGP */
export async function answerNodeStatus(
  classes: CalicoNodeStatus['spec']['classes'],
  bgp: Bgp | undefined,
  signal: AbortSignal,
): Promise<NodeStatusAnswer> {
  const status = await bgp?.look();
  return {
    ...(classes.includes('Agent') ? { agent: agentAnswer(status) } : {}),
    ...(classes.includes('BGP') ? { bgp: bgpAnswer(status, bgp?.warnings ?? []) } : {}),
    ...(classes.includes('Routes') ? { routes: await routes(bgp, status, signal) } : {}),
  };
}

async function routes(bgp: Bgp | undefined, status: BgpStatus | undefined, signal: AbortSignal) {
  if (bgp === undefined || status?.daemon === undefined) return {};
  const peerOf = new Map(status.sessions.map(({ desired }) => [desired.name, desired.peer]));
  return routesAnswer(await bgp.routes(signal), peerOf);
}
