import type { Kind, KubernetesObject } from '../api/meta.ts';
import { hasCode } from '../base/errors.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';

type AnyKind = Kind<KubernetesObject>;

interface GroupList {
  readonly groups?: readonly { readonly name: string; readonly preferredVersion?: { readonly version: string } }[];
}

interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly singularName?: string;
    readonly namespaced: boolean;
    readonly kind: string;
    readonly shortNames?: readonly string[];
  }[];
}

/** Every kind the server serves, in the version it prefers. */
export async function servedKinds(cluster: HttpCluster): Promise<readonly AnyKind[]> {
  const { groups = [] } = await cluster.request<GroupList>('GET', '/apis');
  const all = [{ name: '', preferredVersion: { version: 'v1' } }, ...groups];
  const lists = await Promise.all(
    all.map(({ name, preferredVersion }) => servedKindsOf(cluster, name, preferredVersion?.version ?? 'v1')),
  );
  return lists.flat();
}

/** The kinds of one version of a group; none when the server does not serve it. */
export async function servedKindsOf(cluster: HttpCluster, group: string, version: string): Promise<readonly AnyKind[]> {
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const list = await cluster.request<ResourceList>('GET', path).catch((error: unknown): ResourceList => {
    // One broken extension must not hide the kinds of the others.
    if (hasCode(error, 'API_NOT_FOUND', 'API_ERROR', 'API_FORBIDDEN')) return {};
    throw error;
  });
  const resources = list.resources ?? [];
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, singularName, namespaced, kind, shortNames }) => ({
      group,
      version,
      kind,
      plural: name,
      singular: singularName || kind.toLowerCase(),
      shortNames: shortNames ?? [],
      namespaced,
      status: resources.some((other) => other.name === `${name}/status`),
    }));
}
