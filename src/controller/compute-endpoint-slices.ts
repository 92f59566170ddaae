import type { EndpointSlice, Pod, Service, ServicePort } from '../api/core.ts';
import { endpointSlices, services } from '../api/kinds.ts';
import { apiVersionOf } from '../api/meta.ts';
import { safeLetters } from '../api/name-syntax.ts';
import { isPodFinished, isPodReady, podIpOf } from '../api/pod-state.ts';
import { serviceNameLabel } from '../api/service-name-label.ts';
import type { Family } from '../net/ip.ts';
import { fnv1a } from './fnv-hash.ts';
import { controllerReference } from './ownership.ts';

/** Label that says who keeps a slice: only those with our value are ours to change. */
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
/** Our value of {@link managedByLabel}: the one of the controller we stand in for. */
export const managedBy = 'endpointslice-controller.k8s.io';

/** Endpoints per slice at most. */
const sliceSize = 100;

type Endpoint = EndpointSlice['endpoints'][number];
type SlicePort = NonNullable<EndpointSlice['ports']>[number];

/**
 * The slices of a Service: per IP version and per set of target ports (a named port may be different on different
 * pods), 100 endpoints each, sorted by pod. Names depend only on these, so that nothing is made twice.
 *
 * @param pods the pods of the Service's namespace
 */
export function computeEndpointSlices(service: Service, pods: readonly Pod[]): readonly EndpointSlice[] {
  const { selector, type } = service.spec;
  if (selector === undefined || Object.keys(selector).length === 0 || type === 'ExternalName') return [];
  const selected = pods
    .filter((pod) => !isPodFinished(pod) && matches(pod, selector))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return familiesOf(service).flatMap((family) => slicesOf(service, selected, family));
}

/** The IP versions of a Service: its `ipFamilies`, else those of its cluster addresses, else IPv4. */
function familiesOf(service: Service): readonly Family[] {
  const { ipFamilies, clusterIP, clusterIPs } = service.spec;
  if (ipFamilies !== undefined && ipFamilies.length > 0) return ipFamilies.map((name) => (name === 'IPv6' ? 6 : 4));
  const addresses = (clusterIPs ?? [clusterIP]).filter((ip) => ip !== undefined && ip !== '' && ip !== 'None');
  return addresses.length === 0 ? [4] : addresses.map((ip) => (ip?.includes(':') === true ? 6 : 4));
}

function slicesOf(service: Service, pods: readonly Pod[], family: Family): readonly EndpointSlice[] {
  const groups = new Map<string, { readonly ports: readonly SlicePort[]; readonly endpoints: Endpoint[] }>();
  for (const pod of pods) {
    const ip = podIpOf(pod, family);
    if (ip === undefined) continue;
    const ports = (service.spec.ports ?? []).flatMap((port) => slicePort(port, pod) ?? []);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    groups.set(key, group);
    group.endpoints.push(endpointOf(pod, ip, service));
  }
  if (groups.size === 0) groups.set('', { ports: [], endpoints: [] });
  return [...groups].flatMap(([key, { ports, endpoints }]) =>
    Array.from({ length: Math.max(1, Math.ceil(endpoints.length / sliceSize)) }, (_, index) => {
      const suffix = suffixOf(`${family} ${key} ${index}`);
      return slice(service, family, suffix, ports, endpoints.slice(index * sliceSize, (index + 1) * sliceSize));
    }),
  );
}

function slice(
  service: Service,
  family: Family,
  suffix: string,
  ports: readonly SlicePort[],
  endpoints: readonly Endpoint[],
): EndpointSlice {
  const { name, namespace } = service.metadata;
  const headless = service.spec.clusterIP === 'None';
  return {
    apiVersion: apiVersionOf(endpointSlices),
    kind: endpointSlices.kind,
    metadata: {
      name: `${name.slice(0, 57)}-${suffix}`,
      ...(namespace !== undefined && { namespace }),
      labels: {
        ...service.metadata.labels,
        ...(headless && { 'service.kubernetes.io/headless': '' }),
        [serviceNameLabel]: name,
        [managedByLabel]: managedBy,
      },
      ownerReferences: [controllerReference(services, service)],
    },
    addressType: family === 6 ? 'IPv6' : 'IPv4',
    endpoints,
    ports,
  };
}

function endpointOf(pod: Pod, ip: string, service: Service): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const { name, namespace, uid } = pod.metadata;
  const spec: Readonly<Record<string, unknown>> = { ...service.spec };
  const ready = spec.publishNotReadyAddresses === true || (serving && !terminating);
  return {
    addresses: [ip],
    conditions: { ready, serving, terminating },
    ...(pod.spec.nodeName !== undefined && { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) },
  };
}

/** `undefined` when the pod has no port of the wanted name: it is then no endpoint of this port. */
function slicePort(port: ServicePort, pod: Pod): SlicePort | undefined {
  const { name = '', protocol = 'TCP', targetPort } = port;
  const target = targetPort === undefined || targetPort === '' ? port.port : targetPort;
  if (typeof target === 'number') return { name, protocol, port: target };
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  const found = ports.find((one) => one.name === target && (one.protocol ?? 'TCP') === protocol);
  return found === undefined ? undefined : { name, protocol, port: found.containerPort };
}

function matches(pod: Pod, selector: Readonly<Record<string, string>>): boolean {
  const labels = pod.metadata.labels ?? {};
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

function suffixOf(text: string): string {
  const plain = fnv1a(text);
  let hash = (plain ^ (plain >>> 15)) >>> 0;
  let suffix = '';
  for (let i = 0; i < 5; i++) {
    suffix += safeLetters[hash % safeLetters.length];
    hash = Math.floor(hash / safeLetters.length);
  }
  return suffix;
}
