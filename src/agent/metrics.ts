import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CniRequest } from '../api/cni-exchange.ts';
import type { FailureStreaks } from '../reconcile/degraded.ts';
import type { Outcome } from '../reconcile/outcome.ts';

/** Seconds, from a millisecond to half a minute. */
const buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];

/** The agent's Prometheus metrics: `felix_*` where the meaning is Felix's, `weft_*` for the rest. */
export class Metrics {
  readonly registry = new Registry();
  readonly #changes = this.#counter('weft_reconcile_changes_total', 'Values changed in the kernel', [
    'resource',
    'change',
  ]);
  readonly #failures = this.#counter('weft_reconcile_failures_total', 'Values that could not be changed', ['resource']);
  readonly #drift = this.#counter('weft_reconcile_drift_total', 'Values that differ after a write without error', [
    'resource',
  ]);
  readonly #degraded = this.#gauge('weft_resource_degraded', '1 while the resource fails pass after pass', [
    'resource',
  ]);
  readonly #applySeconds = this.#histogram(
    'felix_int_dataplane_apply_time_seconds',
    'Time of a pass over the kernel',
    [],
  );
  readonly #applyFailures = this.#counter('felix_int_dataplane_failures', 'Passes in which something failed', []);
  readonly #resyncs = this.#counter('felix_resyncs_started', 'Full passes', []);
  readonly #endpoints = this.#gauge('felix_active_local_endpoints', 'Pods wired on this node', []);
  readonly #hosts = this.#gauge('felix_cluster_num_hosts', 'Nodes of the cluster', []);
  readonly #routes = this.#gauge('felix_route_table_num_routes', 'Routes this node should have', []);
  readonly #resyncState = this.#gauge(
    'felix_resync_state',
    'State of the API feed: 1 wait-for-ready, 2 resync, 3 in-sync',
    [],
  );
  readonly #cniSeconds = this.#histogram('weft_cni_request_seconds', 'Time of a CNI request', ['command', 'outcome']);
  readonly #releases = this.#gauge('weft_pending_releases', 'Addresses to release when the API server answers', []);

  constructor(node: string) {
    collectDefaultMetrics({ register: this.registry });
    this.#gauge('felix_host', 'Always 1', ['host']).set({ host: node }, 1);
    this.resyncState(1);
  }

  /** One pass over the kernel. */
  pass(
    outcome: Outcome,
    full: boolean,
    ms: number,
    streaks: FailureStreaks,
    degraded: ReadonlyMap<string, string>,
  ): void {
    this.#applySeconds.observe(ms / 1000);
    if (full) this.#resyncs.inc();
    if (outcome.failures.length + outcome.drift.length > 0) this.#applyFailures.inc();
    for (const [resource, { created, updated, removed }] of outcome.changed) {
      this.#changes.inc({ resource, change: 'created' }, created);
      this.#changes.inc({ resource, change: 'updated' }, updated);
      this.#changes.inc({ resource, change: 'removed' }, removed);
    }
    for (const { resource } of outcome.failures) this.#failures.inc({ resource });
    for (const { resource } of outcome.drift) this.#drift.inc({ resource });
    this.#degraded.reset();
    for (const resource of streaks.keys()) this.#degraded.set({ resource }, degraded.has(resource) ? 1 : 0);
  }

  sizes(sizes: { endpoints: number; nodes: number; routes: number }): void {
    this.#endpoints.set(sizes.endpoints);
    this.#hosts.set(sizes.nodes);
    this.#routes.set(sizes.routes);
  }

  resyncState(state: 1 | 2 | 3): void {
    this.#resyncState.set(state);
  }

  pendingReleases(count: number): void {
    this.#releases.set(count);
  }

  cni(command: CniRequest['command'], ok: boolean, ms: number): void {
    this.#cniSeconds.observe({ command, outcome: ok ? 'ok' : 'error' }, ms / 1000);
  }

  #counter<T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<T extends string>(name: string, help: string, labelNames: readonly T[]): Gauge<T> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram<T extends string>(name: string, help: string, labelNames: readonly T[]): Histogram<T> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }
}
