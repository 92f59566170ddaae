import { isDeepStrictEqual } from 'node:util';
import type { EndpointSlice, Pod, Service } from '../api/core.ts';
import { serviceNameLabel } from '../api/service-name-label.ts';
import { keyOf, objectKey, parseObjectKey } from '../datastore/object-key.ts';
import { computeEndpointSlices, managedBy, managedByLabel } from './compute-endpoint-slices.ts';
import { computeEndpoints, isOurEndpoints } from './compute-endpoints.ts';
import { KeyedLoop } from './keyed-loop.ts';
import type { Controller, Surroundings, WorkloadKinds } from './shared.ts';

/**
 * Keeps the EndpointSlices, and the Endpoints object, of every Service that has a selector. What others manage is left
 * alone.
 */
export function startEndpointSlices(
  kinds: Pick<WorkloadKinds, 'services' | 'endpoints' | 'endpointSlices' | 'pods'>,
  surroundings: Surroundings,
): Controller {
  const { services, endpoints, endpointSlices, pods } = kinds;
  const loop = new KeyedLoop({ name: 'endpointslice', logger: surroundings.logger, reconcile });
  services.onChange((service) => loop.enqueue(objectKey(service)));
  endpointSlices.onChange((slice) => {
    const service = slice.metadata.labels?.[serviceNameLabel];
    if (service !== undefined && isOurs(slice)) loop.enqueue(keyOf(service, slice.metadata.namespace));
  });
  endpoints.onChange((object) => {
    if (isOurEndpoints(object)) loop.enqueue(objectKey(object));
  });
  pods.onChange((pod, old) => {
    for (const service of services.items()) {
      if (selects(service, pod) || (old !== undefined && selects(service, old))) loop.enqueue(objectKey(service));
    }
  });
  for (const service of services.items()) loop.enqueue(objectKey(service));
  for (const slice of endpointSlices.items()) {
    const service = slice.metadata.labels?.[serviceNameLabel];
    if (service !== undefined && isOurs(slice)) loop.enqueue(keyOf(service, slice.metadata.namespace));
  }
  for (const object of endpoints.items()) if (isOurEndpoints(object)) loop.enqueue(objectKey(object));
  return loop;

  async function reconcile(key: string): Promise<undefined> {
    const { name, namespace } = parseObjectKey(key);
    const service = services.get(name, namespace);
    const wanted = service === undefined || service.metadata.deletionTimestamp !== undefined ? [] : desired(service);
    const actual = endpointSlices
      .items()
      .filter((slice) => slice.metadata.namespace === namespace && slice.metadata.labels?.[serviceNameLabel] === name)
      .filter(isOurs);
    // New slices before old ones go: an endpoint may move from one to the other.
    for (const slice of wanted) {
      const old = actual.find((one) => one.metadata.name === slice.metadata.name);
      if (old === undefined) await endpointSlices.create(slice);
      else if (!isSame(old, slice)) {
        await endpointSlices.update({ ...slice, metadata: { ...old.metadata, ...slice.metadata } });
      }
    }
    for (const slice of actual) {
      if (!wanted.some((one) => one.metadata.name === slice.metadata.name)) await endpointSlices.delete(slice);
    }
    await keepEndpoints(key, service === undefined || wanted.length === 0 ? undefined : service, wanted);
    return undefined;
  }

  async function keepEndpoints(key: string, service: Service | undefined, slices: readonly EndpointSlice[]) {
    const { name, namespace } = parseObjectKey(key);
    const actual = endpoints.get(name, namespace);
    if (service === undefined) {
      if (actual !== undefined && isOurEndpoints(actual)) await endpoints.delete(actual);
      return;
    }
    const wanted = computeEndpoints(service, slices);
    if (actual === undefined) await endpoints.create(wanted);
    else if (
      !isDeepStrictEqual(actual.subsets ?? [], wanted.subsets ?? []) ||
      !isDeepStrictEqual(actual.metadata.labels, wanted.metadata.labels)
    ) {
      await endpoints.update({ ...wanted, metadata: { ...actual.metadata, ...wanted.metadata } });
    }
  }

  function desired(service: Service): readonly EndpointSlice[] {
    const { namespace } = service.metadata;
    return computeEndpointSlices(
      service,
      pods.items().filter((pod) => pod.metadata.namespace === namespace),
    );
  }
}

function isOurs(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[managedByLabel] === managedBy;
}

function selects(service: Service, pod: Pod): boolean {
  const { selector } = service.spec;
  if (selector === undefined || service.metadata.namespace !== pod.metadata.namespace) return false;
  return Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value);
}

function isSame(a: EndpointSlice, b: EndpointSlice): boolean {
  return (
    isDeepStrictEqual(a.endpoints, b.endpoints) &&
    isDeepStrictEqual(a.ports ?? [], b.ports ?? []) &&
    isDeepStrictEqual(a.metadata.labels, b.metadata.labels)
  );
}
