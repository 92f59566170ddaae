import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bgpOf, seedBgpConfiguration, seedBgpSnapshot, seedLabelledNode } from '../../test/support/seed-bgp.ts';
import { seedPool } from '../../test/support/seed-cluster.ts';
import type { BGPConfiguration } from '../api/calico-bgp.ts';
import type { EndpointSlice, Service } from '../api/core.ts';

type Endpoint = Pick<EndpointSlice['endpoints'][number], 'nodeName' | 'conditions'>;

const here: Endpoint = { nodeName: 'node1', conditions: { ready: true } };
const there: Endpoint = { nodeName: 'node2', conditions: { ready: true } };
const unready: Endpoint = { nodeName: 'node1', conditions: { ready: false, serving: true } };

function service(spec: Service['spec'], loadBalancer: readonly string[] = []): Service {
  return {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { type: 'LoadBalancer', clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'], ...spec },
    status: { loadBalancer: { ingress: loadBalancer.map((ip) => ({ ip })) } },
  };
}

function slice(addressType: 'IPv4' | 'IPv6', endpoints: readonly Endpoint[], name = 'web'): EndpointSlice {
  return {
    metadata: { name: `${name}-${addressType}`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
    addressType,
    endpoints: endpoints.map((endpoint) => ({ addresses: ['10.24.1.1'], ...endpoint })),
  };
}

const networks: BGPConfiguration['spec'] = {
  serviceClusterIPs: [{ cidr: '10.96.0.0/12' }, { cidr: 'fd96::/108' }],
  serviceExternalIPs: [{ cidr: '172.16.0.0/24' }, { cidr: '172.17.0.5/32' }],
  serviceLoadBalancerIPs: [{ cidr: '172.20.0.0/24' }, { cidr: '172.21.0.9' }],
};
const wide = ['10.96.0.0/12', '172.16.0.0/24', '172.20.0.0/24', 'fd96::/108'];
const local = { externalTrafficPolicy: 'Local' } as const;
const addresses = ['172.20.0.7', '172.21.0.9', '9.9.9.9'];
const externalIPs = ['172.16.0.3', '172.17.0.5', '8.8.8.8'];
const dual = { clusterIPs: ['10.96.0.10', 'fd96::10'], ...local };

const cases: readonly {
  readonly name: string;
  readonly settings?: BGPConfiguration['spec'];
  readonly services?: readonly Service[];
  readonly slices?: readonly EndpointSlice[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly announced: readonly string[];
}[] = [
  { name: 'nothing configured -> nothing', settings: {}, services: [service(local)], announced: [] },
  { name: 'networks -> whole, of the two other lists without single addresses', announced: wide },
  {
    name: 'a node that is excluded from load balancers -> nothing',
    labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' },
    services: [service({ ...local, externalIPs }, addresses)],
    slices: [slice('IPv4', [here])],
    announced: [],
  },
  {
    name: 'aggregation Disabled -> load balancer networks not as a whole',
    settings: { ...networks, serviceLoadBalancerAggregation: 'Disabled' },
    announced: wide.filter((cidr) => !cidr.startsWith('172.20')),
  },
  {
    name: 'Local, ready here -> cluster address and what is inside the lists',
    services: [service({ ...local, externalIPs }, addresses)],
    slices: [slice('IPv4', [there, here])],
    announced: [...wide, '10.96.0.10/32', '172.16.0.3/32', '172.17.0.5/32', '172.20.0.7/32', '172.21.0.9/32'],
  },
  {
    name: 'Local, ready elsewhere only -> nothing more',
    services: [service({ ...local, externalIPs }, addresses)],
    slices: [slice('IPv4', [there, unready])],
    announced: wide,
  },
  {
    name: 'Local, readiness not said -> counts as ready',
    services: [service(local)],
    slices: [slice('IPv4', [{ nodeName: 'node1' }])],
    announced: [...wide, '10.96.0.10/32'],
  },
  {
    name: 'Local, no cluster networks -> cluster address not',
    settings: { serviceExternalIPs: [{ cidr: '172.16.0.0/24' }] },
    services: [service({ ...local, externalIPs })],
    slices: [slice('IPv4', [here])],
    announced: ['172.16.0.0/24', '172.16.0.3/32'],
  },
  {
    name: 'Local, both families, ready in IPv4 -> IPv4 only',
    services: [service(dual)],
    slices: [slice('IPv4', [here]), slice('IPv6', [there])],
    announced: [...wide, '10.96.0.10/32'],
  },
  {
    name: 'Local, both families, ready in both -> both',
    services: [service(dual)],
    slices: [slice('IPv4', [here]), slice('IPv6', [here])],
    announced: [...wide, '10.96.0.10/32', 'fd96::10/128'],
  },
  {
    name: 'Local, slice of another service or of names -> not ready',
    services: [service(local)],
    slices: [slice('IPv4', [here], 'other'), { ...slice('IPv4', [here]), addressType: 'FQDN' }],
    announced: wide,
  },
  {
    name: 'Local NodePort and ClusterIP -> like LoadBalancer',
    services: [
      service({ ...local, type: 'NodePort' }),
      {
        ...service({ ...local, type: 'ClusterIP', clusterIPs: ['10.96.0.11'] }),
        metadata: { name: 'b', namespace: 'shop' },
      },
    ],
    slices: [slice('IPv4', [here]), slice('IPv4', [here], 'b')],
    announced: [...wide, '10.96.0.10/32', '10.96.0.11/32'],
  },
  {
    name: 'Local ExternalName, and headless -> nothing more',
    services: [
      service({ ...local, type: 'ExternalName' }),
      {
        ...service({ ...local, clusterIP: 'None', clusterIPs: ['None'], externalIPs }),
        metadata: { name: 'b', namespace: 'shop' },
      },
    ],
    slices: [slice('IPv4', [here]), slice('IPv4', [here], 'b')],
    announced: wide,
  },
  {
    name: 'Cluster -> just addresses that the lists name singly, from every node, ready or not',
    services: [service({ externalTrafficPolicy: 'Cluster', externalIPs }, addresses)],
    announced: [...wide, '172.17.0.5/32', '172.21.0.9/32'],
  },
  {
    name: 'Cluster, aggregation Disabled, ready anywhere -> load balancer addresses singly',
    settings: { ...networks, serviceLoadBalancerAggregation: 'Disabled' },
    services: [service({ externalIPs }, addresses)],
    slices: [slice('IPv4', [there])],
    announced: ['10.96.0.0/12', '172.16.0.0/24', 'fd96::/108', '172.17.0.5/32', '172.20.0.7/32', '172.21.0.9/32'],
  },
  {
    name: 'Cluster, aggregation Disabled, nothing ready -> not',
    settings: { ...networks, serviceLoadBalancerAggregation: 'Disabled' },
    services: [service({}, ['172.20.0.7'])],
    slices: [slice('IPv4', [unready])],
    announced: ['10.96.0.0/12', '172.16.0.0/24', 'fd96::/108'],
  },
  {
    name: 'two services with one address -> once',
    services: [service({ externalIPs }), service({ externalIPs })],
    announced: [...wide, '172.17.0.5/32'],
  },
];

for (const { name, settings = networks, services = [], slices = [], labels = {}, announced } of cases) {
  test(`services: ${name}`, () => {
    const snapshot = seedBgpSnapshot(
      { configurations: [seedBgpConfiguration(settings)], services, endpointSlices: slices },
      { nodes: [seedLabelledNode('node1', labels, { IPv4Address: '192.168.122.21/24' })], blocks: [] },
    );
    const { bgp, warnings } = bgpOf(snapshot);
    assert.deepEqual([...bgp.services.announced].sort(), [...announced].sort());
    assert.deepEqual(warnings, []);
  });
}

const all = ['10.96.0.0/12', '172.16.0.0/24', '172.17.0.5/32', '172.20.0.0/24', '172.21.0.9/32', 'fd96::/108'];

test('services: a reflector -> passes on what is not of the cluster alone; the kernel gets none of all', () => {
  const at = (annotations: Readonly<Record<string, string>>) =>
    bgpOf(
      seedBgpSnapshot(
        { configurations: [seedBgpConfiguration(networks)] },
        { nodes: [seedLabelledNode('node1', {}, { IPv4Address: '192.168.122.21/24', ...annotations })], blocks: [] },
      ),
    ).bgp.services;
  assert.deepEqual(at({}).passedOn, []);
  assert.deepEqual(at({}).all, all);
  assert.deepEqual(
    at({ RouteReflectorClusterID: '244.0.0.1' }).passedOn,
    all.filter((cidr) => cidr.startsWith('172')),
  );
});

test('services: network that overlaps a pool of pods -> named, left out; a pool of load balancers -> fine', () => {
  const settings = { serviceClusterIPs: [{ cidr: '10.0.0.0/8' }], serviceLoadBalancerIPs: [{ cidr: '172.20.0.0/24' }] };
  const { bgp, warnings } = bgpOf(
    seedBgpSnapshot(
      { configurations: [seedBgpConfiguration(settings)] },
      { pools: [seedPool('p', '10.24.0.0/16'), seedPool('lb', '172.20.0.0/24', { allowedUses: ['LoadBalancer'] })] },
    ),
  );
  assert.deepEqual(bgp.services, { announced: ['172.20.0.0/24'], passedOn: [], all: ['172.20.0.0/24'] });
  assert.deepEqual(warnings, [
    'BGPConfiguration: serviceClusterIPs: "10.0.0.0/8" found, it overlaps pool p (10.24.0.0/16): not announced',
  ]);
});

test('services: text that is no network -> named, the rest is announced', () => {
  const settings = { serviceClusterIPs: [{ cidr: 'x' }, { cidr: '10.96.0.0/12' }, {}] };
  const { bgp, warnings } = bgpOf(seedBgpSnapshot({ configurations: [seedBgpConfiguration(settings)] }));
  assert.deepEqual(bgp.services.announced, ['10.96.0.0/12']);
  assert.deepEqual(warnings, ['BGPConfiguration: serviceClusterIPs: "x" found, a network needed: not announced']);
});
