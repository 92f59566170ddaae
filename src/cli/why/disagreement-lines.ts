import type { Disagreement } from '../../trace/cross-check.ts';
import { endpointText } from '../../trace/end-name.ts';

/** Says that the compiled rules are not what the resources say. */
export function disagreementLines({ checkpoint, compiled }: Disagreement): readonly string[] {
  const { direction, endpoint, verdict } = checkpoint;
  const does = compiled === undefined ? 'do not ask there' : compiled.allowed ? 'allow it' : 'deny it';
  return [
    `A defect of weft: the compiled rules for the ${direction} of ${endpointText(endpoint)} ${does},`,
    `the resources ${verdict.allowed ? 'allow' : 'deny'} it; please report it with these resources`,
  ];
}
