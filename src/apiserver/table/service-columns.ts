import type { Endpoints, Service } from 'kubernetes-types/core/v1.d.ts';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.d.ts';
import { column, type TableColumn } from './column.ts';
import { ageColumn, joinPairs, joinSome, nameColumn, none } from './common-columns.ts';

/** So many addresses or ports are shown; of more only the number. */
const shown = 3;
const unset = '<unset>';

function externalAddresses({ spec, status }: Service): string {
  if (spec?.type === 'ExternalName') return spec.externalName || none;
  const own = spec?.externalIPs ?? [];
  if (spec?.type !== 'LoadBalancer') return joinSome(own);
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
  return joinSome([...ingress.filter((one) => one !== ''), ...own], undefined, '<pending>');
}

function servicePorts({ spec }: Service): string {
  const ports = spec?.ports ?? [];
  return joinSome(
    ports.map(({ port, nodePort, protocol = 'TCP' }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`),
  );
}

/** The columns of services. */
export const serviceColumns: readonly TableColumn[] = [
  nameColumn,
  column<Service>('Type', ({ spec }) => spec?.type ?? 'ClusterIP'),
  column<Service>('Cluster-IP', ({ spec }) => spec?.clusterIP || none),
  column<Service>('External-IP', externalAddresses),
  column<Service>('Port(s)', servicePorts),
  ageColumn,
  column<Service>('Selector', ({ spec }) => joinPairs(spec?.selector), { wide: true }),
];

function endpointAddresses({ subsets }: Endpoints): string {
  const all = (subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) =>
          addresses.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
        ),
  );
  return joinSome(all, shown);
}

/** The columns of endpoints. */
export const endpointsColumns: readonly TableColumn[] = [
  nameColumn,
  column<Endpoints>('Endpoints', endpointAddresses),
  ageColumn,
];

/** The columns of endpoint slices. */
export const endpointSliceColumns: readonly TableColumn[] = [
  nameColumn,
  column<EndpointSlice>('AddressType', ({ addressType }) => addressType),
  column<EndpointSlice>('Ports', ({ ports }) => {
    const texts = ports?.map(({ port, name }) => (port === undefined ? name || '*' : String(port)));
    return joinSome(texts, shown, unset);
  }),
  column<EndpointSlice>('Endpoints', ({ endpoints }) => {
    const addresses = endpoints?.flatMap((endpoint) => endpoint.addresses);
    return joinSome(addresses, shown, unset);
  }),
  ageColumn,
];
