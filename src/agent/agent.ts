import { watch } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import { type CleanupStep, runCleanup, type Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { Cluster } from '../datastore/cluster.ts';
import { IpamAllocator } from '../datastore/ipam-allocator.ts';
import type { HandOverTimes } from '../desired/hand-over.ts';
import type { NodeState } from '../desired/node-state.ts';
import type { NodePolicy } from '../desired/policy-feed.ts';
import { hasIpipDriver } from '../host/ipip-driver.ts';
import { NetlinkSocket } from '../host/netlink-socket.ts';
import { NftTables } from '../host/nft-resource.ts';
import { ReconcileLoop } from '../reconcile/loop.ts';
import { answerNodeStatus } from './answer-node-status.ts';
import { Bgp } from './bgp.ts';
import { Caches } from './caches.ts';
import { CniDoor } from './cni-door.ts';
import { CniServer } from './cni-server.ts';
import { Dataplane } from './dataplane.ts';
import { DeletionNotes } from './deletion-notes.ts';
import { describeDesired } from './describe-desired.ts';
import { Endpoints } from './endpoints.ts';
import { HandOver } from './hand-over.ts';
import type { DebugViews } from './health-paths.ts';
import { type HttpDoors, openHttpDoors } from './http-doors.ts';
import { watchKernel } from './kernel-events.ts';
import { kernelSteps } from './kernel-steps.ts';
import { Metrics } from './metrics.ts';
import { writeCniConfig, writeMtu, writeNodeName } from './node-files.ts';
import { NodeRegistration } from './node-registration.ts';
import { NodeStatusAnswers } from './node-status-answers.ts';
import type { AgentOptions } from './options.ts';
import { Policy } from './policy.ts';
import { Readiness } from './readiness.ts';
import { ReleaseQueue } from './release-queue.ts';
import { RenderedState } from './rendered-state.ts';
import { StateComputation } from './state-computation.ts';

/** What an agent is made with; everything it touches outside itself. */
export interface AgentParts {
  readonly options: AgentOptions;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** How long the parts of a change of encapsulation may take; {@link handOverTimes} where absent. */
  readonly handOver?: Partial<HandOverTimes> | undefined;
}

const tableName = 'weft';
const refreshMs = 90_000;
const registrationRefreshMs = 60_000;
/** Parts that keep no pod from being networked: without neighbours a node works on its own. */
const aside = 'bgp';

/**
 * The node daemon: watches the cluster, keeps the kernel of its node at what follows from it, and serves the CNI plugin.
 *
 * Races it survives: killed at any moment (records on disk before the kernel, the first pass is the sweep); API server
 * away (last known state stays, ADD answers "try again", releases wait on disk); drift made by others (kernel events).
 */
export class Agent implements Startable {
  readonly #parts: AgentParts;
  readonly #readiness: Readiness;
  readonly #metrics: Metrics;
  readonly #endpoints: Endpoints;
  readonly #caches: Caches;
  readonly #ipam: IpamAllocator;
  readonly #releases: ReleaseQueue;
  readonly #cni: CniDoor;
  readonly #nl: NetlinkSocket;
  readonly #nft: NftTables;
  readonly #policy: Policy;
  readonly #dataplane: Dataplane;
  readonly #registration: NodeRegistration;
  readonly #registrationLoop: ReconcileLoop;
  readonly #computation: StateComputation;
  readonly #handOver: HandOver;
  /** With backend `bird`. */
  readonly #bgp: Bgp | undefined;
  readonly #rendered = new RenderedState(tableName);
  readonly #abort = new AbortController();
  readonly #cleanup: CleanupStep[] = [];
  #followed: NodeState | undefined;
  #wasReady = false;
  #configWatched = false;
  #doors: HttpDoors | undefined;

  /** @throws WeftError when the run directory cannot be used or this is not root */
  constructor(parts: AgentParts) {
    this.#parts = parts;
    const { options, cluster, clock, random, log } = parts;
    this.#readiness = new Readiness(() => this.#readinessChanged());
    this.#metrics = new Metrics(options.nodeName);
    this.#endpoints = new Endpoints(options.runDirectory);
    if (this.#endpoints.broken.length > 0) {
      log.error('endpoint records cannot be read', { files: this.#endpoints.broken });
    }
    this.#caches = new Caches(cluster, options, log);
    const view = this.#caches.ipamView(options.nodeName);
    this.#ipam = new IpamAllocator(cluster, view, { node: options.nodeName, clock, random, logger: log });
    this.#releases = this.#makeReleases();
    this.#nl = NetlinkSocket.open();
    this.#nft = new NftTables('inet', tableName, () => this.#dataplane.wake(new Set(['nft'])));
    this.#dataplane = this.#makeDataplane();
    this.#policy = this.#makePolicy();
    this.#handOver = new HandOver({
      nl: this.#nl,
      clock,
      log,
      times: parts.handOver,
      again: () => void this.#computation.request(),
      announceLess: () => this.#registrationLoop.wake('all'),
    });
    this.#registration = this.#makeRegistration();
    this.#registrationLoop = new ReconcileLoop({
      pass: () => this.#register(),
      clock,
      random,
      settleMs: 20,
      refreshMs: registrationRefreshMs,
      backoff: { firstMs: 250, maxMs: 5000 },
    });
    this.#bgp = options.backend === 'bird' ? this.#makeBgp() : undefined;
    this.#computation = new StateComputation({
      options,
      caches: this.#caches,
      endpoints: this.#endpoints,
      bgpInputs: this.#bgp?.inputs,
      handOver: this.#handOver,
      policy: this.#policy,
      ownTunnels: () => this.#registration.ownTunnels,
      machine: () => this.#registration.machine,
      onState: (state, policy) => this.#follows(state, policy),
      readiness: this.#readiness,
      clock,
      log,
    });
    this.#cni = new CniDoor({
      ...parts,
      readiness: this.#readiness,
      metrics: this.#metrics,
      caches: this.#caches,
      ipam: this.#ipam,
      endpoints: this.#endpoints,
      releases: this.#releases,
      policy: this.#policy,
      computation: this.#computation,
      dataplane: this.#dataplane,
    });
  }

  /** Where `/readiness` and `/metrics` are, for those who asked for port 0. */
  get ports(): HttpDoors['ports'] {
    return this.#doors?.ports ?? { health: 0, metrics: 0 };
  }

  get readiness(): Readiness {
    return this.#readiness;
  }

  /**
   * Opens the doors (health, metrics, CNI) and begins; resolves before the caches are in sync.
   *
   * @throws WeftError AGENT_RUNNING, AGENT_LISTEN, HOST_WRITE
   */
  async start(signal: AbortSignal): Promise<void> {
    const { options, log } = this.#parts;
    const abort = this.#abort.signal;
    signal.addEventListener('abort', () => void this.stop().catch(() => {}), { once: true });
    this.#cleanup.push({ name: 'netlink socket', run: () => this.#nl.close() });
    this.#cleanup.push({ name: 'nftables events', run: () => this.#nft.close() });
    this.#cleanup.push({ name: 'hand-over', run: () => this.#handOver.stop() });
    this.#readiness.probe('watches', () => (this.#caches.hasSynced ? undefined : this.#caches.problem()));

    const server = new CniServer(join(options.runDirectory, 'agent.sock'), (request) => this.#cni.serve(request), log);
    await server.start();
    this.#cleanup.push({ name: 'CNI socket', run: () => server.stop() });
    const doors = await openHttpDoors(options, this.#readiness, this.#debugViews(), this.#metrics.registry);
    this.#cleanup.push({ name: 'health and metrics', run: () => doors.close() });
    this.#doors = doors;
    writeNodeName(options);
    this.#watchKernel();
    this.#policy.start(abort);

    await this.#dataplane.start(abort);
    this.#cleanup.push({ name: 'dataplane', run: () => this.#dataplane.stop() });
    await this.#releases.start(abort);
    this.#cleanup.push({ name: 'releases', run: () => this.#releases.stop() });
    const notes = new DeletionNotes(options.runDirectory, (request) => this.#cni.serve(request), log);
    await notes.start();
    this.#cleanup.push({ name: 'deletion notes', run: () => notes.stop() });
    this.#cleanup.push({ name: 'watches', run: () => this.#caches.stop() });
    await this.#bgp?.start(abort);
    this.#cleanup.push({ name: 'BGP', run: () => this.#bgp?.stop() });
    const answers = this.#makeAnswers();
    await answers.start(abort);
    this.#cleanup.push({ name: 'node status', run: () => answers.stop() });
    void this.#follow(abort);
    log.info('agent started', {
      node: options.nodeName,
      backend: options.backend,
      endpoints: this.#endpoints.all().length,
    });
  }

  /** Orderly: says so to the API, closes the doors, leaves the kernel as it is. Idempotent. */
  async stop(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    await this.#registration.announceDown();
    this.#abort.abort();
    await this.#registrationLoop.stop();
    await runCleanup(this.#cleanup.splice(0));
    this.#parts.log.info('agent stopped');
  }

  /** Once all is in sync, and ever after on change. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { log } = this.#parts;
    this.#metrics.resyncState(2);
    try {
      await this.#caches.start(signal);
    } catch {
      return;
    }
    if (signal.aborted) return;
    this.#metrics.resyncState(3);
    log.info('caches in sync');
    this.#caches.onChange(() => this.#computation.requestSoon());
    this.#caches.nodes.onChange(() => this.#registrationLoop.wake('all'));
    this.#caches.pools.onChange(() => this.#registrationLoop.wake('all'));
    this.#releases.retry();
    await this.#registrationLoop.start(signal);
  }

  /** One look at this node's registration; then the files that tell the runtime that pods may come. */
  async #register(): Promise<boolean> {
    const { options, log } = this.#parts;
    const ok = await this.#registration.settle(() => void this.#computation.request());
    const { state } = this.#computation;
    // The first computed state comes back here.
    if (!ok || state === undefined) return ok;
    await this.#dataplane.ensure(['nft'], () => true);
    if ([...this.#readiness.reasons().keys()].some((part) => !part.startsWith(aside))) return false;
    try {
      writeMtu(options, state.podMtuBytes);
      if (writeCniConfig(options)) log.info('CNI configuration written', { directory: options.cniConfigDirectory });
      this.#watchCniConfig();
      await this.#registration.announceUp();
      await this.#ipam.claimBlockAhead();
      return true;
    } catch (error) {
      log.warn('cannot announce that the node is ready', { error: errorText(error) });
      return false;
    }
  }

  /** Somebody who empties or removes the configuration cuts the node off from new pods: it is written again. */
  #watchCniConfig(): void {
    if (this.#configWatched) return;
    this.#configWatched = true;
    const watcher = watch(this.#parts.options.cniConfigDirectory, () => this.#registrationLoop.wake('all'));
    // The folder itself is gone: the next refresh of the registration makes it again.
    watcher.on('error', () => watcher.close());
    this.#cleanup.push({ name: 'CNI configuration', run: () => watcher.close() });
  }

  #follows(state: NodeState, policy: NodePolicy): void {
    this.#dataplane.setDesired(this.#rendered.render(state, policy));
    if (state === this.#followed) return;
    this.#followed = state;
    this.#metrics.sizes({
      endpoints: state.endpoints.length,
      nodes: this.#caches.nodes.items().length,
      routes: state.routes.length,
    });
    this.#bgp?.follow(state);
    this.#handOver.follow(state, () => this.#dataplane.ensure(['route'], () => true));
    // The first desired state lets the rest of the registration go on.
    this.#registrationLoop.wake('all');
  }

  async #tunnelsUp(devices: readonly string[]): Promise<boolean> {
    await this.#computation.request();
    const made = new Set(this.#computation.state?.tunnels.map(({ device }) => device));
    if (!devices.every((device) => made.has(device))) return false;
    const parts = ['nft', 'link', 'ipip', 'address'];
    await this.#dataplane.ensure(parts, (part, key) => part === 'nft' || devices.includes(key.split(' ')[0] ?? ''));
    return true;
  }

  #readinessChanged(): void {
    // Whatever has changed may be what the registration waits for.
    this.#registrationLoop?.wake('all');
    const { ready } = this.#readiness;
    if (ready === this.#wasReady) return;
    this.#wasReady = ready;
    if (ready) this.#parts.log.info('ready');
    else this.#parts.log.info('not ready', { reasons: Object.fromEntries(this.#readiness.reasons()) });
  }

  #makeReleases(): ReleaseQueue {
    const { options, clock, random, log } = this.#parts;
    return new ReleaseQueue({
      runDirectory: options.runDirectory,
      release: (handle) => this.#ipam.releaseByHandle(handle),
      possible: () => this.#caches.hasSynced,
      clock,
      random,
      log,
      onSize: (size) => this.#metrics.pendingReleases(size),
    });
  }

  #makeRegistration(): NodeRegistration {
    return new NodeRegistration(
      {
        ...this.#parts,
        caches: this.#caches,
        ipam: this.#ipam,
        nl: this.#nl,
        readiness: this.#readiness,
        tunnels: { kept: () => this.#handOver.keptAddresses, up: (devices) => this.#tunnelsUp(devices) },
      },
      hasIpipDriver() ? 'kernel' : 'ebpf',
    );
  }

  #makeBgp(): Bgp {
    return new Bgp({
      ...this.#parts,
      nl: this.#nl,
      caches: this.#caches,
      readiness: this.#readiness,
      registry: this.#metrics.registry,
      onInputs: () => this.#computation.requestSoon(),
    });
  }

  #makeAnswers(): NodeStatusAnswers {
    const { options, cluster, clock, random, log } = this.#parts;
    return new NodeStatusAnswers({
      nodeName: options.nodeName,
      answer: (classes, signal) => answerNodeStatus(classes, this.#bgp, signal),
      ...{ cluster, clock, random, log },
    });
  }

  #makePolicy(): Policy {
    return new Policy({
      ...this.#parts,
      nodeName: this.#parts.options.nodeName,
      caches: this.#caches,
      nl: this.#nl,
      registry: this.#metrics.registry,
      counters: () => this.#nft.readCounters(),
      onChange: () => this.#computation.policyChanged(),
    });
  }

  #makeDataplane(): Dataplane {
    const { clock, random, log, options } = this.#parts;
    const handles = {
      nl: this.#nl,
      nft: this.#nft,
      pinDirectory: join(options.runDirectory, 'bpf'),
      pods: () =>
        this.#endpoints
          .current()
          .filter(({ result }) => result !== undefined)
          .map(({ wiring }) => wiring),
    };
    return new Dataplane({
      steps: (desired) => kernelSteps(desired, handles),
      clock,
      random,
      refreshMs,
      log,
      metrics: this.#metrics,
      readiness: this.#readiness,
    });
  }

  #watchKernel(): void {
    const monitor = watchKernel({
      log: this.#parts.log,
      underlay: () => {
        const { underlay4, underlay6 } = this.#registration.machine ?? {};
        return new Set([underlay4, underlay6].flatMap((one) => one?.device ?? []));
      },
      onScope: (scope) => this.#dataplane.wake(scope),
      onHost: () => {
        this.#registrationLoop.wake('all');
        this.#policy.interfacesChanged();
      },
      onDevices: () => this.#policy.devicesChanged(),
    });
    this.#cleanup.push({ name: 'kernel events', run: () => monitor.close() });
  }

  #debugViews(): DebugViews {
    const { options } = this.#parts;
    return {
      desired: () => describeDesired(this.#computation.state, this.#policy.last, this.#dataplane.desired),
      policy: () => this.#policy.describe(),
      actual: () => this.#dataplane.actual(),
      status: () => ({
        node: options.nodeName,
        backend: options.backend,
        machine: this.#registration.machine,
        endpoints: this.#endpoints.all(),
        pendingReleases: this.#releases.size,
        warnings: [...(this.#bgp?.warnings ?? this.#computation.state?.warnings ?? []), ...this.#policy.warnings()],
        bgp: this.#bgp?.describe(),
      }),
    };
  }
}
