import { Journal, type JournalSnapshot } from '../base/journal.ts';
import { type Family, ipFamily } from '../net/ip.ts';
import {
  type AddressEntry,
  type EndpointPortEntry,
  type FoldEntry,
  foldKey,
  listEntryKey,
  type PolicyCollections,
} from './policy-state.ts';

/** Where the collections of a {@link PolicyState} are written. */
export class WalkJournals {
  readonly #peerPorts = byFamily(foldJournal);
  readonly #peerProtocols = byFamily(foldJournal);
  readonly #peers = byFamily(foldJournal);
  readonly #ports = foldJournal();
  readonly addresses = byFamily(listJournal<AddressEntry>);
  readonly endpointPorts = byFamily(listJournal<EndpointPortEntry>);
  #collections: PolicyCollections | undefined;

  /** The one that entries with these fields are in. */
  foldsLike({ peer, protocol, port }: FoldEntry): Journal<FoldEntry> {
    if (peer === undefined) return this.#ports;
    const journals = port !== undefined ? this.#peerPorts : protocol !== undefined ? this.#peerProtocols : this.#peers;
    return journals[ipFamily(peer)];
  }

  /** As they are now; the same object while nothing changes. */
  collections(): PolicyCollections {
    const now: PolicyCollections = {
      peerPorts: snapshots(this.#peerPorts),
      peerProtocols: snapshots(this.#peerProtocols),
      peers: snapshots(this.#peers),
      ports: this.#ports.snapshot(),
      addresses: snapshots(this.addresses),
      endpointPorts: snapshots(this.endpointPorts),
    };
    if (this.#collections === undefined || !same(this.#collections, now)) this.#collections = now;
    return this.#collections;
  }
}

function foldJournal(): Journal<FoldEntry> {
  return new Journal<FoldEntry>(foldKey, (a, b) => a.rule === b.rule && a.comment === b.comment);
}

function listJournal<T extends AddressEntry | EndpointPortEntry>(): Journal<T> {
  return new Journal<T>(
    (entry) => listEntryKey(entry.id, entry),
    (a, b) => a.comment === b.comment,
  );
}

function byFamily<T>(make: () => T): Record<Family, T> {
  return { 4: make(), 6: make() };
}

function snapshots<T>(journals: Record<Family, Journal<T>>): Record<Family, JournalSnapshot<T>> {
  return { 4: journals[4].snapshot(), 6: journals[6].snapshot() };
}

function same(a: PolicyCollections, b: PolicyCollections): boolean {
  return (
    a.ports === b.ports &&
    ([4, 6] as const).every(
      (family) =>
        a.peerPorts[family] === b.peerPorts[family] &&
        a.peerProtocols[family] === b.peerProtocols[family] &&
        a.peers[family] === b.peers[family] &&
        a.addresses[family] === b.addresses[family] &&
        a.endpointPorts[family] === b.endpointPorts[family],
    )
  );
}
