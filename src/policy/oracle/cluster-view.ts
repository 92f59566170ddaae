import type { EndpointSlice } from '../../api/core.ts';
import { type Ip, tryParseIp } from '../../net/ip.ts';
import { parseProtocol, protocolNumber } from '../../net/protocol.ts';
import type { PolicyResources } from '../resources.ts';
import { type AddressOwner, addressOwners, ownsAddress } from './address-owner.ts';
import { type AddressSet, addressSet } from './address-set.ts';

/** An address that stands behind a Service, and the port there; absent when the slice names none. */
export interface Backend {
  readonly address: Ip;
  readonly protocol?: number;
  readonly port?: number;
}

/** What rules ask about a cluster. Answers are kept, so that asking for many packets is quick. */
export interface ClusterView {
  readonly owners: readonly AddressOwner[];
  /** Addresses of the owners that `selects` says yes to; questions with one key are one question. */
  addressesOf(key: string, selects: (owner: AddressOwner) => boolean): AddressSet;
  /** Pods and host endpoints with this address. */
  endpointsAt(ip: Ip): readonly AddressOwner[];
  /** Everything that stands behind a Service; of all IP versions. */
  backendsOf(namespace: string, name: string): readonly Backend[];
}

/** The cluster these resources describe. */
export function clusterView(resources: PolicyResources): ClusterView {
  const owners = addressOwners(resources);
  const endpoints = owners.filter(({ kind }) => kind !== 'network-set');
  const sets = new Map<string, AddressSet>();
  const at = new Map<Ip, readonly AddressOwner[]>();
  const behind = new Map<string, readonly Backend[]>();
  return {
    owners,
    addressesOf: (key, selects) =>
      kept(sets, key, () => addressSet(owners.filter(selects).flatMap(({ nets }) => nets))),
    endpointsAt: (ip) => kept(at, ip, () => endpoints.filter((endpoint) => ownsAddress(endpoint, ip))),
    backendsOf: (namespace, name) =>
      kept(behind, `${namespace}/${name}`, () => backends(resources.endpointSlices, namespace, name)),
  };
}

function kept<K, V>(answers: Map<K, V>, question: K, answer: () => V): V {
  const known = answers.get(question);
  if (known !== undefined) return known;
  const found = answer();
  answers.set(question, found);
  return found;
}

/** Ready or not: whoever may talk to the Service may talk to what comes up behind it. */
function backends(slices: readonly EndpointSlice[], namespace: string, name: string): readonly Backend[] {
  return slices
    .filter(
      ({ metadata }) => metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === name,
    )
    .flatMap(({ endpoints, ports = [] }) => {
      const addresses = endpoints.flatMap((endpoint) => endpoint.addresses).flatMap((text) => tryParseIp(text) ?? []);
      const places = ports.flatMap(({ protocol: text = 'TCP', port }) => {
        const protocol = parseProtocol(text);
        return protocol === undefined || port === undefined ? [] : [{ protocol: protocolNumber(protocol), port }];
      });
      return addresses.flatMap((address) =>
        places.length === 0 ? [{ address }] : places.map((place) => ({ address, ...place })),
      );
    });
}
