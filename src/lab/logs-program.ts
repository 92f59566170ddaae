import { pipeline } from 'node:stream/promises';
import { readExitStatus } from '../apiserver/streaming/exit-status.ts';
import { WeftError } from '../base/errors.ts';
import { findConnection } from '../datastore/find-connection.ts';
import { defaultTimeouts, HttpTransport } from '../datastore/http-transport.ts';
import { parsePodName } from './pod-name.ts';
import { orUsage, readCommandLine, readNumber, usageError } from './usage.ts';

const usage = `usage: weft logs POD [-n NAMESPACE] [-c CONTAINER] [-f] [-p] [--tail N] [--since DURATION] [--timestamps]

Prints what a container has printed. -f goes on until it ends, -p shows its run before the last restart; a duration is
like 90s, 5m or 2h.
`;

/** `weft logs POD`. */
export function run(argv: readonly string[]): Promise<number> {
  return orUsage(usage, () => printLogs(argv));
}

async function printLogs(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readCommandLine(argv, {
    namespace: { type: 'string', short: 'n' },
    container: { type: 'string', short: 'c' },
    follow: { type: 'boolean', short: 'f' },
    previous: { type: 'boolean', short: 'p' },
    tail: { type: 'string' },
    since: { type: 'string' },
    timestamps: { type: 'boolean' },
    kubeconfig: { type: 'string' },
    context: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const [target, ...more] = positionals;
  if (target === undefined) throw usageError('POD is missing');
  if (more.length > 0) throw usageError(`Unexpected word "${more[0]}"`);
  const query = new URLSearchParams();
  for (const name of ['follow', 'previous', 'timestamps'] as const) if (values[name] === true) query.set(name, 'true');
  if (values.container !== undefined) query.set('container', values.container);
  const tail = readNumber('tail', values.tail);
  if (tail !== undefined) query.set('tailLines', String(tail));
  if (values.since !== undefined) query.set('sinceSeconds', String(readSeconds(values.since)));
  const { kubeconfig, context } = values;
  const connection = await findConnection({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  const { namespace, name } = parsePodName(target, values.namespace ?? connection.namespace);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log?${query}`;
  const answer = await new HttpTransport(connection, defaultTimeouts).send({ method: 'GET', path, accept: '*/*' });
  if (answer.statusCode === 200) {
    await pipeline(answer, process.stdout, { end: false });
    return 0;
  }
  const text = Buffer.concat(await answer.toArray()).toString();
  const status = readExitStatus(text);
  const why = 'failure' in status ? status.failure : `status ${answer.statusCode}`;
  throw new WeftError('LAB_LOGS', `Cannot read logs of pod "${namespace}/${name}": ${why}`);
}

/** `90s`, `5m`, `2h`, or several of them: `1h30m`. @throws WeftError LAB_USAGE */
function readSeconds(text: string): number {
  const seconds: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
  const parts = [...text.matchAll(/(\d{1,6})([hms])/g)];
  const total = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (seconds[unit ?? ''] ?? 0), 0);
  if (parts.map(([part]) => part).join('') === text && total > 0) return total;
  throw usageError(`--since is "${text}", a duration like 90s, 5m or 2h needed`);
}
