import type { BirdStatus, CalicoNodeStatus, PeerStatus, RefusedRoute } from '../../api/calico-config.ts';
import type { Family } from '../../net/ip.ts';

/** A session of a node, with its IP version. */
export interface ReportedSession extends PeerStatus {
  readonly family: Family;
}

/** What one node says of its BGP: what `weft node status -o json` prints. Keys are stable; what is not known is absent. */
export interface NodeReport {
  readonly node: string;
  /** Why something is not known: the node did not answer, BIRD does not. */
  readonly problem?: string;
  /** When the agent wrote the answer, RFC 3339; absent when BIRD was asked itself. */
  readonly lastUpdated?: string;
  readonly agent: { readonly running: boolean };
  readonly bird: { readonly running: boolean } & Omit<BirdStatus, 'state'>;
  readonly sessions: readonly ReportedSession[];
  readonly warnings: readonly string[];
  readonly refusedRoutes: readonly RefusedRoute[];
  /** Why BIRD goes on with an older configuration. */
  readonly configurationProblem?: string;
}

/** Of a node that has not answered. */
export function unansweredReport(node: string, problem: string): NodeReport {
  const nothing = { sessions: [], warnings: [], refusedRoutes: [] };
  return { node, problem, agent: { running: false }, bird: { running: false }, ...nothing };
}

/** Of a node whose agent has answered. */
export function answeredReport({ spec, status = {} }: CalicoNodeStatus): NodeReport {
  const { state, ...bird } = status.agent?.birdV4 ?? status.agent?.birdV6 ?? {};
  const { peersV4 = [], peersV6 = [], warnings = [], refusedRoutes = [], configurationProblem } = status.bgp ?? {};
  const ofFamily = (family: Family) => (peer: PeerStatus) => ({ family, ...peer });
  return {
    node: spec.node,
    ...(status.lastUpdated ? { lastUpdated: status.lastUpdated } : {}),
    agent: { running: true },
    bird: { running: state === 'Ready', ...bird },
    sessions: [...peersV4.map(ofFamily(4)), ...peersV6.map(ofFamily(6))],
    warnings,
    refusedRoutes,
    ...(configurationProblem === undefined ? {} : { configurationProblem }),
  };
}
