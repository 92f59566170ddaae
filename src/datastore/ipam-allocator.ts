import { blockName } from '../api/names.ts';
import type { Clock } from '../base/clock.ts';
import { errorText, hasCode, WeftError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { AddressOwner } from '../ipam/allocate.ts';
import { applyStep } from '../ipam/apply-step.ts';
import { assignSpecific, type SpecificOutcome } from '../ipam/assign-specific.ts';
import { blockHolding } from '../ipam/block-address.ts';
import { choosePools } from '../ipam/choose-pools.ts';
import { blockCidr, blockHost, isEmptyBlock } from '../ipam/known-block.ts';
import { type AssignmentStep, type IpamState, planAssignment } from '../ipam/plan-assignment.ts';
import { planSpareBlock, unsuitableBlocks } from '../ipam/plan-spare-block.ts';
import { type AddressUse, isEnabledPool, type Pool, poolOfIp, readPools } from '../ipam/pool.ts';
import type { AddressRelease } from '../ipam/release.ts';
import { reservedNetworks } from '../ipam/reservation.ts';
import { ipamRules } from '../ipam/rules.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Family, Ip } from '../net/ip.ts';
import type { Cluster } from './cluster.ts';
import { BlockStore, type ReleaseResult } from './ipam-block-store.ts';
import type { IpamView } from './ipam-view.ts';

/** A request for addresses of one owner. */
export interface AssignRequest {
  /** `NETWORK.CONTAINERID` for pods, see `tunnelHandle` for tunnel devices. */
  readonly handle: string;
  /** pod, namespace, node, timestamp, type: stored with the address for the collector and for people. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly use: AddressUse;
  /** The pod's namespace, for namespaceSelector. */
  readonly namespace?: string;
  readonly count4: number;
  readonly count6: number;
  /** Names or CIDRs of pools asked for explicitly. */
  readonly pools4?: readonly string[];
  readonly pools6?: readonly string[];
}

/** An address and the block it comes from. */
export interface AssignedAddress {
  readonly ip: Ip;
  readonly block: Cidr;
}

/** As many addresses as were asked for, never fewer. */
export interface Assignment {
  readonly v4: readonly AssignedAddress[];
  readonly v6: readonly AssignedAddress[];
}

/** What an allocator is made with. */
export interface AllocatorOptions {
  readonly node: string;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

const maxSteps = 100;

/**
 * Address management of one node: assigns from the blocks the node owns, claims and borrows when they are full.
 *
 * Survives: any number of concurrent requests (merged per block into one write); other nodes' writes (compare-and-swap,
 * decide again); a crash between any two steps (an address that nobody uses is found by its handle); a lagging watch.
 */
export class IpamAllocator {
  readonly #view: IpamView;
  readonly #options: AllocatorOptions;
  readonly #store: BlockStore;
  readonly #inFlight = new Map<string, Set<Promise<unknown>>>();
  #tending: Promise<void> | undefined;

  constructor(cluster: Cluster, view: IpamView, options: AllocatorOptions) {
    this.#view = view;
    this.#options = options;
    this.#store = new BlockStore({ cluster, clock: options.clock, random: options.random }, () => view.blocks());
  }

  /**
   * Assigns addresses of both IP versions or none. Not idempotent: a caller that may be repeating itself looks at
   * {@link addressesOfHandle} first.
   *
   * @throws WeftError with the codes of `ipam/ipam-errors.ts` (text: "failed to request IPv4 addresses: Assigned 0 out
   * of 1 requested IPv4 addresses; REASON") or of {@link Cluster}
   */
  assign(request: AssignRequest): Promise<Assignment> {
    return this.#tracked(request.handle, this.#assign(request));
  }

  /**
   * Assigns one wanted address; again the same one when the handle holds it already.
   *
   * @throws WeftError IPAM_OUTSIDE_POOLS, IPAM_ADDRESS_IN_USE, IPAM_STRICT_AFFINITY, IPAM_BLOCK_LIMIT
   */
  assignSpecific(request: { readonly ip: Ip } & AddressOwner): Promise<AssignedAddress> {
    return this.#tracked(request.handle, this.#assignSpecific(request));
  }

  /** The addresses the handle holds by what this node knows, without asking the server. */
  addressesOfHandle(handle: string): readonly Ip[] {
    return this.#store.addressesOfHandle(handle);
  }

  /** Releases all the handle holds, also what a request still in flight is about to get. None held is a success. */
  async releaseByHandle(handle: string): Promise<readonly Ip[]> {
    await Promise.allSettled(this.#inFlight.get(handle) ?? []);
    return this.#store.releaseByHandle(handle, this.#cooldownSeconds());
  }

  /** Releases single addresses; one that has another owner by now is refused, one that is free already is absent. */
  releaseAddresses(releases: readonly AddressRelease[]): Promise<ReleaseResult> {
    return this.#store.releaseAddresses(releases, this.#cooldownSeconds());
  }

  /**
   * Looks after the node's blocks: gives up empty ones whose pool no longer selects this node, and claims one ahead of
   * need when room gets short, so that a request need not wait for a claim. Calls while one runs share it.
   */
  claimBlockAhead(): Promise<void> {
    this.#tending ??= this.#tend().finally(() => {
      this.#tending = undefined;
    });
    return this.#tending;
  }

  #tracked<T>(handle: string, work: Promise<T>): Promise<T> {
    const running = this.#inFlight.get(handle) ?? new Set();
    this.#inFlight.set(handle, running.add(work));
    const done = () => {
      running.delete(work);
      if (running.size === 0) this.#inFlight.delete(handle);
    };
    work.then(done, done);
    return work;
  }

  async #assign(request: AssignRequest): Promise<Assignment> {
    const [v4, v6] = await Promise.allSettled([this.#assignFamily(4, request), this.#assignFamily(6, request)]);
    if (v4.status === 'fulfilled' && v6.status === 'fulfilled') return { v4: v4.value, v6: v6.value };
    const kept = [v4, v6].flatMap((family) => (family.status === 'fulfilled' ? family.value : []));
    await this.#giveBack(kept, request.handle);
    const [failed] = [v4, v6].flatMap((family) => (family.status === 'rejected' ? [family.reason] : []));
    throw failed;
  }

  async #assignFamily(family: Family, request: AssignRequest): Promise<readonly AssignedAddress[]> {
    const assigned: AssignedAddress[] = [];
    try {
      if (this.#wanted(family, request) > 0) await this.#assignUpTo(assigned, family, request);
      return assigned;
    } catch (error) {
      const count = assigned.length;
      await this.#giveBack(assigned, request.handle);
      throw shaped(error, family, count, this.#wanted(family, request));
    }
  }

  async #assignUpTo(assigned: AssignedAddress[], family: Family, request: AssignRequest): Promise<void> {
    const pools = this.#pools(family, request);
    const wanted = this.#wanted(family, request);
    for (let steps = 0; assigned.length < wanted; steps++) {
      const step = planAssignment(this.#state(), { node: this.#options.node, family, pools });
      if (step.kind === 'none') throw new WeftError(step.code, step.reason);
      if (steps >= maxSteps + wanted)
        throw new WeftError('IPAM_CONFLICT', 'other writers were always first; retry later');
      assigned.push(...(await this.#take(step, request, wanted - assigned.length)));
    }
  }

  async #take(
    step: Exclude<AssignmentStep, { kind: 'none' }>,
    owner: AddressOwner,
    count: number,
  ): Promise<readonly AssignedAddress[]> {
    const ips = await this.#store.change(blockName(step.block), (current) => {
      const allocation = applyStep(current, step, { ...this.#context(), owner, count });
      return allocation === undefined
        ? { next: current, result: [] }
        : { next: allocation.block, result: allocation.ips };
    });
    return ips.map((ip) => ({ ip, block: step.block }));
  }

  async #assignSpecific(request: { readonly ip: Ip } & AddressOwner): Promise<AssignedAddress> {
    const first = await this.#trySpecific(request, false);
    const outcome = first.kind === 'refused' ? await this.#trySpecific(request, true) : first;
    if (outcome.kind === 'refused') {
      throw new WeftError(outcome.code, `Cannot assign address "${request.ip}": ${outcome.reason}`);
    }
    return { ip: request.ip, block: outcome.cidr };
  }

  /** A refusal by what is known may be out of date: the second try reads the block first. */
  async #trySpecific(request: { readonly ip: Ip } & AddressOwner, fresh: boolean): Promise<SpecificOutcome> {
    const pool = poolOfIp(readPools(this.#view.pools()).filter(isEnabledPool), request.ip);
    if (pool === undefined) {
      const reason = 'it lies in no enabled IP pool; ask for an address of a pool or create one around it';
      return { kind: 'refused', code: 'IPAM_OUTSIDE_POOLS', reason };
    }
    const known = this.#store.holding(request.ip);
    const cidr = known === undefined ? blockHolding(request.ip, pool.blockLength) : blockCidr(known);
    if (fresh) await this.#store.refresh(blockName(cidr));
    return this.#store.change(blockName(cidr), (current) => {
      const outcome = assignSpecific(current, cidr, request, pool, this.#state(), this.#options.node);
      return { next: outcome.kind === 'assigned' ? outcome.block : current, result: outcome };
    });
  }

  async #tend(): Promise<void> {
    const { node } = this.#options;
    const pools = readPools(this.#view.pools());
    if (this.#view.node() !== undefined) {
      for (const block of unsuitableBlocks(this.#store.list(), node, pools, this.#view.node())) {
        const name = block.metadata.name;
        const gone = await this.#store.remove(name, (one) => isEmptyBlock(one) && blockHost(one) === node);
        if (gone) this.#options.logger.info('Released block affinity', { block: block.spec.cidr, reason: 'pool' });
      }
    }
    for (const family of [4, 6] as const) await this.#claimSpare(family);
  }

  async #claimSpare(family: Family): Promise<void> {
    const pools = this.#sparePools(family);
    const block = planSpareBlock(this.#state(), { node: this.#options.node, family, pools });
    if (block === undefined) return;
    const step: AssignmentStep = { kind: 'claim', block, cooldownSeconds: 0 };
    const owner = { handle: '', attributes: {} };
    await this.#store.change(blockName(block), (current) => {
      const claimed =
        current === undefined ? applyStep(current, step, { ...this.#context(), owner, count: 0 }) : undefined;
      return { next: claimed?.block ?? current, result: undefined };
    });
  }

  #sparePools(family: Family): readonly Pool[] {
    try {
      const pools = this.#pools(family, { use: 'Workload' });
      return pools.filter((pool) => (pool.object.spec.namespaceSelector ?? '') === '');
    } catch (error) {
      if (hasCode(error, 'IPAM_NO_POOL')) return [];
      throw error;
    }
  }

  #pools(family: Family, request: Pick<AssignRequest, 'use' | 'namespace' | 'pools4' | 'pools6'>): readonly Pool[] {
    const wanted = family === 4 ? request.pools4 : request.pools6;
    return choosePools(readPools(this.#view.pools()), {
      family,
      use: request.use,
      nodeName: this.#options.node,
      node: this.#view.node(),
      namespace: request.namespace === undefined ? undefined : this.#view.namespace(request.namespace),
      ...(wanted !== undefined && { wanted }),
    });
  }

  #wanted(family: Family, request: AssignRequest): number {
    return family === 4 ? request.count4 : request.count6;
  }

  async #giveBack(addresses: readonly AssignedAddress[], handle: string): Promise<void> {
    if (addresses.length === 0) return;
    try {
      await this.releaseAddresses(addresses.map(({ ip }) => ({ ip, handle })));
    } catch (error) {
      // The caller's error matters more; the collector finds these by their handle.
      this.#options.logger.warn('Cannot give back addresses', { handle, error: errorText(error) });
    }
  }

  #state(): IpamState {
    return {
      blocks: this.#store.list(),
      rules: ipamRules(this.#view.configuration()),
      reserved: reservedNetworks(this.#view.reservations()),
      nowMs: this.#options.clock.now(),
      random: this.#options.random(),
    };
  }

  #context() {
    const { rules, reserved, nowMs } = this.#state();
    return { node: this.#options.node, strictAffinity: rules.strictAffinity, reserved, nowMs };
  }

  #cooldownSeconds(): number {
    const [cooldownSeconds = 0] = ipamRules(this.#view.configuration()).cooldownSeconds;
    return cooldownSeconds;
  }
}

function shaped(error: unknown, family: Family, assigned: number, wanted: number): unknown {
  if (!(error instanceof WeftError) || !error.code.startsWith('IPAM_')) return error;
  const counts = `Assigned ${assigned} out of ${wanted} requested IPv${family} addresses`;
  return new WeftError(error.code, `failed to request IPv${family} addresses: ${counts}; ${error.message}`, {
    cause: error.cause,
  });
}
