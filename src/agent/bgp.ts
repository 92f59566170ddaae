import type { Registry } from 'prom-client';
import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { objectText } from '../base/object-text.ts';
import type { BirdRoute } from '../bird/bird-route.ts';
import { formatBirdConfiguration } from '../bird/format.ts';
import type { Cluster } from '../datastore/cluster.ts';
import { createEventRecorder } from '../datastore/record-event.ts';
import type { NodeState } from '../desired/node-state.ts';
import type { NetlinkSocket } from '../host/netlink-socket.ts';
import { renderBirdConfiguration } from '../render/bird-config.ts';
import { passwordProblem } from '../render/bird-password.ts';
import { bestBirdRoutes, openBird } from './bgp-bird.ts';
import { BgpControl, type BirdDoor } from './bgp-control.ts';
import { BgpEvents } from './bgp-events.ts';
import { BgpInputsReader } from './bgp-inputs.ts';
import { BgpMetrics } from './bgp-metrics.ts';
import { BgpSecrets } from './bgp-secrets.ts';
import { type BgpStatus, unreadiness } from './bgp-status.ts';
import { BirdRouteSweep } from './bird-route-sweep.ts';
import type { Caches } from './caches.ts';
import { describeBgp } from './describe-bgp.ts';
import type { AgentOptions } from './options.ts';
import type { Readiness } from './readiness.ts';

/** What BGP works with. */
export interface BgpParts {
  readonly options: AgentOptions;
  readonly nl: NetlinkSocket;
  readonly cluster: Cluster;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly readiness: Readiness;
  readonly registry: Registry;
  /** Called when what BGP is computed from has changed. */
  readonly onInputs: () => void;
}

/** BGP of this node: what it is computed from, BIRD kept at what is computed, and all that is told of it. */
export class Bgp implements Startable {
  readonly inputs: BgpInputsReader;
  readonly #parts: BgpParts;
  readonly #secrets: BgpSecrets;
  readonly #bird: BirdDoor;
  readonly #control: BgpControl;
  readonly #metrics: BgpMetrics;
  readonly #events: BgpEvents;
  readonly #sweep: BirdRouteSweep;
  readonly #abort = new AbortController();
  #state: NodeState | undefined;

  constructor(parts: BgpParts) {
    this.#parts = parts;
    const { options, cluster, caches, clock, random, log, registry, onInputs } = parts;
    this.#secrets = new BgpSecrets({ cluster, namespace: options.namespace, log, onChange: onInputs });
    const { signal } = this.#abort;
    this.inputs = new BgpInputsReader({
      ...{ nodeName: options.nodeName, caches, secrets: this.#secrets, clock, signal, onChange: onInputs },
      ...(options.routerId === undefined ? {} : { routerId: options.routerId }),
    });
    this.#metrics = new BgpMetrics(registry);
    const record = createEventRecorder(cluster, clock, log);
    this.#events = new BgpEvents({ record, caches, clock, log, host: options.nodeName });
    this.#bird = openBird(options.bird);
    const bestRoutes = (own: AbortSignal) => bestBirdRoutes(options.bird, own);
    this.#sweep = new BirdRouteSweep({ nl: parts.nl, clock, log, bestRoutes });
    this.#control = new BgpControl({
      bird: this.#bird,
      render: (state) => formatBirdConfiguration(renderBirdConfiguration(state, this.#secrets.passwords())),
      onStatus: (status) => this.#look(status),
      onApply: (result) => {
        this.#metrics.applied(result);
        if (result === 'reconfigured') this.#sweep.applied();
      },
      ...{ clock, random, log },
    });
  }

  start(signal: AbortSignal): Promise<void> {
    this.#parts.readiness.set('bgp', 'nothing is known of BGP yet');
    this.inputs.start();
    return this.#control.start(signal);
  }

  /** BIRD keeps what it has. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#secrets.stop();
    await this.#control.stop();
  }

  /** This is what the node is to be. */
  follow(state: NodeState): void {
    this.#state = state;
    this.#control.setDesired(state.bgp);
  }

  /** Of the last look at BIRD, two seconds old at most; `undefined` before the first. */
  get status(): BgpStatus | undefined {
    return this.#control.status;
  }

  /** As it is now. */
  async look(): Promise<BgpStatus | undefined> {
    await this.#control.look();
    return this.#control.status;
  }

  /** All routes of BIRD's tables. */
  routes(signal: AbortSignal): Promise<readonly BirdRoute[]> {
    return this.#bird.routes(signal);
  }

  /** For the agent's debug view. */
  describe(): unknown {
    const { status } = this;
    return status === undefined ? undefined : describeBgp(status);
  }

  /** What is wrong with BGP's objects. */
  get warnings(): readonly string[] {
    const passwords = this.#secrets.passwords();
    const unusable = (this.#state?.bgp?.sessions ?? []).flatMap((session) => {
      const problem = passwordProblem(session, passwords);
      return problem === undefined ? [] : `${objectText(session.origin)}: ${problem}: no session`;
    });
    return [...new Set([...this.#secrets.problems(), ...unusable, ...(this.#state?.warnings ?? [])])];
  }

  #look(status: BgpStatus): void {
    const { readiness, options, clock } = this.#parts;
    const { refusal, failure } = status;
    readiness.set('bgp', unreadiness(status, options.bird.socket));
    readiness.set('bgp configuration', refusal === undefined ? failure : describeRefusal(refusal));
    this.#metrics.look(status, clock.now());
    this.#events.look(status, this.warnings);
    void this.#sweep.look(this.#abort.signal);
  }
}

function describeRefusal({ origin, reason }: NonNullable<BgpStatus['refusal']>): string {
  const cause = origin === undefined ? '' : ` because of ${origin}`;
  return `BIRD refuses its new configuration${cause}, the one before stays in force: ${reason}`;
}
