import { readFileSync } from 'node:fs';
import type { ClusterInformation } from '../../api/calico.ts';
import { WeftError } from '../../base/errors.ts';
import { fileErrorText } from '../../base/file-error-text.ts';
import { isRecord } from '../../base/is-record.ts';
import type { IpamReport } from '../../ipam/check-ipam.ts';
import { clientVersion } from '../client-version.ts';

/** One allocation in a report; the keys are those of calicoctl's report. */
export interface ReportedAllocation {
  readonly ip: string;
  readonly handle: string;
  readonly sequenceNumber?: number;
  readonly inUse: boolean;
}

/** What `ipam check -o FILE` writes and `ipam release --from-report FILE` reads. */
export interface LeakReport {
  readonly version: string;
  readonly clusterGUID: string;
  readonly allocations: Readonly<Record<string, readonly ReportedAllocation[]>>;
}

/** The report of a check. */
export function leakReport({ allocations, problems }: IpamReport, information: ClusterInformation | undefined) {
  const entries = allocations.map(({ address, verdict }) => ({
    ...address,
    inUse: verdict.kind === 'in use',
    reason: verdict.reason,
  }));
  return {
    version: clientVersion,
    clusterGUID: information?.spec.clusterGUID ?? '',
    clusterType: information?.spec.clusterType ?? '',
    clusterInformationRevision: information?.metadata.resourceVersion ?? '',
    datastoreLocked: information?.spec.datastoreReady === false,
    allocations: Object.fromEntries(Map.groupBy(entries, ({ ip }) => ip)),
    problems,
  };
}

/**
 * Reads a report.
 *
 * @throws WeftError CLI_REPORT naming the file and what is wrong with it
 */
export function readLeakReport(file: string): LeakReport {
  const fail = (problem: string) => new WeftError('CLI_REPORT', `Cannot read report "${file}": ${problem}`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw fail(fileErrorText(error));
  }
  if (!isRecord(value) || !isRecord(value.allocations) || typeof value.clusterGUID !== 'string') {
    throw fail('what "weft ipam check -o FILE" writes needed');
  }
  const allocations: Record<string, ReportedAllocation[]> = {};
  for (const [ip, list] of Object.entries(value.allocations)) {
    if (!Array.isArray(list) || !list.every(isAllocation)) throw fail(`allocations of ${ip} cannot be understood`);
    allocations[ip] = list;
  }
  return { version: String(value.version ?? ''), clusterGUID: value.clusterGUID, allocations };
}

/** What is leaked in every one of the reports, as the very same allocation. */
export function leakedInAll(reports: readonly LeakReport[]): readonly ReportedAllocation[] {
  const leaks = reports.map(({ allocations }) =>
    Object.values(allocations)
      .flat()
      .filter(({ inUse }) => !inUse),
  );
  const [first = [], ...others] = leaks;
  const seen = others.map((list) => new Set(list.map(identity)));
  return first.filter((leak) => seen.every((known) => known.has(identity(leak))));
}

function identity({ ip, handle, sequenceNumber }: ReportedAllocation): string {
  return `${ip} ${handle} ${sequenceNumber}`;
}

function isAllocation(value: unknown): value is ReportedAllocation {
  return (
    isRecord(value) &&
    typeof value.ip === 'string' &&
    typeof value.handle === 'string' &&
    typeof value.inUse === 'boolean' &&
    ['number', 'undefined'].includes(typeof value.sequenceNumber)
  );
}
