import type { CalicoNodeFields } from '../api/node-annotations.ts';
import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { computeNodeState } from '../desired/compute.ts';
import type { NodeState } from '../desired/node-state.ts';
import type { NodePolicy } from '../desired/policy-feed.ts';
import type { LocalEndpoint, MachineFacts } from '../desired/snapshot.ts';
import type { BgpInputsReader } from './bgp-inputs.ts';
import type { Caches } from './caches.ts';
import type { Endpoints } from './endpoints.ts';
import type { HandOver } from './hand-over.ts';
import type { AgentOptions } from './options.ts';
import type { Policy } from './policy.ts';
import type { Readiness } from './readiness.ts';

/** What the computation reads and tells. */
export interface StateComputationParts {
  readonly options: Pick<AgentOptions, 'nodeName' | 'backend'>;
  readonly caches: Caches;
  readonly endpoints: Endpoints;
  /** Absent without BGP. */
  readonly bgpInputs: BgpInputsReader | undefined;
  readonly handOver: HandOver;
  readonly policy: Pick<Policy, 'compute' | 'warnings'>;
  /** This node's ends of its tunnels, announced or not. */
  readonly ownTunnels: () => CalicoNodeFields;
  /** `undefined` as long as the machine's place in the cluster is not known: nothing is computed then. */
  readonly machine: () => MachineFacts | undefined;
  /** Called when either differs from the one before. What is the same is the same object. */
  readonly onState: (state: NodeState, policy: NodePolicy) => void;
  readonly readiness: Readiness;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What changes all the time in a large cluster and nobody waits for is taken together for so long, */
const settleMs = 20;
/** or for so many times what a computation takes: at most a fifth of a core goes into it. */
const restFactor = 4;

/** Turns what is known now into the desired state of the node. Nothing is computed before the watches are in sync. */
export class StateComputation {
  readonly #parts: StateComputationParts;
  #state: NodeState | undefined;
  #policy: NodePolicy | undefined;
  #text = '';
  #warnings = '';
  #running: Promise<void> | undefined;
  #settling = false;
  /** Something besides policy may have changed. */
  #nodeStale = true;
  #lastMs = 0;

  constructor(parts: StateComputationParts) {
    this.#parts = parts;
  }

  get state(): NodeState | undefined {
    return this.#state;
  }

  /** Computes soon; calls until then share one computation. Resolves when `onState` has been told. */
  request(): Promise<void> {
    this.#nodeStale = true;
    return this.#soon();
  }

  /** The same for what comes in bursts: takes 20 ms of it together, more in a cluster where computing takes long. */
  requestSoon(): void {
    this.#nodeStale = true;
    this.policyChanged();
  }

  /** As {@link requestSoon}, for what concerns nothing but policy: pods come and go all the time in a large cluster. */
  policyChanged(): void {
    if (this.#settling) return;
    this.#settling = true;
    this.#parts.clock.sleep(Math.max(settleMs, restFactor * this.#lastMs)).then(
      () => {
        this.#settling = false;
        void this.#soon();
      },
      () => {},
    );
  }

  #soon(): Promise<void> {
    this.#running ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#running = undefined;
        this.#compute();
        resolve();
      });
    });
    return this.#running;
  }

  #compute(): void {
    const { caches, endpoints, policy, readiness, clock, log } = this.#parts;
    if (this.#parts.machine() === undefined || !caches.hasSynced) return;
    const started = clock.monotonicMs();
    try {
      const attached = endpoints.current().map(({ endpoint }) => endpoint);
      const state = this.#nodeState(attached);
      if (state === undefined) return;
      this.#take(state, policy.compute(attached));
      this.#nodeStale = false;
      readiness.set('compute', undefined);
    } catch (error) {
      log.error('cannot compute the state of the node', { error: errorText(error) });
      readiness.set('compute', errorText(error));
    }
    this.#lastMs = clock.monotonicMs() - started;
  }

  /** The last one, when nothing but policy can have changed; `undefined` when it cannot be said yet. */
  #nodeState(attached: readonly LocalEndpoint[]): NodeState | undefined {
    if (!this.#nodeStale && this.#state !== undefined) return this.#state;
    const { options, caches, bgpInputs, handOver } = this.#parts;
    const machine = this.#parts.machine();
    const bgp = bgpInputs?.read();
    // Without its passwords BGP would lose sessions that stand.
    if (machine === undefined || (bgpInputs !== undefined && bgp === undefined)) return undefined;
    const snapshot = {
      nodeName: options.nodeName,
      backend: options.backend,
      machine,
      nodes: caches.nodes.items(),
      pools: caches.pools.items(),
      blocks: caches.blocks.items(),
      felixConfigurations: caches.felixConfigurations.items(),
      endpoints: attached,
      keptTunnels: handOver.keptTunnels,
      ownTunnels: this.#parts.ownTunnels(),
      ...(bgp === undefined ? {} : { bgp }),
    };
    return handOver.take(snapshot, computeNodeState(snapshot));
  }

  /** Most changes of the cluster change nothing here: nobody is told then. */
  #take(computed: NodeState, policy: NodePolicy): void {
    const text = computed === this.#state ? this.#text : JSON.stringify(computed);
    const state = this.#state !== undefined && text === this.#text ? this.#state : computed;
    this.#warn([...state.warnings, ...this.#parts.policy.warnings()]);
    if (state === this.#state && policy === this.#policy) return;
    this.#text = text;
    this.#state = state;
    this.#policy = policy;
    this.#parts.onState(state, policy);
  }

  #warn(warnings: readonly string[]): void {
    const text = warnings.join('\n');
    if (text !== this.#warnings && text !== '') this.#parts.log.warn('cluster state has faults', { warnings });
    this.#warnings = text;
  }
}
