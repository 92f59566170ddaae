import type { Context } from '../context.ts';
import { deleteObject, deletionStep } from '../delete.ts';
import type { Owner } from '../json.ts';
import type { Resource } from '../resource.ts';
import type { Change, Entry } from '../storage/entry.ts';
import { isRemovable } from '../write.ts';
import { containedDeletion } from './namespaces.ts';

/**
 * Collects objects whose owners are gone, and carries out foreground and orphan deletion.
 *
 * An index by uid is kept from the committed changes: who is alive, and who names whom as owner.
 *
 * @see Kubernetes documentation "Garbage Collection"
 */
export class Garbage {
  readonly #context: Context;
  readonly #alive = new Map<string, Entry>();
  readonly #dependents = new Map<string, Set<string>>();
  readonly #owners = new Map<string, readonly Owner[]>();
  readonly #queue = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Takes in one committed change. */
  look(change: Change): void {
    const { entry, type } = change;
    const uid = uidOf(entry);
    if (uid === undefined) return;
    if (type === 'DELETED') {
      this.#alive.delete(uid);
      this.#setOwners(uid, []);
      for (const dependent of this.#dependents.get(uid) ?? []) this.#queue.add(dependent);
      return;
    }
    this.#alive.set(uid, entry);
    const owners = entry.text.includes('"ownerReferences"') ? (entry.object.metadata.ownerReferences ?? []) : [];
    this.#setOwners(uid, owners);
    if (owners.length > 0 && type === 'ADDED') this.#queue.add(uid);
    if (entry.text.includes('"deletionTimestamp"')) this.#queue.add(uid);
  }

  /** Everything with an owner is looked at once, after the index is complete. */
  checkAll(): void {
    for (const uid of this.#owners.keys()) this.#queue.add(uid);
  }

  enqueue(uid: string): void {
    this.#queue.add(uid);
  }

  /** The uids that need a look; the caller reconciles them. */
  drain(): string[] {
    const uids = [...this.#queue];
    this.#queue.clear();
    return uids;
  }

  /** Does for one object what its owners' and its own state ask for. Idempotent. */
  reconcile(uid: string): void {
    const known = this.#alive.get(uid);
    const entry = known && this.#context.store.get(known);
    if (entry === undefined || uidOf(entry) !== uid) return;
    const resource = this.#context.registry.findStored(entry.resource);
    if (resource === undefined) return;
    const step = deletionStep(entry.object);
    if (step === 'orphan') this.#orphan(resource, entry, uid);
    else if (step === 'foreground') this.#foreground(resource, entry, uid);
    else if (entry.object.metadata.deletionTimestamp === undefined) this.#collect(resource, entry);
  }

  /** Deletes an object that has owners and none of them is alive. */
  #collect(resource: Resource, entry: Entry): void {
    const owners = entry.object.metadata.ownerReferences ?? [];
    if (owners.length === 0) return;
    const living = owners.filter((owner) => this.#alive.has(owner.uid));
    const waiting = living.filter((owner) => this.#isForeground(owner.uid));
    if (living.length === 0) deleteObject(this.#context, resource, entry, containedDeletion);
    else if (waiting.length === living.length) {
      const hasDependents = (this.#dependents.get(uidOf(entry) ?? '')?.size ?? 0) > 0;
      const propagation = hasDependents ? 'Foreground' : 'Background';
      deleteObject(this.#context, resource, entry, { ...containedDeletion, propagation });
    } else if (living.length < owners.length) this.#dropOwners(entry, (owner) => !this.#alive.has(owner.uid));
  }

  #isForeground(uid: string): boolean {
    const entry = this.#alive.get(uid);
    return entry !== undefined && deletionStep(entry.object) === 'foreground';
  }

  /** Dependents go first; the owner follows when none that blocks it is left. */
  #foreground(resource: Resource, entry: Entry, uid: string): void {
    const dependents = this.#livingDependents(uid);
    for (const dependent of dependents) this.#queue.add(uidOf(dependent) ?? '');
    for (const dependent of dependents) {
      const found = this.#context.registry.findStored(dependent.resource);
      if (found !== undefined && dependent.object.metadata.deletionTimestamp === undefined)
        this.#collect(found, dependent);
    }
    const blocking = this.#livingDependents(uid).filter((dependent) =>
      (dependent.object.metadata.ownerReferences ?? []).some(
        (owner) => owner.uid === uid && owner.blockOwnerDeletion === true,
      ),
    );
    if (blocking.length === 0) this.#dropFinalizer(resource, entry, 'foregroundDeletion');
  }

  /** Dependents forget this owner; then it goes. */
  #orphan(resource: Resource, entry: Entry, uid: string): void {
    for (const dependent of this.#livingDependents(uid)) this.#dropOwners(dependent, (owner) => owner.uid === uid);
    this.#dropFinalizer(resource, entry, 'orphan');
  }

  #livingDependents(uid: string): Entry[] {
    return [...(this.#dependents.get(uid) ?? [])]
      .map((dependent) => this.#alive.get(dependent))
      .map((dependent) => dependent && this.#context.store.get(dependent))
      .filter((dependent) => dependent !== undefined);
  }

  #dropOwners(entry: Entry, drops: (owner: Owner) => boolean): void {
    const next = entry.copy();
    const kept = (next.metadata.ownerReferences ?? []).filter((owner) => !drops(owner));
    if (kept.length > 0) next.metadata.ownerReferences = kept;
    else delete next.metadata.ownerReferences;
    this.#context.store.put(entry, next);
  }

  #dropFinalizer(resource: Resource, entry: Entry, finalizer: string): void {
    const next = entry.copy();
    next.metadata.finalizers = (next.metadata.finalizers ?? []).filter((item) => item !== finalizer);
    if (isRemovable(resource, next)) this.#context.store.remove(entry);
    else this.#context.store.put(entry, next);
  }

  #setOwners(uid: string, owners: readonly Owner[]): void {
    for (const owner of this.#owners.get(uid) ?? []) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
      // A foreground deletion of the owner may have waited for this one.
      if (this.#isForeground(owner.uid)) this.#queue.add(owner.uid);
    }
    if (owners.length === 0) this.#owners.delete(uid);
    else this.#owners.set(uid, owners);
    for (const owner of owners) {
      const dependents = this.#dependents.get(owner.uid) ?? new Set();
      this.#dependents.set(owner.uid, dependents.add(uid));
    }
  }
}

/** Reads the uid without parsing the object, which at start would cost more than everything else; see `Store.put`. */
function uidOf(entry: Entry): string | undefined {
  return /"uid":"([^"]*)"/.exec(entry.text)?.[1];
}
