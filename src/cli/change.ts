import type { Kind, KubernetesObject } from '../api/meta.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import type { ResourceAccess } from './access/resource-access.ts';
import type { DryRun } from './dry-run.ts';

/** A resource with its kind; the namespace is filled in. */
export interface ResourceToChange {
  readonly kind: Kind<KubernetesObject>;
  readonly object: KubernetesObject;
}

/** What became of a resource, or would. */
export interface Change {
  /** False when the resource was passed over. */
  readonly done: boolean;
  readonly before?: KubernetesObject | undefined;
  readonly after?: KubernetesObject | undefined;
}

/** Where a verb does its work. */
export interface ChangeContext {
  readonly cluster: HttpCluster;
  readonly access: ResourceAccess;
  readonly dryRun: DryRun;
}

/** What a verb does to one resource, and how it is called in messages. */
export interface Verb {
  /** `apply` */
  readonly name: string;
  /** `applied` */
  readonly done: string;
  change(context: ChangeContext, resource: ResourceToChange): Promise<Change>;
}
