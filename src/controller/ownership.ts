import type { Kind, KubernetesObject, OwnerReference } from '../api/meta.ts';
import { apiVersionOf } from '../api/meta.ts';

/** The owner that controls the object; at most one does. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** The reference by which `owner` controls an object it makes. */
export function controllerReference(kind: Kind<KubernetesObject>, owner: KubernetesObject): OwnerReference {
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}
