import type { IPAMBlock } from '../api/calico.ts';
import type { Pod } from '../api/core.ts';
import { isPodFinished } from '../api/pod-state.ts';
import type { Cluster } from '../datastore/cluster.ts';
import { BlockStore } from '../datastore/ipam-block-store.ts';
import { assessLeaks, type LeakCandidate, type LeakCandidates, leakKey } from '../ipam/assess-leaks.ts';
import { type HeldAddress, heldAddresses } from '../ipam/held-address.ts';
import { type IdleSince, idleBlocks, isIdle } from '../ipam/idle-blocks.ts';
import { judgeAddress } from '../ipam/judge-address.ts';
import { blockHost } from '../ipam/known-block.ts';
import { ipamRules } from '../ipam/rules.ts';
import { KeyedLoop } from './keyed-loop.ts';
import type { Controller, NetworkKinds, Surroundings } from './shared.ts';

/** How long an address must look leaked before it is released, when nothing else is said. */
export const defaultLeakGraceMs = 15 * 60_000;

const longestPauseMs = 5 * 60_000;
/** Events come in swarms; one look serves them all. */
const settleMs = 500;
const batchSize = 10_000;

/** What a collector is made with. */
export interface CollectorOptions {
  readonly graceMs: number;
}

/**
 * Releases addresses that nobody uses any more and gives up empty blocks. Every address is judged once more by what the
 * server says at that moment before it is released, and released only as this very allocation.
 */
export function startIpamCollector(
  cluster: Cluster,
  kinds: NetworkKinds,
  options: CollectorOptions,
  surroundings: Surroundings,
): Controller {
  const collector = new IpamCollector(cluster, kinds, options, surroundings);
  const reconcile = () => collector.collect();
  const loop = new KeyedLoop({ name: 'ipam', logger: surroundings.logger, reconcile });
  kinds.nodes.onChange(({ metadata }) => {
    if (kinds.nodes.get(metadata.name) === undefined) loop.enqueueAfter('all', settleMs);
  });
  kinds.pods.onChange((pod) => {
    const { name, namespace } = pod.metadata;
    const gone = kinds.pods.get(name, namespace) === undefined;
    if (gone || isPodFinished(pod)) loop.enqueueAfter('all', settleMs);
  });
  kinds.blocks.onChange(() => loop.enqueueAfter('all', settleMs));
  loop.enqueue('all');
  return loop;
}

class IpamCollector {
  readonly #kinds: NetworkKinds;
  readonly #options: CollectorOptions;
  readonly #surroundings: Surroundings;
  readonly #store: BlockStore;
  #candidates: LeakCandidates = new Map();
  #idleSince: IdleSince = new Map();
  #tripped = '';

  constructor(cluster: Cluster, kinds: NetworkKinds, options: CollectorOptions, surroundings: Surroundings) {
    this.#kinds = kinds;
    this.#options = options;
    this.#surroundings = surroundings;
    const { clock, random } = surroundings;
    this.#store = new BlockStore({ cluster, clock, random }, () => kinds.blocks.items());
  }

  /** One look at everything; returns in how many ms to look again. */
  async collect(): Promise<number> {
    const { nodes, pods } = this.#kinds;
    const { graceMs } = this.#options;
    const nowMs = this.#surroundings.clock.monotonicMs();
    const addresses = heldAddresses(this.#store.list());
    const judge = (address: HeldAddress) =>
      judgeAddress(address, podIn(pods, address), nodes.get(address.node ?? '') !== undefined);
    const found = assessLeaks(addresses, judge, this.#candidates, { nowMs, graceMs });
    this.#candidates = found.candidates;
    for (const candidate of found.fresh) this.#log('info', 'Candidate IP leak', candidate);
    this.#reportTripped(found.tripped);
    await this.#release(found.confirmed);
    await this.#giveUpBlocks();
    const idleMs = this.#idleSince.size === 0 ? longestPauseMs : graceMs;
    const pauseMs = graceMs > 0 ? graceMs / 2 : longestPauseMs;
    return Math.max(settleMs, Math.min(found.nextMs ?? pauseMs, idleMs, pauseMs, longestPauseMs));
  }

  async #release(handles: readonly (readonly LeakCandidate[])[]): Promise<void> {
    const certain: LeakCandidate[] = [];
    for (const handle of handles) {
      const looks = await Promise.all(handle.map((candidate) => this.#isStillLeaked(candidate)));
      if (looks.every((leaked) => leaked)) certain.push(...handle);
      else this.#forget(handle);
    }
    for (let start = 0; start < certain.length; start += batchSize) {
      await this.#releaseBatch(certain.slice(start, start + batchSize));
    }
  }

  async #isStillLeaked({ address }: LeakCandidate): Promise<boolean> {
    const { pod, namespace, node } = address;
    const [freshPod, freshNode] = await Promise.all([
      pod === undefined || namespace === undefined ? undefined : this.#kinds.pods.read(pod, namespace),
      node === undefined ? undefined : this.#kinds.nodes.read(node),
    ]);
    return judgeAddress(address, freshPod, freshNode !== undefined).kind === 'leaked';
  }

  async #releaseBatch(batch: readonly LeakCandidate[]): Promise<void> {
    for (const candidate of batch) {
      this.#log('info', 'Confirmed IP leak after grace period', candidate);
      this.#log('warn', 'Garbage collecting leaked IP address', candidate);
    }
    const releases = batch.map(({ address: { ip, handle, sequenceNumber } }) =>
      sequenceNumber === undefined ? { ip, handle } : { ip, handle, sequenceNumber },
    );
    const outcome = await this.#store.releaseAddresses(releases, this.#cooldown().cooldownSeconds);
    for (const ip of outcome.refused) {
      this.#surroundings.logger.info('IP address was given anew meanwhile, not released', { ip });
    }
    this.#forget(batch);
  }

  async #giveUpBlocks(): Promise<void> {
    const { nodes } = this.#kinds;
    const rules = {
      ...this.#cooldown(),
      monotonicMs: this.#surroundings.clock.monotonicMs(),
      graceMs: this.#options.graceMs,
    };
    const { idle, since } = idleBlocks(
      this.#store.list(),
      (node) => nodes.get(node) !== undefined,
      this.#idleSince,
      rules,
    );
    this.#idleSince = since;
    for (const block of idle) await this.#giveUp(block);
  }

  async #giveUp(block: IPAMBlock): Promise<void> {
    const host = blockHost(block);
    const { nodes } = this.#kinds;
    if (host !== undefined && nodes.get(host) === undefined && (await nodes.read(host)) !== undefined) return;
    const gone = await this.#store.remove(
      block.metadata.name,
      (newest) => blockHost(newest) === host && isIdle(newest, this.#cooldown()),
    );
    if (gone) this.#surroundings.logger.info('Released block affinity', { block: block.spec.cidr, node: host });
  }

  #reportTripped(tripped: readonly { readonly node: string; readonly leaked: number; readonly held: number }[]): void {
    const text = JSON.stringify(tripped);
    if (text === this.#tripped) return;
    this.#tripped = text;
    for (const fields of tripped) {
      this.#surroundings.logger.warn(
        'Not collecting: most addresses of the node seem to be other than those of its pods',
        {
          ...fields,
        },
      );
    }
  }

  #forget(candidates: readonly LeakCandidate[]): void {
    const left = new Map(this.#candidates);
    for (const { address } of candidates) left.delete(leakKey(address));
    this.#candidates = left;
  }

  #cooldown(): { readonly nowMs: number; readonly cooldownSeconds: number } {
    const [cooldownSeconds = 0] = ipamRules(this.#kinds.configurations.get('default')).cooldownSeconds;
    return { nowMs: this.#surroundings.clock.now(), cooldownSeconds };
  }

  #log(level: 'info' | 'warn', msg: string, { address, verdict, sinceMs }: LeakCandidate): void {
    const { ip, handle, node } = address;
    const seconds = Math.round((this.#surroundings.clock.monotonicMs() - sinceMs) / 1000);
    this.#surroundings.logger[level](msg, { ip, handle, node, reason: verdict.reason, seconds });
  }
}

function podIn(pods: NetworkKinds['pods'], address: HeldAddress): Pod | undefined {
  return address.pod === undefined ? undefined : pods.get(address.pod, address.namespace);
}
