import type { FelixConfiguration, IPPool } from '../api/calico.ts';
import type { PolicyResources } from '../policy/resources.ts';
import { type ConnectionTrace, traceConnection } from './connection.ts';
import { enforceStaged } from './enforce-staged.ts';
import { type ExplainedCheckpoint, explainTrace } from './explain.ts';
import { traceContext } from './trace-context.ts';

/** What is not policy, and yet decides. */
export interface NodeSettings {
  readonly felix: readonly FelixConfiguration[];
  readonly pools: readonly IPPool[];
}

/** What would become of a connection if the staged policies were enforced. */
export interface StagedEffect {
  readonly allowed: boolean;
  readonly checkpoints: readonly ExplainedCheckpoint[];
}

/** @returns `undefined` when nothing is staged, or it would change nothing here */
export function stagedEffect(
  resources: PolicyResources,
  { felix, pools }: NodeSettings,
  { source, destination, packet, allowed }: ConnectionTrace,
): StagedEffect | undefined {
  const enforced = enforceStaged(resources);
  if (enforced === resources) return undefined;
  const context = traceContext(enforced, felix, pools);
  const trace = traceConnection(context, source, destination, packet);
  if (trace.allowed === allowed) return undefined;
  return { allowed: trace.allowed, checkpoints: explainTrace(context, trace) };
}
