import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Store } from '../storage/store.ts';
import type { RequestPath } from './request-path.ts';

/** Seconds, from a millisecond to a minute. */
const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const names = ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'] as const;

type RequestLabels = Readonly<Record<(typeof names)[number], string>>;

/** How a request is counted. */
export interface MeasuredRequest {
  readonly labels: RequestLabels;
  /** Watches and streams: counted while they run, their time is not a latency. */
  readonly longRunning: boolean;
  readonly mutating: boolean;
}

/** The server's Prometheus metrics, under the names people know from kube-apiserver. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'apiserver_request_total',
    help: 'Requests answered, by verb, resource and HTTP status',
    labelNames: [...names, 'code'],
    registers: [this.#registry],
  });
  readonly #seconds = new Histogram({
    name: 'apiserver_request_duration_seconds',
    help: 'Time until the answer was sent, without watches and streams',
    labelNames: names,
    buckets,
    registers: [this.#registry],
  });
  readonly #inFlight = new Gauge({
    name: 'apiserver_current_inflight_requests',
    help: 'Requests being answered now, without watches and streams',
    labelNames: ['request_kind'],
    registers: [this.#registry],
  });
  readonly #longRunning = new Gauge({
    name: 'apiserver_longrunning_requests',
    help: 'Watches and streams that are open now',
    labelNames: names,
    registers: [this.#registry],
  });

  constructor(store: Store) {
    collectDefaultMetrics({ register: this.#registry });
    for (const kind of ['mutating', 'readOnly']) this.#inFlight.set({ request_kind: kind }, 0);
    const objects: Gauge<'resource'> = new Gauge({
      name: 'apiserver_storage_objects',
      help: 'Objects stored, by resource',
      labelNames: ['resource'],
      registers: [this.#registry],
      collect: () => {
        objects.reset();
        for (const resource of store.resources()) objects.set({ resource }, store.count(resource));
      },
    });
  }

  /** Counts a request that begins; the returned function counts its end. @param code HTTP status */
  begin({ labels, longRunning, mutating }: MeasuredRequest): (code: number) => void {
    const started = performance.now();
    const kind = { request_kind: mutating ? 'mutating' : 'readOnly' };
    if (longRunning) this.#longRunning.inc(labels);
    else this.#inFlight.inc(kind);
    return (code) => {
      if (longRunning) this.#longRunning.dec(labels);
      else {
        this.#inFlight.dec(kind);
        this.#seconds.observe(labels, (performance.now() - started) / 1000);
      }
      this.#requests.inc({ ...labels, code: String(code) });
    };
  }

  /** The text of `/metrics` and its media type. */
  async text(): Promise<{ readonly type: string; readonly text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}

const streams = ['exec', 'attach', 'portforward', 'log'];
const verbs: Readonly<Record<string, string>> = { POST: 'POST', PUT: 'PUT', PATCH: 'PATCH', DELETE: 'DELETE' };

/** How a request is counted: kube-apiserver's verbs (`LIST`, `WATCH`, `APPLY`, `CONNECT`, ...) and scopes. */
export function measuredRequest(method: string, path: RequestPath, watch: boolean, mediaType: string): MeasuredRequest {
  const mutating = method !== 'GET' && method !== 'HEAD';
  if (path.kind !== 'resource') {
    const labels = { verb: method, group: '', version: '', resource: '', subresource: '', scope: '' };
    return { labels: { ...labels, component: 'apiserver' }, longRunning: false, mutating };
  }
  const { group, version, plural, namespace, name, subresource = '' } = path;
  const stream = streams.includes(subresource) && plural === 'pods';
  return {
    labels: {
      verb: stream && subresource !== 'log' ? 'CONNECT' : verbOf(method, path, watch, mediaType),
      group,
      version,
      resource: plural,
      subresource,
      scope: name !== undefined ? 'resource' : namespace !== undefined ? 'namespace' : 'cluster',
      component: 'apiserver',
    },
    longRunning: watch || stream,
    mutating,
  };
}

function verbOf(method: string, path: Extract<RequestPath, { kind: 'resource' }>, watch: boolean, mediaType: string) {
  if (watch) return 'WATCH';
  if (method === 'GET' && path.name === undefined) return 'LIST';
  if (method === 'DELETE' && path.name === undefined) return 'DELETECOLLECTION';
  if (method === 'PATCH' && mediaType.startsWith('application/apply-patch')) return 'APPLY';
  return method === 'GET' ? 'GET' : (verbs[method] ?? 'other');
}
