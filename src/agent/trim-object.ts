import type { EndpointSlice, Pod } from '../api/core.ts';
import type { KubernetesObject, ObjectMeta } from '../api/meta.ts';
import { podAnnotations } from '../api/pod-annotations.ts';

const podKeys = new Set<string>([
  ...Object.values(podAnnotations),
  'cni.projectcalico.org/floatingIPs',
  'cni.projectcalico.org/allowedSourcePrefixes',
  'vpc.amazonaws.com/pod-ips',
]);
const applied = 'kubectl.kubernetes.io/last-applied-configuration';

/** An object without what only its writers read: who owns which field, and the text it was applied as. */
export function trimObject<T extends KubernetesObject>(object: T): T {
  return { ...object, metadata: trimMeta(object.metadata, (key) => key !== applied) };
}

/**
 * Pods as one node needs them: its own with what their network has noted, all others with labels, addresses, named ports
 * and account. There may be a hundred thousand.
 */
export function trimPods(nodeName: string): (pod: Pod) => Pod {
  return (pod) => trimPod(pod, pod.spec.nodeName === nodeName);
}

function trimPod({ metadata, spec, status }: Pod, isOwn: boolean): Pod {
  const { nodeName, hostNetwork, serviceAccountName, containers } = spec;
  const { phase, podIP, podIPs } = status ?? {};
  const addresses = podIPs ?? (podIP === undefined ? undefined : [{ ip: podIP }]);
  // They tell of addresses only as long as the status does not.
  const keepsNotes = isOwn || addresses === undefined || addresses.length === 0;
  const ports = containers.flatMap((container) => container.ports ?? []).filter(({ name = '' }) => name !== '');
  return {
    metadata: trimMeta(metadata, (key) => keepsNotes && podKeys.has(key)),
    spec: {
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(hostNetwork === true ? { hostNetwork } : {}),
      ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
      containers: ports.length === 0 ? [] : [{ name: '', ports }],
    },
    ...(phase === undefined && addresses === undefined
      ? {}
      : {
          status: {
            ...(phase === undefined ? {} : { phase }),
            ...(addresses === undefined ? {} : { podIPs: addresses }),
          },
        }),
  };
}

/** Addresses, conditions and ports. */
export function trimEndpointSlice({ metadata, addressType, endpoints, ports }: EndpointSlice): EndpointSlice {
  return {
    metadata: trimMeta(metadata, () => false),
    addressType,
    // A slice without endpoints has null here.
    endpoints: (endpoints ?? []).map(({ addresses, conditions, nodeName }) => ({
      addresses,
      ...(conditions === undefined ? {} : { conditions }),
      ...(nodeName === undefined ? {} : { nodeName }),
    })),
    ...(ports === undefined ? {} : { ports }),
  };
}

function trimMeta(metadata: ObjectMeta, keeps: (annotation: string) => boolean): ObjectMeta {
  const { name, namespace, uid, resourceVersion, labels, annotations, deletionTimestamp } = metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => keeps(key));
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(labels === undefined ? {} : { labels }),
    ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
}
