import type { PolicyResources } from '../../policy/resources.ts';
import { type ConnectionTrace, type TraceContext, traceConnection } from '../../trace/connection.ts';
import { crossCheck } from '../../trace/cross-check.ts';
import { explainTrace } from '../../trace/explain.ts';
import { findRemedy } from '../../trace/remedy.ts';
import { stagedEffect } from '../../trace/staged-effect.ts';
import { tunnelAddresses } from '../policy/node-addresses.ts';
import type { PolicyWorld } from '../policy/policy-world.ts';
import type { Question } from '../policy/questions.ts';
import type { WhyReport } from './why-report.ts';

/** Answers a question by the resources, and checks the answer by what is compiled from them. */
export function makeReport(context: TraceContext, world: PolicyWorld, question: Question): WhyReport {
  const { resources } = world;
  const { source, destination, packet, portNote } = question;
  const trace = traceConnection(context, source, destination, packet);
  const denied = trace.checkpoints.filter(({ verdict }) => !verdict.allowed);
  const staged = stagedEffect(resources, world, trace);
  return {
    trace: { ...trace, notes: [...trace.notes, ...tunnelNotes(resources, trace)] },
    ...(portNote === undefined ? {} : { portNote }),
    checkpoints: explainTrace(context, trace),
    remedies: denied.flatMap((checkpoint) => findRemedy(resources, trace, checkpoint) ?? []),
    ...(staged === undefined ? {} : { staged }),
    disagreements: crossCheck(resources, trace),
    live: [],
    also: [],
  };
}

/** Which address a node talks from depends on its routes. */
function tunnelNotes({ nodes }: PolicyResources, { source, destination }: ConnectionTrace): readonly string[] {
  if (source.kind !== 'node' || destination.kind !== 'pod' || source.name === destination.node) return [];
  const node = nodes.find(({ metadata }) => metadata.name === source.name);
  const others = (node === undefined ? [] : tunnelAddresses(node)).filter((address) => address !== source.address);
  if (others.length === 0) return [];
  return [
    `To pods that are reached through a tunnel ${source.name} talks from ${others.join(' or ')}: ask for that, too`,
  ];
}
