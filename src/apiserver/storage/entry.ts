import type { ApiObject } from '../json.ts';

/** Which object of which resource. `namespace` is '' for cluster-scoped kinds. */
export interface EntryKey {
  /** See `storageKey` in resource.ts. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** One stored version of one object. Never changes; a write makes a new one. */
export class Entry implements EntryKey {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** The resourceVersion as a number. */
  readonly version: number;
  /** The object as JSON text: what is stored and what is sent. */
  readonly text: string;
  #object: Readonly<ApiObject> | undefined;

  constructor(key: EntryKey, version: number, text: string) {
    this.resource = key.resource;
    this.namespace = key.namespace;
    this.name = key.name;
    this.version = version;
    this.text = text;
  }

  /** The parsed object, to look at; use {@link Entry.copy} for one that may be changed. */
  get object(): Readonly<ApiObject> {
    this.#object ??= parseObject(this.text);
    return this.#object;
  }

  /** A fresh object that the caller owns. */
  copy(): ApiObject {
    return parseObject(this.text);
  }
}

/** One write, in the order of versions: what watches are made of. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** After the write; for DELETED the last state, carrying the version of the deletion. */
  readonly entry: Entry;
  /** Before the write; absent for ADDED. */
  readonly previous: Entry | undefined;
}

function parseObject(text: string): ApiObject {
  const object: ApiObject = JSON.parse(text);
  return object;
}
