import type { CalicoNodeObject } from '../../api/calico-node.ts';
import { calicoNodeOf, calicoNodePatch } from '../../api/calico-node-view.ts';
import type { Node } from '../../api/core.ts';
import { calicoNodes, nodes } from '../../api/kinds.ts';
import type { KubernetesObject } from '../../api/meta.ts';
import { WeftError } from '../../base/errors.ts';
import { applyMergePatch } from '../../base/merge-patch.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import type { ResourceAccess, WriteOptions } from './resource-access.ts';
import { servedAccess } from './served-access.ts';

/**
 * Calico's Nodes: a view of the Nodes of Kubernetes, kept in their annotations. Labels given are set, those not given
 * stay: they belong to Kubernetes.
 */
export function nodeAccess(cluster: HttpCluster): ResourceAccess {
  const core = servedAccess(cluster, nodes);
  const write = async (wanted: CalicoNodeObject, removed: readonly string[], options: WriteOptions = {}) => {
    const { name, labels, annotations, resourceVersion } = wanted.metadata;
    const patch = {
      metadata: {
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        labels: { ...labels, ...Object.fromEntries(removed.map((key) => [key, null])) },
        annotations: { ...annotations, ...calicoNodePatch(wanted) },
      },
    };
    return calicoNodeOf((await core.patch({ name }, 'merge', patch, options)) as Node);
  };
  return {
    list: async (options) => {
      const { items, resourceVersion } = await cluster.list(nodes, options);
      return { items: items.map(calicoNodeOf), resourceVersion };
    },
    get: async (name) => {
      const node = await cluster.get(nodes, name);
      return node === undefined ? undefined : calicoNodeOf(node);
    },
    watch: async function* (resourceVersion, options) {
      for await (const { type, object } of cluster.watch(nodes, resourceVersion, options)) {
        yield { type, object: type === 'BOOKMARK' ? object : calicoNodeOf(object) };
      }
    },
    create: async (object, options) => {
      const { name } = object.metadata;
      const node = await cluster.get(nodes, name);
      if (node === undefined)
        throw unsupported('Create', name, 'nodes are made by Kubernetes, none of this name is there');
      if (calicoNodeOf(node).spec.bgp !== undefined) {
        throw new WeftError('API_ALREADY_EXISTS', `nodes "${name}" already exists`);
      }
      return write(object as CalicoNodeObject, [], options);
    },
    update: (object, options) => write(object as CalicoNodeObject, [], options),
    patch: async ({ name }, type, body, options) => {
      const node = await cluster.get(nodes, name);
      if (node === undefined) throw new WeftError('API_NOT_FOUND', `nodes "${name}" not found`);
      const before = calicoNodeOf(node);
      const wanted = await patched(before, type, body);
      const { checkResource } = await import('../check-resource.ts');
      const problem = checkResource(calicoNodes, wanted);
      if (problem !== undefined) throw new WeftError('CLI_FAILED', problem);
      const kept = wanted.metadata.labels ?? {};
      const removed = Object.keys(before.metadata.labels ?? {}).filter((key) => !Object.hasOwn(kept, key));
      return write(wanted, removed, options);
    },
    remove: ({ name }) => Promise.reject(unsupported('Delete', name, 'nodes are deleted through the kubernetes API')),
  };
}

async function patched(before: CalicoNodeObject, type: string, body: unknown): Promise<CalicoNodeObject> {
  if (type !== 'json') return applyMergePatch(before, body) as CalicoNodeObject;
  const { default: jsonPatch } = await import('fast-json-patch');
  const copy: KubernetesObject = structuredClone(before);
  return jsonPatch.applyPatch(copy, body as Parameters<typeof jsonPatch.applyPatch>[1]).newDocument as CalicoNodeObject;
}

function unsupported(operation: string, name: string, reason: string): WeftError {
  return new WeftError('CLI_FAILED', `operation ${operation} is not supported on Node(${name}): ${reason}`);
}
