import type { EndpointSlice, Service } from '../api/core.ts';
import { serviceNameLabel } from '../api/service-name-label.ts';
import { type Cidr, cidrContainsIp, cidrsOverlap, compareCidrs, hostCidr, isSingleAddress } from '../net/cidr.ts';
import { type Family, type Ip, ipFamily, tryParseIp } from '../net/ip.ts';
import { tryParseNetwork } from '../net/network.ts';
import type { BgpSettings } from './bgp-configuration.ts';
import type { BgpNode } from './bgp-node.ts';
import type { BgpState } from './bgp-state.ts';
import type { RoutedPool } from './pool.ts';

/** Nodes with this label announce no service. */
const excludedLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** What {@link announcedServices} reads. */
export interface ServiceInputs {
  readonly local: BgpNode;
  readonly settings: BgpSettings;
  readonly pools: readonly RoutedPool[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
}

/** Networks of BGPConfiguration, each list without doubles. */
interface ServiceNetworks {
  readonly cluster: readonly Cidr[];
  readonly external: readonly Cidr[];
  readonly loadBalancer: readonly Cidr[];
}

/**
 * Which networks of services the node announces:
 * - as a whole, from every node: serviceClusterIPs, and of the two other lists what is longer than one address (load
 *   balancer networks only while serviceLoadBalancerAggregation is Enabled);
 * - single addresses of services with externalTrafficPolicy Local, from nodes with a ready endpoint of the family;
 * - single addresses of other services where the lists name just that address, or, load balancer addresses, where
 *   aggregation is Disabled and the service has a ready endpoint anywhere.
 *
 * A node that is excluded from load balancers announces nothing.
 */
export function announcedServices(inputs: ServiceInputs, problems: Set<string>): BgpState['services'] {
  const { local, settings, services } = inputs;
  const networks = tryParseNetworks(inputs, problems);
  const { cluster, external, loadBalancer } = networks;
  const all = sorted([...cluster, ...external, ...loadBalancer]);
  const passedOn = local.clusterId === undefined ? [] : sorted([...external, ...loadBalancer]);
  if (all.length === 0 || excludedLabel in local.labels) return { announced: [], passedOn, all };
  const aggregated = settings.serviceLoadBalancerAggregation !== 'Disabled';
  const wide = (cidrs: readonly Cidr[]) => cidrs.filter((cidr) => !isSingleAddress(cidr));
  const whole = [...cluster, ...wide(external), ...(aggregated ? wide(loadBalancer) : [])];
  const relevant = services.filter(({ spec }) => announcedTypes.has(spec.type ?? 'ClusterIP') && hasClusterIp(spec));
  const ready = readyFamilies(relevant, inputs, aggregated);
  const single = relevant.flatMap((service) => {
    const families = ready.get(keyOf(service)) ?? new Set();
    return isLocal(service)
      ? addressesOf(service, networks).filter((ip) => families.has(ipFamily(ip)))
      : sharedAddresses(service, networks, aggregated, families);
  });
  return { announced: sorted([...whole, ...single.map(hostCidr)]), passedOn, all };
}

const announcedTypes: ReadonlySet<string> = new Set(['ClusterIP', 'NodePort', 'LoadBalancer']);

/**
 * The families in which services have ready endpoints: here, for those that are Local, else anywhere. Only of services
 * where it matters.
 */
function readyFamilies(
  services: readonly Service[],
  { local, endpointSlices }: ServiceInputs,
  aggregated: boolean,
): ReadonlyMap<string, ReadonlySet<Family>> {
  const asked = new Map<string, { readonly here: boolean; readonly families: Set<Family> }>();
  for (const service of services) {
    const here = isLocal(service);
    if (here || !aggregated) asked.set(keyOf(service), { here, families: new Set() });
  }
  for (const { metadata, addressType, endpoints } of asked.size === 0 ? [] : endpointSlices) {
    const name = metadata.labels?.[serviceNameLabel];
    const service = asked.get(`${metadata.namespace}/${name}`);
    if (service === undefined || addressType === 'FQDN') continue;
    const serves = endpoints.some(
      ({ conditions, nodeName }) => conditions?.ready !== false && (!service.here || nodeName === local.name),
    );
    if (serves) service.families.add(addressType === 'IPv4' ? 4 : 6);
  }
  return new Map([...asked].map(([key, { families }]) => [key, families]));
}

/** All addresses of a service that may be announced. */
function addressesOf(service: Service, { cluster, external, loadBalancer }: ServiceNetworks): readonly Ip[] {
  return [
    ...(cluster.length === 0 ? [] : clusterIps(service)),
    ...externalIps(service).filter((ip) => isInside(external, ip)),
    ...loadBalancerIps(service).filter((ip) => isInside(loadBalancer, ip)),
  ];
}

/** Addresses of a service that is not Local: every node announces them. */
function sharedAddresses(
  service: Service,
  { external, loadBalancer }: ServiceNetworks,
  aggregated: boolean,
  ready: ReadonlySet<Family>,
): readonly Ip[] {
  const balanced = loadBalancerIps(service).filter(
    (ip) =>
      loadBalancer.includes(hostCidr(ip)) || (!aggregated && ready.has(ipFamily(ip)) && isInside(loadBalancer, ip)),
  );
  return [...externalIps(service).filter((ip) => external.includes(hostCidr(ip))), ...balanced];
}

/**
 * What cannot be read, and what shares addresses with a pool of pods (BIRD would keep the routes to these out of the
 * kernel), is a problem and left out.
 */
function tryParseNetworks({ settings, pools }: ServiceInputs, problems: Set<string>): ServiceNetworks {
  const readOne = (key: string, text: string): Cidr | undefined => {
    const cidr = tryParseNetwork(text);
    const pool = cidr && pools.find((one) => one.forPods && cidrsOverlap(one.cidr, cidr));
    if (cidr !== undefined && pool === undefined) return cidr;
    const why = pool === undefined ? 'a network needed' : `it overlaps pool ${pool.name} (${pool.cidr})`;
    problems.add(`BGPConfiguration: ${key}: "${text}" found, ${why}: not announced`);
    return undefined;
  };
  const read = (key: 'serviceClusterIPs' | 'serviceExternalIPs' | 'serviceLoadBalancerIPs'): readonly Cidr[] =>
    sorted((settings[key] ?? []).flatMap(({ cidr = '' }) => (cidr === '' ? [] : (readOne(key, cidr) ?? []))));
  return {
    cluster: read('serviceClusterIPs'),
    external: read('serviceExternalIPs'),
    loadBalancer: read('serviceLoadBalancerIPs'),
  };
}

function clusterIps({ spec }: Service): readonly Ip[] {
  return readIps(spec.clusterIPs ?? [spec.clusterIP ?? '']);
}

function externalIps({ spec }: Service): readonly Ip[] {
  return readIps(spec.externalIPs ?? []);
}

function loadBalancerIps({ status }: Service): readonly Ip[] {
  return readIps((status?.loadBalancer?.ingress ?? []).map(({ ip = '' }) => ip));
}

function readIps(texts: readonly string[]): readonly Ip[] {
  return texts.flatMap((text) => tryParseIp(text) ?? []);
}

function hasClusterIp({ clusterIP }: Service['spec']): boolean {
  return clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None';
}

function isLocal({ spec }: Service): boolean {
  return spec.externalTrafficPolicy === 'Local';
}

function isInside(networks: readonly Cidr[], ip: Ip): boolean {
  return networks.some((network) => cidrContainsIp(network, ip));
}

function keyOf({ metadata }: Service): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function sorted(cidrs: readonly Cidr[]): readonly Cidr[] {
  return [...new Set(cidrs)].sort(compareCidrs);
}
