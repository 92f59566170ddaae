import type { EndpointSlice, Pod, Service, ServicePort } from '../../api/core.ts';
import { endpointSlices } from '../../api/kinds.ts';
import { matchLabelSelector } from '../../api/label-selector.ts';
import { withType } from '../../api/meta.ts';
import { isPodActive, podIpOf } from '../../api/pod-state.ts';
import { serviceNameLabel } from '../../api/service-name-label.ts';

/** The slices that a cluster makes of Services and pods, for Services that have none. */
export function assumeSlices(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  pods: readonly Pod[],
): readonly EndpointSlice[] {
  const served = new Set(
    slices.map(({ metadata }) => `${metadata.namespace}/${metadata.labels?.[serviceNameLabel] ?? ''}`),
  );
  return services
    .filter(
      ({ metadata, spec }) => spec.selector !== undefined && !served.has(`${metadata.namespace}/${metadata.name}`),
    )
    .flatMap((service) => slicesOf(service, pods));
}

/** One slice for each address family and pod: named ports may differ between pods. */
function slicesOf({ metadata, spec }: Service, pods: readonly Pod[]): readonly EndpointSlice[] {
  const { name, namespace = '' } = metadata;
  const backends = pods.filter(
    (pod) =>
      pod.metadata.namespace === namespace &&
      isPodActive(pod) &&
      matchLabelSelector({ matchLabels: spec.selector ?? {} }, pod.metadata.labels),
  );
  return backends.flatMap((pod) =>
    ([4, 6] as const).flatMap((family): readonly EndpointSlice[] => {
      const address = podIpOf(pod, family);
      if (address === undefined) return [];
      const slice: EndpointSlice = {
        metadata: {
          name: `${name}-${pod.metadata.name}-${family}`,
          namespace,
          labels: { [serviceNameLabel]: name },
        },
        addressType: family === 4 ? 'IPv4' : 'IPv6',
        endpoints: [
          {
            addresses: [address],
            conditions: { ready: true, serving: true, terminating: false },
            targetRef: { kind: 'Pod', name: pod.metadata.name, namespace },
          },
        ],
        ports: (spec.ports ?? []).flatMap((port) => slicePort(port, pod)),
      };
      return [withType(endpointSlices, slice)];
    }),
  );
}

function slicePort({ name, protocol = 'TCP', port, targetPort = port }: ServicePort, pod: Pod) {
  const number =
    typeof targetPort === 'number'
      ? targetPort
      : pod.spec.containers
          .flatMap(({ ports = [] }) => ports)
          .find((one) => one.name === targetPort && (one.protocol ?? 'TCP') === protocol)?.containerPort;
  return number === undefined ? [] : [{ ...(name === undefined ? {} : { name }), protocol, port: number }];
}
