import { setTimeout as sleep } from 'node:timers/promises';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { hasCode } from '../base/errors.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { changeFiles, type ResourceToChange } from './change-resources.ts';
import type { CommandInput } from './command.ts';
import { lastApplied, threeWayMergePatch, withLastApplied } from './last-applied.ts';
import { refuseOverlap } from './refuse-overlap.ts';

const attempts = 5;
const pauseMs = 1000;

/** `weft apply -f FILE`: create, or change what exists. */
export function run(input: CommandInput): Promise<number> {
  return changeFiles(input, { name: 'apply', done: 'applied', change: applyResource });
}

async function applyResource(cluster: HttpCluster, { kind, object }: ResourceToChange): Promise<boolean> {
  const isCalico = kind.group === 'projectcalico.org';
  try {
    await refuseOverlap(cluster, kind, object);
    await cluster.create(kind, isCalico ? object : withLastApplied(object));
    return true;
  } catch (error) {
    if (!hasCode(error, 'API_ALREADY_EXISTS')) throw error;
  }
  if (isCalico) await replaceResource(cluster, kind, object);
  else await mergeResource(cluster, kind, object);
  return true;
}

/**
 * Writes the object over the one that exists, as calicoctl does: without a resourceVersion it is read and tried again
 * when somebody else is faster, with one a conflict is an error.
 */
export async function replaceResource(
  cluster: HttpCluster,
  kind: Kind<KubernetesObject>,
  object: KubernetesObject,
): Promise<void> {
  const { name, namespace, resourceVersion } = object.metadata;
  if (resourceVersion !== undefined) {
    await cluster.update(kind, object);
    return;
  }
  for (let attempt = 1; ; attempt++) {
    const current = await cluster.get(kind, name, namespace);
    const { resourceVersion: version = '', uid } = current?.metadata ?? {};
    const metadata = { ...object.metadata, resourceVersion: version, ...(uid === undefined ? {} : { uid }) };
    try {
      // Without the object the server says that there is none, in its own words.
      await cluster.update(kind, current === undefined ? object : { ...object, metadata });
      return;
    } catch (error) {
      if (!hasCode(error, 'API_CONFLICT') || attempt >= attempts) throw error;
    }
    await sleep(pauseMs);
  }
}

// Kubernetes' own kinds carry values the server has filled in (cluster IPs, node names): only what the file says, or
// no longer says, is changed.
async function mergeResource(
  cluster: HttpCluster,
  kind: Kind<KubernetesObject>,
  object: KubernetesObject,
): Promise<void> {
  const { name, namespace } = object.metadata;
  const current = await cluster.get(kind, name, namespace);
  const patch = threeWayMergePatch(current === undefined ? undefined : lastApplied(current), withLastApplied(object));
  await cluster.patch(kind, name, namespace, 'merge', patch);
}
