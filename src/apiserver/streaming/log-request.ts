import type { Query } from '../http/query.ts';
import { invalid, invalidValue } from '../status-error.ts';
import type { LogRequest } from './node-streams.ts';

const podLogOptions = { group: '', plural: 'podlogoptions', kind: 'PodLogOptions' };

/**
 * Reads the query of `pods/NAME/log`.
 *
 * @param now milliseconds since the epoch
 * @throws StatusError 400 for a malformed number, 422 for two ways to say since when, or a time that is none
 */
export function readLogRequest(query: Query, now: number): LogRequest {
  const sinceSeconds = query.count('sinceSeconds');
  const sinceTime = query.text('sinceTime');
  const refuse = (field: string, value: unknown, why: string) =>
    invalid(podLogOptions, '', [invalidValue(field, value, why)]);
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    throw refuse('sinceSeconds', sinceSeconds, 'at most one of `sinceTime` or `sinceSeconds` may be specified');
  }
  if (sinceSeconds === 0) throw refuse('sinceSeconds', 0, 'must be greater than 0');
  const time = sinceTime === undefined ? undefined : Date.parse(sinceTime);
  if (time !== undefined && Number.isNaN(time)) throw refuse('sinceTime', sinceTime, 'must be a time of RFC 3339');
  const limitBytes = query.count('limitBytes');
  if (limitBytes === 0) throw refuse('limitBytes', 0, 'must be greater than 0');
  const stream = query.choice('stream', ['All', 'Stdout', 'Stderr']);
  return {
    follow: query.flag('follow'),
    previous: query.flag('previous'),
    timestamps: query.flag('timestamps'),
    tailLines: query.count('tailLines'),
    since: sinceSeconds === undefined ? time : now - sinceSeconds * 1000,
    limitBytes,
    stream: stream === 'Stdout' ? 'stdout' : stream === 'Stderr' ? 'stderr' : undefined,
  };
}
