import { effectiveFelix } from '../../api/effective-felix.ts';
import { errorText, WeftError } from '../../base/errors.ts';
import { isRecord } from '../../base/is-record.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import type { PacketNote } from '../../desired/packet-note.ts';
import type { HostEndpointWalks, RuleIdentity, WorkloadWalks } from '../../policy/policy-state.ts';
import type { PolicyWorld } from './policy-world.ts';

/** Packets and their bytes. */
export interface Counted {
  readonly packets: number;
  readonly bytes: number;
}

/** A packet that the node denied, as its agent noted it; how often, and when last (RFC 3339). */
export interface DeniedPacket extends PacketNote {
  readonly count: number;
  readonly lastSeen: string;
}

/** What an agent says of the policy in force on its node: `/debug/policy` of its health port. */
export interface NodePolicyView {
  readonly rules: readonly (RuleIdentity & Counted)[];
  readonly workloads: readonly WorkloadWalks[];
  readonly hostEndpoints: readonly HostEndpointWalks[];
  /** By name, of chains that count. */
  readonly chains: Readonly<Record<string, Counted>>;
  /** The latest first. */
  readonly denied: readonly DeniedPacket[];
}

const defaultHealthPort = 9099;

/**
 * Asks the agent of a node through the API.
 *
 * @throws WeftError CLI_FAILED when it does not answer, or not with what is needed
 */
export async function readNodePolicy(cluster: HttpCluster, node: string, world: PolicyWorld): Promise<NodePolicyView> {
  const path = `/api/v1/nodes/${encodeURIComponent(node)}:${healthPortOf(world, node)}/proxy/debug/policy`;
  let answer: unknown;
  try {
    answer = await cluster.request<unknown>('GET', path);
  } catch (error) {
    // What stands between is the API server: it knows the node's address, not its localhost.
    const needed = 'an agent with a health port that the API server reaches (FELIX_HEALTHHOST) needed';
    throw new WeftError('CLI_FAILED', `Cannot ask the agent of node "${node}": ${errorText(error)}, ${needed}`);
  }
  if (!isRecord(answer) || !Array.isArray(answer.rules) || !Array.isArray(answer.denied)) {
    throw new WeftError('CLI_FAILED', `Cannot ask the agent of node "${node}": another answer, its policy needed`);
  }
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  return {
    rules: answer.rules as NodePolicyView['rules'],
    workloads: list(answer.workloads) as NodePolicyView['workloads'],
    hostEndpoints: list(answer.hostEndpoints) as NodePolicyView['hostEndpoints'],
    chains: isRecord(answer.chains) ? (answer.chains as NodePolicyView['chains']) : {},
    denied: answer.denied as NodePolicyView['denied'],
  };
}

function healthPortOf({ resources, felix }: PolicyWorld, name: string): number {
  const node = resources.nodes.find(({ metadata }) => metadata.name === name);
  // 0: it serves none.
  return effectiveFelix(felix, name, node?.metadata.labels).healthPort || defaultHealthPort;
}
