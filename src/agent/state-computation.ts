import type { CalicoNodeFields } from '../api/node-annotations.ts';
import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { computeNodeState } from '../desired/compute.ts';
import type { NodeState } from '../desired/node-state.ts';
import type { MachineFacts } from '../desired/snapshot.ts';
import type { BgpInputsReader } from './bgp-inputs.ts';
import type { Caches } from './caches.ts';
import type { Endpoints } from './endpoints.ts';
import type { HandOver } from './hand-over.ts';
import type { AgentOptions } from './options.ts';
import type { Readiness } from './readiness.ts';

/** What the computation reads and tells. */
export interface StateComputationParts {
  readonly options: Pick<AgentOptions, 'nodeName' | 'backend'>;
  readonly caches: Caches;
  readonly endpoints: Endpoints;
  /** Absent without BGP. */
  readonly bgpInputs: BgpInputsReader | undefined;
  readonly handOver: HandOver;
  /** This node's ends of its tunnels, announced or not. */
  readonly ownTunnels: () => CalicoNodeFields;
  /** `undefined` as long as the machine's place in the cluster is not known: nothing is computed then. */
  readonly machine: () => MachineFacts | undefined;
  /** Called with every state that differs from the one before. */
  readonly onState: (state: NodeState) => void;
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
  #text = '';
  #warnings = '';
  #running: Promise<void> | undefined;
  #settling = false;
  #lastMs = 0;

  constructor(parts: StateComputationParts) {
    this.#parts = parts;
  }

  get state(): NodeState | undefined {
    return this.#state;
  }

  /** Computes soon; calls until then share one computation. Resolves when `onState` has been told. */
  request(): Promise<void> {
    this.#running ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#running = undefined;
        this.#compute();
        resolve();
      });
    });
    return this.#running;
  }

  /** The same for what comes in bursts: takes 20 ms of it together, more in a cluster where computing takes long. */
  requestSoon(): void {
    if (this.#settling) return;
    this.#settling = true;
    this.#parts.clock.sleep(Math.max(settleMs, restFactor * this.#lastMs)).then(
      () => {
        this.#settling = false;
        void this.request();
      },
      () => {},
    );
  }

  #compute(): void {
    const { options, caches, endpoints, bgpInputs, handOver, readiness, clock, log } = this.#parts;
    const machine = this.#parts.machine();
    if (machine === undefined || !caches.hasSynced) return;
    const bgp = bgpInputs?.read();
    // Without its passwords BGP would lose sessions that stand.
    if (bgpInputs !== undefined && bgp === undefined) return;
    const started = clock.monotonicMs();
    try {
      const snapshot = {
        nodeName: options.nodeName,
        backend: options.backend,
        machine,
        nodes: caches.nodes.items(),
        pools: caches.pools.items(),
        blocks: caches.blocks.items(),
        felixConfigurations: caches.felixConfigurations.items(),
        endpoints: endpoints.current().map(({ endpoint }) => endpoint),
        keptTunnels: handOver.keptTunnels,
        ownTunnels: this.#parts.ownTunnels(),
        ...(bgp === undefined ? {} : { bgp }),
      };
      this.#take(handOver.take(snapshot, computeNodeState(snapshot)));
      readiness.set('compute', undefined);
    } catch (error) {
      log.error('cannot compute the state of the node', { error: errorText(error) });
      readiness.set('compute', errorText(error));
    }
    this.#lastMs = clock.monotonicMs() - started;
  }

  /** Most changes of the cluster change nothing here: nobody is told then. */
  #take(state: NodeState): void {
    const text = JSON.stringify(state);
    if (text === this.#text) return;
    this.#text = text;
    this.#state = state;
    const warnings = state.warnings.join('\n');
    if (warnings !== this.#warnings && warnings !== '') {
      this.#parts.log.warn('cluster state has faults', { warnings: state.warnings });
    }
    this.#warnings = warnings;
    this.#parts.onState(state);
  }
}
