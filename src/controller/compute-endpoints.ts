import type { EndpointAddress, EndpointSlice, EndpointSubset, Endpoints, Service } from '../api/core.ts';
import { endpoints } from '../api/kinds.ts';
import { apiVersionOf } from '../api/meta.ts';

/** Label that says who keeps an Endpoints object: only those with our value are ours to change. */
const managedByLabel = 'endpoints.kubernetes.io/managed-by';
/** The name of the controller we stand in for. */
const managedBy = 'endpoint-controller';

/** An Endpoints object holds this many addresses at most, as in Kubernetes. */
const maxAddresses = 1000;

/** True for what {@link computeEndpoints} made; everything else was written by somebody for his own Service. */
export function isOurEndpoints({ metadata }: Endpoints): boolean {
  return metadata.labels?.[managedByLabel] === managedBy;
}

/**
 * The Endpoints object of a Service from its EndpointSlices: the addresses of its first IP version, one subset per set
 * of ports, ready and not ready apart, addresses in order. An endpoint that terminates is left out.
 */
export function computeEndpoints(service: Service, slices: readonly EndpointSlice[]): Endpoints {
  const { name, namespace, labels } = service.metadata;
  const family = slices[0]?.addressType;
  const subsets = new Map<
    string,
    { ports: EndpointSlice['ports']; ready: EndpointAddress[]; not: EndpointAddress[] }
  >();
  for (const slice of slices.filter((one) => one.addressType === family)) {
    const key = JSON.stringify(slice.ports ?? []);
    const subset = subsets.get(key) ?? { ports: slice.ports, ready: [], not: [] };
    subsets.set(key, subset);
    for (const endpoint of slice.endpoints) {
      if (endpoint.conditions?.ready === true) subset.ready.push(...addressesOf(endpoint));
      else if (endpoint.conditions?.terminating !== true) subset.not.push(...addressesOf(endpoint));
    }
  }
  return {
    apiVersion: apiVersionOf(endpoints),
    kind: endpoints.kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      labels: { ...labels, [managedByLabel]: managedBy },
    },
    subsets: [...subsets.values()].flatMap(({ ports, ready, not }) => subsetOf(ports, ready, not)),
  };
}

function addressesOf({ addresses, nodeName, targetRef }: EndpointSlice['endpoints'][number]): EndpointAddress[] {
  const more = { ...(nodeName !== undefined && { nodeName }), ...(targetRef !== undefined && { targetRef }) };
  return addresses.map((ip) => ({ ip, ...more }));
}

function subsetOf(
  ports: EndpointSlice['ports'],
  ready: readonly EndpointAddress[],
  notReady: readonly EndpointAddress[],
): readonly EndpointSubset[] {
  if (ready.length + notReady.length === 0) return [];
  const plain = (ports ?? []).flatMap(({ name, port, protocol }) =>
    port === undefined ? [] : [{ ...(name ? { name } : {}), port, ...(protocol !== undefined && { protocol }) }],
  );
  return [
    {
      ...(ready.length > 0 && { addresses: ready.slice(0, maxAddresses) }),
      ...(notReady.length > 0 && { notReadyAddresses: notReady.slice(0, maxAddresses) }),
      ...(plain.length > 0 && { ports: plain }),
    },
  ];
}
