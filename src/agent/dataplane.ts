import type { Clock } from '../base/clock.ts';
import { errorText, hasCode, WeftError } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { degraded, type FailureStreaks, nextStreaks } from '../reconcile/degraded.ts';
import { ReconcileLoop } from '../reconcile/loop.ts';
import { type Failure, isConverged, type Outcome, totalChanges } from '../reconcile/outcome.ts';
import { runPlan } from '../reconcile/plan.ts';
import type { Step } from '../reconcile/step.ts';
import type { Scope } from '../reconcile/wake.ts';
import type { KernelState } from '../render/kernel-state.ts';
import { changedResources } from './kernel-steps.ts';
import type { Metrics } from './metrics.ts';
import type { Readiness } from './readiness.ts';

/** What the dataplane is made with. */
export interface DataplaneOptions {
  readonly steps: (desired: KernelState) => readonly Step[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly refreshMs: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
}

/** A burst of events is one pass; nobody waits for less. */
const settleMs = 2;
const backoff = { firstMs: 200, maxMs: 10_000 };
/** As many repairs of drift within a minute mean that somebody works against us. */
const fightRepairs = 10;
const stuckMs = 20_000;
/** What the kernel announces to nobody when others change it, and how often it is looked at instead. */
const silentKinds: Scope = new Set(['sysctl']);
const silentLookMs = 5000;

/** Keeps the kernel at the desired state. Writes nothing before the first desired state is given. */
export class Dataplane implements Startable {
  readonly #options: DataplaneOptions;
  readonly #loop: ReconcileLoop;
  #desired: KernelState | undefined;
  #applied: KernelState | undefined;
  #streaks: FailureStreaks = new Map();
  #last: Outcome | undefined;
  #repairs: number[] = [];
  #signal: AbortSignal | undefined;
  #passSince: number | undefined;
  readonly #stopped = new AbortController();
  #trouble = '';

  constructor(options: DataplaneOptions) {
    this.#options = options;
    const { clock, random, refreshMs } = options;
    const pass = (scope: Scope, signal: AbortSignal): Promise<boolean> => this.#pass(scope, signal);
    this.#loop = new ReconcileLoop({ pass, clock, random, settleMs, refreshMs, backoff });
    options.readiness.set('dataplane', 'nothing applied yet');
    options.readiness.probe('dataplane pass', () => this.#stuck());
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    void this.#lookAtSilentKinds(AbortSignal.any([signal, this.#stopped.signal]));
    if (this.#desired !== undefined) await this.#loop.start(signal);
  }

  /** The kernel keeps what it has. */
  stop(): Promise<void> {
    this.#stopped.abort();
    return this.#loop.stop();
  }

  /** The first call starts the loop: its first pass is also the sweep of what an earlier run left. */
  setDesired(desired: KernelState): void {
    const before = this.#desired;
    this.#desired = desired;
    if (before !== undefined) this.#loop.wake(changedResources(before, desired));
    else if (this.#signal !== undefined) void this.#loop.start(this.#signal);
  }

  get desired(): KernelState | undefined {
    return this.#desired;
  }

  /** What the kernel has of ours now, by resource; a text says why a resource could not be listed. */
  async actual(): Promise<Readonly<Record<string, unknown>>> {
    const found: Record<string, unknown> = {};
    if (this.#desired === undefined) return found;
    for (const { name, list } of this.#options.steps(this.#desired)) {
      try {
        found[name] = await list(this.#signal ?? AbortSignal.timeout(10_000));
      } catch (error) {
        found[name] = errorText(error);
      }
    }
    return found;
  }

  /** Something of these kinds may have changed in the kernel. */
  wake(scope: Scope): void {
    if (this.#desired !== undefined) this.#loop.wake(scope);
  }

  /**
   * Resolves when a pass that started after this call has looked at these resources; before the first desired state at
   * once.
   *
   * @param mine picks the failures the caller cares about
   * @throws the error of the first failure picked
   */
  async ensure(resources: readonly string[], mine: (resource: string, key: string) => boolean): Promise<void> {
    if (this.#desired === undefined) return;
    await this.#loop.passAfterNow(new Set(resources));
    if (this.#last === undefined) {
      throw new WeftError('AGENT_DATAPLANE', 'Cannot bring the kernel to its desired state: the pass was cut short');
    }
    const failure = this.#last.failures.find(
      ({ resource, key }) => resources.includes(resource) && (key === '' || mine(resource, key)),
    );
    if (failure !== undefined) throw failure.error;
  }

  async #pass(scope: Scope, signal: AbortSignal): Promise<boolean> {
    const { log, clock } = this.#options;
    const desired = this.#desired;
    if (desired === undefined) return true;
    const started = clock.monotonicMs();
    this.#passSince = started;
    this.#last = undefined;
    try {
      const outcome = await this.#run(desired, scope, signal, started);
      return isConverged(outcome);
    } catch (error) {
      if (!signal.aborted) log.error('pass over the kernel failed', { error: errorText(error) });
      throw error;
    } finally {
      this.#passSince = undefined;
    }
  }

  async #run(desired: KernelState, scope: Scope, signal: AbortSignal, started: number): Promise<Outcome> {
    const { metrics, readiness, clock } = this.#options;
    const steps = this.#options.steps(desired);
    const outcome = await runPlan(steps, signal, scope === 'all' ? {} : { only: scope });
    const newer = this.#desired;
    // So much has changed meanwhile that nobody knows any more what was wanted.
    if (newer !== undefined && newer !== desired && outcome.failures.some(isForgotten)) {
      return this.#run(newer, scope, signal, started);
    }
    const ms = Math.round(clock.monotonicMs() - started);
    const wasRepair = this.#applied === desired && totalChanges(outcome) > 0;
    this.#applied = desired;
    this.#last = outcome;
    const looked = new Set(scope === 'all' ? steps.map(({ name }) => name) : [...scope, ...outcome.changed.keys()]);
    this.#streaks = nextStreaks(this.#streaks, outcome, looked);
    const bad = degraded(this.#streaks);
    metrics.pass(outcome, scope === 'all', ms, this.#streaks, bad);
    readiness.setAll('resource ', bad);
    if (isConverged(outcome) || bad.size > 0) readiness.set('dataplane', undefined);
    this.#log(outcome, ms, wasRepair);
    if (wasRepair) this.#noteRepair(outcome);
    return outcome;
  }

  /** One line per pass that changed something, one when something begins to fail, fails otherwise, or works again. */
  #log(outcome: Outcome, ms: number, repair: boolean): void {
    const { log } = this.#options;
    const changed = Object.fromEntries(outcome.changed);
    if (totalChanges(outcome) > 0) log.info(repair ? 'kernel state repaired' : 'kernel state changed', { changed, ms });
    const failures = outcome.failures.map(({ resource, key, error }) => ({ resource, key, error: errorText(error) }));
    const trouble = isConverged(outcome) ? '' : JSON.stringify([failures, outcome.drift]);
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    if (trouble === '') log.info('kernel state complete again');
    else {
      const { length: failed } = failures;
      log.warn('kernel state incomplete', {
        failed,
        failures: failures.slice(0, 10),
        drift: outcome.drift.slice(0, 10),
      });
    }
  }

  async #lookAtSilentKinds(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#options.clock.sleep(silentLookMs, signal);
        this.wake(silentKinds);
      }
    } catch {
      // Stopped.
    }
  }

  /** A pass takes milliseconds; one that does not end waits for a command that hangs. */
  #stuck(): string | undefined {
    if (this.#passSince === undefined) return undefined;
    const ms = this.#options.clock.monotonicMs() - this.#passSince;
    return ms < stuckMs ? undefined : `a pass has been running for ${Math.round(ms / 1000)} s`;
  }

  #noteRepair(outcome: Outcome): void {
    const now = this.#options.clock.monotonicMs();
    this.#repairs = [...this.#repairs.filter((at) => now - at < 60_000), now];
    if (this.#repairs.length !== fightRepairs) return;
    this.#options.log.warn('another program keeps changing what this agent keeps', {
      resources: [...outcome.changed.keys()],
      repairsInAMinute: fightRepairs,
      remedy: 'tell NetworkManager, systemd-networkd and the like to leave cali*, vxlan.calico and tunl0 unmanaged',
    });
  }
}

function isForgotten({ error }: Failure): boolean {
  return hasCode(error, 'JOURNAL_FORGOTTEN');
}
