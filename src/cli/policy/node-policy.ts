import type { FelixConfiguration } from '../../api/calico.ts';
import { errorText, WeftError } from '../../base/errors.ts';
import { isRecord } from '../../base/is-record.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import type { PolicyId } from '../../policy/policy-id.ts';
import type { HostEndpointWalks, RuleIdentity, WorkloadWalks } from '../../policy/policy-state.ts';

/** Packets and their bytes. */
export interface Counted {
  readonly packets: number;
  readonly bytes: number;
}

/** A packet that the node denied, as its agent noted it; how often, and when (ISO 8601). */
export interface DeniedPacket {
  readonly direction: string;
  readonly reason: string;
  readonly tier?: string;
  readonly policy?: string;
  readonly rule?: number;
  readonly source?: string;
  readonly destination?: string;
  readonly protocol?: string;
  readonly destinationPort?: number;
  readonly workload?: string;
  readonly count: number;
  readonly lastSeen?: string;
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
export async function readNodePolicy(
  cluster: HttpCluster,
  node: string,
  felix: readonly FelixConfiguration[],
): Promise<NodePolicyView> {
  const path = `/api/v1/nodes/${encodeURIComponent(node)}:${healthPortOf(felix, node)}/proxy/debug/policy`;
  let answer: unknown;
  try {
    answer = await cluster.request<unknown>('GET', path);
  } catch (error) {
    throw new WeftError('CLI_FAILED', `Cannot ask the agent of node "${node}": ${errorText(error)}`);
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

function healthPortOf(felix: readonly FelixConfiguration[], node: string): number {
  const portOf = (name: string): unknown => {
    const spec: unknown = felix.find(({ metadata }) => metadata.name === name)?.spec;
    return isRecord(spec) ? spec.healthPort : undefined;
  };
  const port = portOf(`node.${node}`) ?? portOf('default');
  return typeof port === 'number' && port > 0 ? port : defaultHealthPort;
}

/** True for the rule of a policy, whichever way it was written down. */
export function isSamePolicy(a: PolicyId, b: PolicyId): boolean {
  return a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '');
}
