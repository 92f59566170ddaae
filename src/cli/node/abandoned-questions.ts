import type { CalicoNodeStatus } from '../../api/calico-config.ts';

/** A question as old as this belongs to a command that was interrupted. */
const abandonedMs = 60_000;

/**
 * Those of `found` that nobody waits for any more.
 *
 * @param newest made just now: the clock of the server, by which all of them are dated
 */
export function abandonedQuestions(
  found: readonly CalicoNodeStatus[],
  newest: CalicoNodeStatus | undefined,
): readonly CalicoNodeStatus[] {
  const timeOf = (question: CalicoNodeStatus | undefined) => Date.parse(question?.metadata.creationTimestamp ?? '');
  return found.filter((question) => timeOf(newest) - timeOf(question) > abandonedMs);
}
