import type { Logger } from '../base/log.ts';
import type { ApiObject, JsonRecord } from './json.ts';
import type { Registry } from './registry.ts';
import type { Resource } from './resource.ts';
import type { ServiceAddresses } from './service-addresses.ts';
import type { Cause } from './status-error.ts';
import type { Store } from './storage/store.ts';
import type { FindKubelet } from './streaming/node-streams.ts';

/** Rules beyond a schema for custom kinds: everything wrong with the object, empty when it is right. */
export type SemanticValidation = (
  resource: Resource,
  object: Readonly<ApiObject>,
  previous: Readonly<ApiObject> | undefined,
  /** What the schema has against it. */
  ofSchema: readonly Cause[],
) => readonly Cause[];

/** What every operation works on. */
export interface Context {
  readonly store: Store;
  readonly registry: Registry;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly serviceAddresses: ServiceAddresses;
  readonly validate: SemanticValidation;
  /** The way to the kubelets of nodes; without it nobody can look into pods. */
  readonly kubelets?: FindKubelet | undefined;
}

/** What a write asks for besides the object. */
export interface WriteOptions {
  readonly dryRun: boolean;
  /** What happens to fields that a schema does not know. */
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore';
  /** A definition of the server's own, which tests have checked: to compile it at every start would take longest. */
  readonly trusted?: boolean;
  readonly subresource?: 'status' | undefined;
  /** Who writes, for `managedFields`; without a name (the server itself) the write is not recorded. */
  readonly manager?: string | undefined;
  /** The subresource to record, where it is not {@link WriteOptions.subresource}. */
  readonly recordedSubresource?: 'scale' | undefined;
  /** The `metadata.managedFields` to store, in place of a record of this write; none when empty. */
  readonly managedFields?: readonly JsonRecord[] | undefined;
  /** Finds the fields that the body has twice; absent when nobody wants to know. Only for a body that was parsed. */
  readonly duplicates?: (() => readonly string[]) | undefined;
}

/** The answer to a write: status, the object as JSON text, and texts for `Warning` headers. */
export interface Outcome {
  readonly status: 200 | 201 | 202;
  readonly text: string;
  readonly warnings: readonly string[];
}
