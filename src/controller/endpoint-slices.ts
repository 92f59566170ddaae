import { isDeepStrictEqual } from 'node:util';
import type { EndpointSlice, Pod, Service } from '../api/core.ts';
import { keyOf, objectKey, parseObjectKey } from '../datastore/object-key.ts';
import { computeEndpointSlices, managedBy, managedByLabel, serviceNameLabel } from './compute-endpoint-slices.ts';
import { KeyedLoop } from './keyed-loop.ts';
import type { Controller, Surroundings, WorkloadKinds } from './shared.ts';

/** Keeps the EndpointSlices of every Service that has a selector. Slices that others manage are left alone. */
export function startEndpointSlices(
  kinds: Pick<WorkloadKinds, 'services' | 'endpointSlices' | 'pods'>,
  surroundings: Surroundings,
): Controller {
  const { services, endpointSlices, pods } = kinds;
  const loop = new KeyedLoop({ name: 'endpointslice', logger: surroundings.logger, reconcile });
  services.onChange((service) => loop.enqueue(objectKey(service)));
  endpointSlices.onChange((slice) => {
    const service = slice.metadata.labels?.[serviceNameLabel];
    if (service !== undefined && isOurs(slice)) loop.enqueue(keyOf(service, slice.metadata.namespace));
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
    return undefined;
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
