import { errorText } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { computeNodeState } from '../desired/compute.ts';
import type { NodeState } from '../desired/node-state.ts';
import type { MachineFacts } from '../desired/snapshot.ts';
import type { Caches } from './caches.ts';
import type { Endpoints } from './endpoints.ts';
import type { AgentOptions } from './options.ts';
import type { Readiness } from './readiness.ts';

/** What the computation reads and tells. */
export interface StateComputationParts {
  readonly options: Pick<AgentOptions, 'nodeName' | 'backend'>;
  readonly caches: Caches;
  readonly endpoints: Endpoints;
  /** `undefined` as long as the machine's place in the cluster is not known: nothing is computed then. */
  readonly machine: () => MachineFacts | undefined;
  /** Called with every state that differs from the one before. */
  readonly onState: (state: NodeState) => void;
  readonly readiness: Readiness;
  readonly log: Logger;
}

/** Turns what is known now into the desired state of the node. Nothing is computed before the watches are in sync. */
export class StateComputation {
  readonly #parts: StateComputationParts;
  #state: NodeState | undefined;
  #text = '';
  #warnings = '';
  #running: Promise<void> | undefined;

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

  #compute(): void {
    const { options, caches, endpoints, readiness, log } = this.#parts;
    const machine = this.#parts.machine();
    if (machine === undefined || !caches.hasSynced) return;
    try {
      const state = computeNodeState({
        nodeName: options.nodeName,
        backend: options.backend,
        machine,
        nodes: caches.nodes.items(),
        pools: caches.pools.items(),
        blocks: caches.blocks.items(),
        felixConfigurations: caches.felixConfigurations.items(),
        endpoints: endpoints.current().map(({ endpoint }) => endpoint),
      });
      this.#take(state);
      readiness.set('compute', undefined);
    } catch (error) {
      log.error('cannot compute the state of the node', { error: errorText(error) });
      readiness.set('compute', errorText(error));
    }
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
