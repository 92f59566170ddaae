import { bgpConfigurations, bgpFilters, bgpPeers, ipamBlocks, ipPools, nodes, services } from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { objectText } from '../base/object-text.ts';
import type { RecordEvent } from '../datastore/record-event.ts';
import type { BgpOrigin } from '../desired/node-state.ts';
import { type BgpNote, bgpNotes, nothingTold, type Told } from './bgp-notes.ts';
import type { BgpStatus } from './bgp-status.ts';
import type { Caches } from './caches.ts';

/** What events are written with. */
export interface BgpEventsParts {
  readonly record: RecordEvent;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Logger;
  /** This node's name. */
  readonly host: string;
}

/** So many events at once, and one more per this time: a fault of the whole network must not become one of the API. */
const burst = 20;
const refillMs = 5000;
/** The same is not said again within this time: a session may come and go every few seconds. */
const repeatMs = 30_000;

/** Tells what happens to BGP, in the log and as events of the objects it is about. */
export class BgpEvents {
  readonly #parts: BgpEventsParts;
  #told: Told = nothingTold;
  #tokens = burst;
  #refilledMs: number;
  #dropped = 0;
  /** When each thing was said. */
  #said = new Map<string, number>();

  constructor(parts: BgpEventsParts) {
    this.#parts = parts;
    this.#refilledMs = parts.clock.monotonicMs();
  }

  /** After a look at BIRD. @param warnings of the desired state, about BGP's resources */
  look(status: BgpStatus, warnings: readonly string[]): void {
    const { clock, log, host } = this.#parts;
    const { notes, told } = bgpNotes(host, status, warnings, this.#told, clock.monotonicMs());
    this.#told = told;
    for (const note of notes) {
      const { origins, reason, message } = note;
      if (this.#wasSaid(`${JSON.stringify(origins)} ${message}`)) continue;
      const about = origins.map(objectText).join(', ');
      log[note.type === 'Normal' ? 'info' : 'warn']('bgp', { reason, about, message });
      this.#record(note);
    }
  }

  #wasSaid(text: string): boolean {
    const now = this.#parts.clock.monotonicMs();
    this.#said = new Map([...this.#said].filter(([, at]) => now - at < repeatMs));
    if (this.#said.has(text)) return true;
    this.#said.set(text, now);
    return false;
  }

  #record({ origins, type, reason, message }: BgpNote): void {
    const { record, host } = this.#parts;
    const found = origins.map((origin) => this.#find(origin)).find((one) => one !== undefined);
    if (found === undefined || !this.#allowed()) return;
    void record({ ...found, type, reason, message, component: 'weft-agent', host });
  }

  #allowed(): boolean {
    const { clock, log } = this.#parts;
    const now = clock.monotonicMs();
    const refill = Math.floor((now - this.#refilledMs) / refillMs);
    this.#tokens = Math.min(burst, this.#tokens + refill);
    this.#refilledMs += refill * refillMs;
    if (this.#tokens > 0) {
      this.#tokens -= 1;
      if (this.#dropped > 0) log.warn('events of bgp were not written, there were too many', { count: this.#dropped });
      this.#dropped = 0;
      return true;
    }
    this.#dropped += 1;
    return false;
  }

  #find({
    kind,
    name,
  }: BgpOrigin): { readonly kind: Kind<KubernetesObject>; readonly about: KubernetesObject } | undefined {
    const { caches } = this.#parts;
    const [namespace, inNamespace] = name.includes('/') ? name.split('/', 2) : [undefined, name];
    const places = {
      BGPConfiguration: [bgpConfigurations, caches.bgp?.configurations.get(name)],
      BGPPeer: [bgpPeers, caches.bgp?.peers.get(name)],
      BGPFilter: [bgpFilters, caches.bgp?.filters.get(name)],
      IPPool: [ipPools, caches.pools.get(name)],
      Node: [nodes, caches.nodes.get(name)],
      Service: [services, caches.bgp?.services.get(inNamespace ?? name, namespace)],
      IPAMBlock: [ipamBlocks, caches.blocks.get(name)],
    } as const;
    const [found, about] = places[kind];
    return about === undefined ? undefined : { kind: found as Kind<KubernetesObject>, about };
  }
}
