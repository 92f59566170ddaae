import type { PolicyState } from '../policy/policy-state.ts';
import type { PolicyResources } from '../policy/resources.ts';
import type { Verdict } from '../policy/verdict.ts';
import { compiledProgram, compiledVerdict } from './compiled-program.ts';
import type { Checkpoint, ConnectionTrace } from './connection.ts';

/** A checkpoint where the compiled rules do not do what the resources say: a defect of this program. */
export interface Disagreement {
  readonly checkpoint: Checkpoint;
  /** Absent: they do not ask there. */
  readonly compiled?: Verdict;
}

/** Compiles the policies for the ends of a connection and compares verdicts. */
export function crossCheck(resources: PolicyResources, { checkpoints }: ConnectionTrace): readonly Disagreement[] {
  const states = new Map<string, PolicyState>();
  const found: Disagreement[] = [];
  for (const checkpoint of checkpoints) {
    // Failsafe ports are no matter of policy's compiler.
    if (checkpoint.verdict.reason.kind === 'failsafe') continue;
    const { node } = checkpoint;
    const here = checkpoints.filter((one) => one.node === node).map(({ endpoint }) => endpoint);
    const state = states.get(node) ?? compiledProgram(resources, node, here);
    states.set(node, state);
    const compiled = compiledVerdict(state, checkpoint);
    if (compiled?.allowed === checkpoint.verdict.allowed) continue;
    found.push(compiled === undefined ? { checkpoint } : { checkpoint, compiled });
  }
  return found;
}
