import type { Kind, KubernetesObject } from '../../api/meta.ts';
import { WeftError } from '../../base/errors.ts';
import type { ListOptions, ObjectList, WatchEvent } from '../../datastore/cluster.ts';
import { matchesSelector } from '../match-selector.ts';
import type { ResourceAccess } from './resource-access.ts';

/** What a view is made of. */
export interface ViewSource {
  /** Every object of the view, in a namespace if one is given. */
  list(options: ListOptions): Promise<ObjectList<KubernetesObject>>;
  watch(resourceVersion: string, options: ListOptions): AsyncIterable<WatchEvent<KubernetesObject>>;
}

/**
 * {@link ResourceAccess} to a view that cannot be written: label and field selectors are those of the view, not of what
 * it is made of.
 */
export function readOnlyAccess(kind: Kind<KubernetesObject>, source: ViewSource): ResourceAccess {
  const refuse = (): Promise<never> => {
    const text = `operation is not supported on ${kind.kind}: it is a view of objects of Kubernetes`;
    return Promise.reject(new WeftError('CLI_FAILED', text));
  };
  const access: ResourceAccess = {
    list: async (options = {}) => {
      const { items, resourceVersion } = await source.list({ namespace: options.namespace });
      return { items: items.filter((item) => matchesSelector(item, options)), resourceVersion };
    },
    get: async (name, namespace) => {
      const { items } = await access.list({ namespace });
      return items.find(({ metadata }) => metadata.name === name);
    },
    watch: async function* (resourceVersion, options = {}) {
      const { namespace, signal } = options;
      for await (const event of source.watch(resourceVersion, { namespace, signal })) {
        if (event.type === 'BOOKMARK' || matchesSelector(event.object, options)) yield event;
      }
    },
    create: refuse,
    update: refuse,
    patch: refuse,
    remove: refuse,
  };
  return access;
}
