import type { FieldError } from '../../api/field-error.ts';
import { fromV1, type ImportedObject, v1ApiVersion, v1Plurals } from '../../api/import-v1.ts';
import type { KubernetesObject } from '../../api/meta.ts';
import { hasCode } from '../../base/errors.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { nameText } from '../resource-error.ts';

/** An object of v1 that cannot be brought into the form of v3. */
export interface InvalidObject {
  readonly kind: string;
  readonly name: string;
  readonly errors: readonly FieldError[];
}

/** Everything Calico keeps in a cluster. */
export interface V1Contents {
  readonly objects: readonly ImportedObject[];
  readonly invalid: readonly InvalidObject[];
}

interface V1List {
  readonly kind?: string;
  readonly metadata?: { readonly continue?: string };
  readonly items?: readonly KubernetesObject[] | null;
}

/** Reads all objects of crd.projectcalico.org/v1; kinds that are not served hold none. */
export async function readV1(cluster: HttpCluster): Promise<V1Contents> {
  const objects: ImportedObject[] = [];
  const invalid: InvalidObject[] = [];
  const lists = await Promise.all(v1Plurals.map((plural) => listV1(cluster, plural)));
  for (const item of lists.flat()) {
    const result = fromV1(item);
    if ('object' in result) objects.push(result);
    else invalid.push({ kind: item.kind ?? '', name: nameText(item.metadata), errors: result });
  }
  return { objects, invalid };
}

async function listV1(cluster: HttpCluster, plural: string): Promise<readonly KubernetesObject[]> {
  const items: KubernetesObject[] = [];
  for (let token = ''; ; ) {
    const query = `?limit=500${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`;
    let list: V1List;
    try {
      list = await cluster.request<V1List>('GET', `/apis/${v1ApiVersion}/${plural}${query}`);
    } catch (error) {
      if (hasCode(error, 'API_NOT_FOUND')) return [];
      throw error;
    }
    // Items of a list may lack what the list says for all of them.
    const kind = list.kind?.replace(/List$/, '') ?? '';
    items.push(...(list.items ?? []).map((item) => ({ kind, apiVersion: v1ApiVersion, ...item })));
    token = list.metadata?.continue ?? '';
    if (token === '') return items;
  }
}
