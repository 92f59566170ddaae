import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { deployments, services } from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { hasCode, WeftError } from '../base/errors.ts';
import type { Cluster } from '../datastore/cluster.ts';

const kinds: readonly Kind<KubernetesObject>[] = [deployments, services];

/** The path of a manifest in `examples/`. */
export function examplePath(name: string): string {
  return fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
}

/**
 * Creates the objects of a manifest in namespace `default`; those that exist already stay as they are.
 *
 * @throws WeftError LAB_EXAMPLE for a kind the examples do not use
 */
export async function applyExample(cluster: Cluster, name: string): Promise<void> {
  for (const document of parseAllDocuments(readFileSync(examplePath(name), 'utf8'))) {
    const object = document.toJS() as KubernetesObject | null;
    if (object === null) continue;
    const kind = kinds.find((one) => one.kind === object.kind);
    if (kind === undefined)
      throw new WeftError('LAB_EXAMPLE', `Cannot apply "${name}": kind ${object.kind} is unknown`);
    try {
      await cluster.create(kind, { ...object, metadata: { namespace: 'default', ...object.metadata } });
    } catch (error) {
      if (!hasCode(error, 'API_ALREADY_EXISTS')) throw error;
    }
  }
}
