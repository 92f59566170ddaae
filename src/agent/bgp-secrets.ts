import type { Secret } from '../api/core.ts';
import { secrets } from '../api/kinds.ts';
import type { Logger } from '../base/log.ts';
import type { Cluster } from '../datastore/cluster.ts';
import { WatchCache } from '../datastore/watch-cache.ts';
import { decodeBgpPassword } from './bgp-password.ts';

/** A key of a Secret in the agent's namespace. */
export interface SecretKey {
  readonly secret: string;
  readonly key: string;
}

/** What the passwords are read with. */
export interface BgpSecretsParts {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly log: Logger;
  /** Called when a followed Secret has changed, or is known at last. */
  readonly onChange: () => void;
}

/**
 * Exactly those Secrets that something of BGP names, each with a watch of its own, so that the agent needs no right to
 * read any other. What cannot be read any more stays as it was last known.
 */
export class BgpSecrets {
  readonly #parts: BgpSecretsParts;
  readonly #watches = new Map<string, WatchCache<Secret>>();
  #keys: readonly SecretKey[] = [];
  #stopped = false;

  constructor(parts: BgpSecretsParts) {
    this.#parts = parts;
  }

  /** From now on these, and no others. */
  follow(keys: readonly SecretKey[]): void {
    this.#keys = keys;
    const wanted = new Set(keys.map(({ secret }) => secret));
    for (const [name, watch] of this.#watches) {
      if (wanted.has(name)) continue;
      this.#watches.delete(name);
      void watch.stop();
    }
    for (const name of wanted) if (!this.#watches.has(name) && !this.#stopped) this.#watch(name);
  }

  /** Every followed Secret has been looked for, with or without success. */
  get settled(): boolean {
    return [...this.#watches.values()].every((watch) => watch.hasSynced || watch.problem !== undefined);
  }

  /** `SECRET/KEY` -> resourceVersion of the Secret, for keys that have a password. */
  versions(): ReadonlyMap<string, string> {
    return this.#read((_password, version) => version);
  }

  /** `SECRET/KEY` -> password. */
  passwords(): ReadonlyMap<string, string> {
    return this.#read((password) => password);
  }

  /** Secrets that may have changed without our knowing. */
  problems(): readonly string[] {
    return [...this.#watches].flatMap(([name, { problem }]) =>
      problem === undefined ? [] : `Cannot watch Secret "${this.#parts.namespace}/${name}" of BGP: ${problem}`,
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#watches.values()].map((watch) => watch.stop()));
  }

  #watch(name: string): void {
    const { cluster, namespace, log, onChange } = this.#parts;
    const watch = new WatchCache(cluster, secrets, { namespace, fieldSelector: `metadata.name=${name}`, logger: log });
    this.#watches.set(name, watch);
    watch.onChange(onChange);
    // One that does not exist changes nothing, and is known all the same.
    watch.start().then(onChange, () => {});
  }

  #read(what: (password: string, version: string) => string): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const { secret, key } of this.#keys) {
      const object = this.#watches.get(secret)?.get(secret, this.#parts.namespace);
      const password = decodeBgpPassword(object?.data?.[key] ?? '');
      if (object === undefined || password === undefined || password === '') continue;
      found.set(`${secret}/${key}`, what(password, object.metadata.resourceVersion ?? ''));
    }
    return found;
  }
}
