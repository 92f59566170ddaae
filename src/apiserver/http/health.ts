import { StatusError } from '../status-error.ts';
import type { Store } from '../storage/store.ts';

/** Looks at one part of the server. */
interface Check {
  readonly name: string;
  /** What is wrong, `undefined` when all is well. */
  problem(store: Store): string | undefined;
}

/** `etcd` is what load balancers and people ask for by name: the store behind the server. */
const storage: Check = { name: 'etcd', problem: (store) => store.problem() };
const alive: Check = { name: 'ping', problem: () => undefined };

const endpoints: Readonly<Record<string, readonly Check[]>> = {
  livez: [alive],
  healthz: [alive, storage],
  readyz: [alive, storage],
};

/** The text of a health answer. */
export interface HealthReport {
  readonly ok: boolean;
  readonly text: string;
}

/** What a query of a health path asks for. */
export interface HealthQuery {
  readonly verbose: boolean;
  /** Checks left out. */
  readonly exclude: readonly string[];
}

/**
 * Answers `/livez`, `/readyz`, `/healthz` and the paths of single checks below them, in the form of kube-apiserver:
 * `ok`, or one line per check (`[+]ping ok`) when `verbose` is asked for or something failed.
 *
 * @throws StatusError 404 for a check that there is none of
 */
export function checkHealth(store: Store, path: string, query: HealthQuery): HealthReport {
  const [endpoint = '', single] = path.replace(/^\//, '').split('/');
  const checks = endpoints[endpoint];
  const wanted = single === undefined ? checks : checks?.filter(({ name }) => name === single);
  if (wanted === undefined || wanted.length === 0) {
    throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
  }
  const names = new Set(wanted.map(({ name }) => name));
  const unknown = query.exclude.filter((name) => !names.has(name)).map((name) => JSON.stringify(name));
  let ok = true;
  const lines = wanted.map((check) => {
    if (query.exclude.includes(check.name)) return `[+]${check.name} excluded: ok`;
    const problem = check.problem(store);
    if (problem === undefined) return `[+]${check.name} ok`;
    ok = false;
    return `[-]${check.name} failed: ${problem}`;
  });
  if (ok && !query.verbose) return { ok, text: 'ok' };
  if (unknown.length > 0)
    lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown.join(',')}`);
  return { ok, text: `${[...lines, `${endpoint} check ${ok ? 'passed' : 'failed'}`].join('\n')}\n` };
}
