import { endText } from '../../trace/end-name.ts';
import type { WhyReport } from './why-report.ts';

/** Reports that differ in nothing but the destination are one: a Service may have a thousand backends. */
export function groupReports(reports: readonly WhyReport[]): readonly WhyReport[] {
  const groups = Map.groupBy(reports, signatureOf);
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, also: others.map(({ trace }) => endText(trace.destination)) }],
  );
}

function signatureOf({ trace, checkpoints, portNote, staged, disagreements, live }: WhyReport): string {
  const { packet, source, allowed, notes } = trace;
  const { destination, ...rest } = packet;
  const places = checkpoints.map(({ direction, phase, verdict, steps }) => ({ direction, phase, verdict, steps }));
  const alone = live.length + disagreements.length > 0 ? destination : '';
  return JSON.stringify([rest, source, allowed, notes, places, portNote, staged?.allowed, alone]);
}
