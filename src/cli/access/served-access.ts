import { type Kind, type KubernetesObject, withType } from '../../api/meta.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { patchMediaTypes } from '../../datastore/patch-media-type.ts';
import { queryText, resourcePath } from '../../datastore/resource-path.ts';
import type { ResourceAccess, Target, WriteOptions } from './resource-access.ts';

/** {@link ResourceAccess} to a kind the API serves. Fields the server does not know are errors, as they are for kubectl. */
export function servedAccess(cluster: HttpCluster, kind: Kind<KubernetesObject>): ResourceAccess {
  const pathOf = ({ name, namespace }: Target): string => resourcePath(kind, namespace ?? cluster.namespace, name);
  return {
    list: (options) => cluster.list(kind, options),
    get: (name, namespace) => cluster.get(kind, name, namespace),
    watch: (resourceVersion, options) => cluster.watch(kind, resourceVersion, options),
    create: (object, options) => {
      const path = resourcePath(kind, object.metadata.namespace ?? cluster.namespace);
      return cluster.request('POST', path + writeQuery(options), withType(kind, object));
    },
    update: (object, options) => {
      return cluster.request('PUT', pathOf(object.metadata) + writeQuery(options), withType(kind, object));
    },
    patch: (target, type, body, options) => {
      const query = writeQuery(options, type === 'apply' ? { force: true } : {});
      return cluster.request('PATCH', pathOf(target) + query, body, patchMediaTypes[type]);
    },
    remove: ({ name, namespace }, options) =>
      cluster.delete(kind, name, namespace, { propagation: 'Background', dryRun: options?.dryRun }),
  };
}

function writeQuery(options: WriteOptions = {}, more: Readonly<Record<string, boolean>> = {}): string {
  return queryText({
    fieldManager: 'weft',
    fieldValidation: 'Strict',
    dryRun: options.dryRun === true ? 'All' : undefined,
    ...more,
  });
}
