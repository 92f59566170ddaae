import { describe, test } from 'node:test';
import type { EndpointPort, IpNat, WorkloadEndpointPort, WorkloadEndpointSpec } from './calico-endpoints.ts';
import { endpointPortSchema } from './endpoint-schemas.ts';
import * as kinds from './kinds.ts';
import { asObject, asPart, asSpec, decide } from './testing/decide.ts';
import { validateEndpointPort } from './validate-host-endpoint.ts';
import { validateIpNat, validateWorkloadEndpointSpec, validateWorkloadPort } from './validate-workload-endpoint.ts';

const cidr = '10.0.0.0/16';
const balancer = { cidr, allowedUses: ['LoadBalancer'] };

describe('IPPool and IPReservation: what Calico decides', () => {
  decide(
    test,
    'pool',
    asSpec(kinds.ipPools),
    [
      ...['10.0.0.0/26', '10.0.0.0/8', '0.0.0.0/1', 'fd00::/122', 'fd00::/8'].map((net) => ({ cidr: net })),
      { cidr: '10.0.0.0/27', disabled: true },
      { cidr: 'fd00::1/128', disabled: true },
      ...[20, 26, 32, 0].map((blockSize) => ({ cidr, blockSize })),
      ...[116, 122, 128, 0].map((blockSize) => ({ cidr: 'fd00::/64', blockSize })),
      { cidr: '10.0.0.0/32', blockSize: 32 },
      ...['Always', 'CrossSubnet', 'Never'].flatMap((mode) => [
        { cidr, ipipMode: mode },
        { cidr, vxlanMode: mode },
      ]),
      { cidr: 'fd00::/64', ipipMode: 'Never', vxlanMode: 'Always' },
      ...[[], ['Workload'], ['Tunnel'], ['Tunnel', 'Workload']].map((allowedUses) => ({ cidr, allowedUses })),
      balancer,
      { ...balancer, nodeSelector: 'all()', disableBGPExport: false, assignmentMode: 'Manual' },
      ...['Automatic', 'Manual'].map((assignmentMode) => ({ cidr, assignmentMode })),
      { cidr, nodeSelector: "a == 'b'", namespaceSelector: 'has(a)', allowedUses: ['Workload'] },
      { cidr, namespaceSelector: 'all()', allowedUses: ['Tunnel'] },
      { cidr, natOutgoing: true, disableBGPExport: true },
    ],
    [
      {},
      ...[
        '',
        'x',
        '10.0.0.0',
        '10.0.0.1/24',
        '10.0.0.0/27',
        '10.0.0.0/33',
        'fd00::/123',
        'fd00::1/64',
        '10.0.0/24',
      ].map((net) => ({ cidr: net })),
      ...[
        '169.254.0.0/16',
        '169.254.5.0/24',
        '169.0.0.0/8',
        '0.0.0.0/0',
        'fe80::/64',
        'fe80::/10',
        'fe00::/8',
        '::/0',
      ].map((net) => ({ cidr: net })),
      ...[19, 33, -1, 122].map((blockSize) => ({ cidr, blockSize })),
      ...[115, 129, 26].map((blockSize) => ({ cidr: 'fd00::/64', blockSize })),
      { cidr: '10.0.0.0/25', blockSize: 24 },
      ...['always', 'never', 'cross-subnet', ''].flatMap((mode) => [
        { cidr, ipipMode: mode },
        { cidr, vxlanMode: mode },
      ]),
      { cidr, ipipMode: 'Always', vxlanMode: 'Always' },
      { cidr, ipipMode: 'CrossSubnet', vxlanMode: 'CrossSubnet' },
      ...['Always', 'CrossSubnet'].map((ipipMode) => ({ cidr: 'fd00::/64', ipipMode })),
      ...[
        ['Garbage'],
        ['workload'],
        ['LoadBalancer', 'Workload'],
        ['Tunnel', 'LoadBalancer'],
        ['Tunnel', 'Tunnel'],
      ].map((allowedUses) => ({ cidr, allowedUses })),
      { ...balancer, nodeSelector: '!all()' },
      { ...balancer, nodeSelector: 'has(a)' },
      { ...balancer, ipipMode: 'Always' },
      { ...balancer, vxlanMode: 'CrossSubnet' },
      { ...balancer, disableBGPExport: true },
      ...['', 'automatic', 'Random'].map((assignmentMode) => ({ cidr, assignmentMode })),
      { cidr, nodeSelector: 'a = b' },
      { cidr, nodeSelector: 'global()' },
      { cidr, namespaceSelector: 'global()' },
      { cidr, namespaceSelector: 'has(a)', allowedUses: ['Tunnel'] },
      { cidr, ipip: { enabled: true } },
      { cidr, 'nat-outgoing': true },
    ],
  );
  const reservation = (one: string) => ({ reservedCIDRs: [one] });
  decide(
    test,
    'reservation',
    asSpec(kinds.ipReservations),
    [{}, { reservedCIDRs: [] }, ...['10.0.0.1', '10.0.0.1/8', 'fd00::/64', 'fd00::1'].map(reservation)],
    ['garbage', '10.0.0.0/33', '', 'fd00::/129'].map(reservation),
  );
});

const port = { name: 'http', protocol: 'TCP', port: 80 };
const badNames = ['', 'HTTP', 'a_b', 'a--b', '-a', '80', 'a'.repeat(16), 'a'.repeat(15).concat('-')];
const badProtocols = ['ICMP', 'UDPLite', 'x', 0, 123, 1, 256];

describe('endpoints of hosts: what Calico decides', () => {
  decide(
    test,
    'port of a host',
    asPart(endpointPortSchema, (field, value: EndpointPort) => validateEndpointPort(value, field)),
    [
      port,
      { ...port, protocol: 17 },
      { ...port, protocol: 'SCTP' },
      { ...port, port: 65_535 },
      { ...port, name: 'a-1' },
    ],
    [
      ...badNames.map((name) => ({ ...port, name })),
      ...badProtocols.map((protocol) => ({ ...port, protocol })),
      ...[0, 65_536, '80'].map((number) => ({ ...port, port: number })),
      { name: 'http', port: 80 },
    ],
  );
  decide(
    test,
    'host',
    asSpec(kinds.hostEndpoints),
    [
      { node: 'n', interfaceName: 'eth0' },
      { node: 'n', interfaceName: '*' },
      { node: 'n.example', expectedIPs: ['10.0.0.1', 'fd00::1'] },
      { node: 'n', interfaceName: 'a'.repeat(15), profiles: ['a.b'], ports: [port, { ...port, protocol: 'UDP' }] },
    ],
    [
      {},
      { node: 'n' },
      { interfaceName: 'eth0' },
      { node: '', interfaceName: 'eth0' },
      { node: 'n', interfaceName: '', expectedIPs: [] },
      { node: 'N', interfaceName: 'eth0' },
      ...['a'.repeat(16), 'eth&', 'eth0 ', 'eth*', 'a/b'].map((interfaceName) => ({ node: 'n', interfaceName })),
      ...['10.0.0.1/32', 'x', '', '10.0.0.256'].map((ip) => ({ node: 'n', expectedIPs: [ip] })),
      { node: 'n', interfaceName: 'eth0', expectedIPs: ['10.0.0.1', '10.0.0.1'] },
      { node: 'n', interfaceName: 'eth0', profiles: ['A'] },
      { node: 'n', interfaceName: 'eth0', ports: [{ ...port, name: '' }] },
    ],
  );
});

describe('endpoints of workloads: what Calico decides', () => {
  decide(
    test,
    'port of a workload',
    asPart({}, (field, value: WorkloadEndpointPort) => validateWorkloadPort(value, field)),
    [
      port,
      { ...port, name: '', hostPort: 8080 },
      ...['', '10.0.0.1', 'fd00::1', '10.0.0.0/8'].map((hostIP) => ({ ...port, hostPort: 1, hostIP })),
    ],
    [
      { ...port, name: '' },
      { ...port, name: '', hostPort: 0 },
      { ...port, name: 'A' },
      ...badProtocols.map((protocol) => ({ ...port, protocol })),
      { ...port, port: 0 },
      ...['999.999.999.999', '10.0.0.1/8', 'x'].map((hostIP) => ({ ...port, hostPort: 1, hostIP })),
    ],
  );
  decide(
    test,
    'NAT',
    asPart({}, (field, value: IpNat) => validateIpNat(value, field)),
    [
      { internalIP: '10.0.0.1', externalIP: '1.2.3.4' },
      { internalIP: 'fd00::1', externalIP: 'fd00::2' },
    ],
    [
      { internalIP: '10.0.0.1', externalIP: 'fd00::1' },
      { internalIP: 'fd00::1', externalIP: '10.0.0.1' },
      { internalIP: '10.0.0.1/32', externalIP: '1.2.3.4' },
      { internalIP: '10.0.0.1', externalIP: 'x' },
      { internalIP: '10.0.0.1', externalIP: '' },
    ],
  );
  const pod = { interfaceName: 'cali0' };
  const ipNATs = [{ internalIP: '10.0.0.1', externalIP: '1.2.3.4' }];
  decide(
    test,
    'workload',
    asPart({}, (field, value: WorkloadEndpointSpec) => validateWorkloadEndpointSpec(value, field)),
    [
      pod,
      ...['10.0.0.1/32', '10.0.0.1', 'fd00::1/128', 'fd00::1'].map((net) => ({ ...pod, ipNetworks: [net] })),
      { ...pod, ipNetworks: ['10.0.0.1/32'], ipNATs },
      ...['a', 'A-b', '0aF'].map((containerID) => ({ ...pod, containerID })),
      { ...pod, ipv4Gateway: '10.0.0.1', ipv6Gateway: 'fd00::1', mac: '00:00:5e:00:53:01' },
      ...['00-00-5e-00-53-01', '0000.5e00.5301', '02:00:5e:10:00:00:00:01'].map((mac) => ({ ...pod, mac })),
      { ...pod, orchestrator: 'k8s', node: 'n.a', pod: 'p', endpoint: 'eth0', profiles: ['kns.a'], ports: [port] },
      { ...pod, allowSpoofedSourcePrefixes: ['10.0.0.1', '10.0.0.1/8', 'fd00::/8'] },
    ],
    [
      {},
      ...['', 'interfaceTooLong', 'a&b', 'a#b'].map((interfaceName) => ({ interfaceName })),
      ...['10.0.0.0/24', 'fd00::/127', 'x', ''].map((net) => ({ ...pod, ipNetworks: [net] })),
      { ...pod, ipNATs },
      { ...pod, ipNetworks: ['10.0.0.2/32'], ipNATs },
      ...['-a', 'a-', 'a_b', 'a.b', 'a b'].map((containerID) => ({ ...pod, containerID })),
      ...['fd00::1', '10.0.0.1/32', 'x'].map((ipv4Gateway) => ({ ...pod, ipv4Gateway })),
      ...['10.0.0.1', 'fd00::1/128', 'x'].map((ipv6Gateway) => ({ ...pod, ipv6Gateway })),
      ...['00:00:5e:00:53', '00:00:5e:00:53:0g', '00:00-5e:00:53:01', 'x'].map((mac) => ({ ...pod, mac })),
      ...['orchestrator', 'workload', 'node', 'pod', 'endpoint', 'serviceAccountName'].map((key) => ({
        ...pod,
        [key]: 'A b',
      })),
      { ...pod, profiles: ['A'] },
      { ...pod, ports: [{ ...port, name: '' }] },
      { ...pod, allowSpoofedSourcePrefixes: ['x'] },
    ],
  );
});

const key = 'jlkVyQYooZYzI2wFfNhSZez5eWh44yfq1wKVjLvSXgY=';

describe('nodes and block affinities: what Calico decides', () => {
  const bgp = (fields: object) => ({ bgp: fields });
  decide(
    test,
    'node',
    asSpec(kinds.calicoNodes),
    [
      {},
      ...['10.0.0.1', '10.0.0.1/24', '10.0.0.0/24'].map((ipv4Address) => bgp({ ipv4Address })),
      ...['fd00::1', 'fd00::1/64'].map((ipv6Address) => bgp({ ipv6Address })),
      bgp({ ipv4IPIPTunnelAddr: '10.0.0.1' }),
      bgp({ asNumber: 64_512, routeReflectorClusterID: '245.0.0.1' }),
      { ipv4VXLANTunnelAddr: '10.0.0.1', vxlanTunnelMACAddr: '66:00:00:00:00:01', ipv6VXLANTunnelAddr: 'fd00::1' },
      { wireguard: { interfaceIPv4Address: '10.0.0.1', interfaceIPv6Address: 'fd00::1' } },
      {
        addresses: [{ address: '10.0.0.1/24', type: 'CalicoNodeIP' }],
        orchRefs: [{ nodeName: 'n', orchestrator: 'k8s' }],
      },
    ],
    [
      bgp({}),
      ...['fd00::1', '10.0.0.1/33', 'x'].map((ipv4Address) => bgp({ ipv4Address })),
      ...['10.0.0.1/32', 'fd00::1/129', 'x', '::ffff:10.0.0.1'].map((ipv6Address) => bgp({ ipv6Address })),
      ...['10.0.0.1/32', 'fd00::1', 'x'].map((ipv4IPIPTunnelAddr) => bgp({ ipv4IPIPTunnelAddr })),
      ...['300.34.3.1', 'abcdef', 'fd00::1', '1'].map((id) =>
        bgp({ ipv4Address: '10.0.0.1', routeReflectorClusterID: id }),
      ),
      { ipv4VXLANTunnelAddr: 'fd00::1' },
      { ipv6VXLANTunnelAddr: '10.0.0.1' },
      { vxlanTunnelMACAddr: 'x' },
      { wireguard: { interfaceIPv4Address: 'fd00::1' } },
      { wireguard: { interfaceIPv6Address: '10.0.0.1' } },
    ],
  );
  const status = (fields: object) => ({ metadata: { name: 'n' }, spec: {}, status: fields });
  decide(
    test,
    'status',
    asObject(kinds.calicoNodes),
    [status({}), status({ wireguardPublicKey: key, wireguardPublicKeyV6: key }), status({ wireguardPublicKey: '' })],
    ['foobar', key.slice(1), `${key}=`, key.slice(0, 43)].map((wireguardPublicKey) => status({ wireguardPublicKey })),
  );
  const affinity = { state: 'confirmed', node: 'n', type: 'host', cidr: '10.0.0.0/24' };
  decide(
    test,
    'affinity',
    asSpec(kinds.blockAffinities),
    [affinity, { ...affinity, deleted: false }, { ...affinity, state: 'pending', type: 'virtual', cidr: 'fd00::/122' }],
    [
      { ...affinity, deleted: true },
      { ...affinity, cidr: 'x' },
      { ...affinity, cidr: '10.0.0.1/24' },
      { ...affinity, state: 'Confirmed' },
    ],
  );
});

describe('settings of controllers: what Calico decides', () => {
  const node = (fields: object) => ({ controllers: { node: fields } });
  const template = (fields: object) => node({ hostEndpoint: { templates: [fields] } });
  decide(
    test,
    'controllers',
    asSpec(kinds.kubeControllersConfigurations),
    [
      { controllers: {} },
      ...['None', 'Debug', 'Info', 'Warning', 'Error', 'Fatal', 'Panic'].map((one) => ({
        controllers: {},
        logSeverityScreen: one,
      })),
      ...['Enabled', 'Disabled'].map((healthChecks) => ({ controllers: {}, healthChecks })),
      ...[0, 65_535].map((prometheusMetricsPort) => ({
        controllers: {},
        prometheusMetricsPort,
        debugProfilePort: prometheusMetricsPort,
      })),
      { controllers: {}, etcdV3CompactionPeriod: '0s' },
      node({ reconcilerPeriod: '5m0s', syncLabels: 'Disabled', leakGracePeriod: '0s', hostEndpoint: {} }),
      node({ hostEndpoint: { autoCreate: 'Enabled', createDefaultHostEndpoint: 'Disabled', templates: [] } }),
      ...[
        {},
        { generateName: 'a.b' },
        { interfaceCIDRs: ['10.0.0.1', '10.0.0.1/8', 'fd00::/8'] },
        { interfacePattern: '^eth' },
      ].map(template),
      ...[{ nodeSelector: "a == 'b'" }, { labels: { 'a/b': '' } }, { annotations: { 'a/b': 'c & d' } }].map(template),
      { controllers: { loadBalancer: { assignIPs: 'AllServices' }, policy: { reconcilerPeriod: '1m' } } },
    ],
    [
      {},
      ...['none', 'Trace', ''].map((one) => ({ controllers: {}, logSeverityScreen: one })),
      ...['enabled', ''].map((healthChecks) => ({ controllers: {}, healthChecks })),
      ...[-1, 65_536].map((prometheusMetricsPort) => ({ controllers: {}, prometheusMetricsPort })),
      { controllers: {}, etcdV3CompactionPeriod: '10' },
      node({ syncLabels: 'yes' }),
      node({ reconcilerPeriod: 'x' }),
      node({ hostEndpoint: { autoCreate: 'Totally' } }),
      node({ hostEndpoint: { createDefaultHostEndpoint: 'enabled' } }),
      ...['test$set', 'A', '-a', 'a'.repeat(254)].map((generateName) => template({ generateName })),
      ...[['x'], ['10.0.0.0/33'], ['10.0.0.0/8', '10.0.0.0/8']].map((interfaceCIDRs) => template({ interfaceCIDRs })),
      ...['*', '(?=a)'].map((interfacePattern) => template({ interfacePattern })),
      template({ nodeSelector: 'a = b' }),
      template({ labels: { 'a b': '' } }),
      template({ labels: { a: 'b c' } }),
      template({ annotations: { 'a b': '' } }),
      { controllers: { loadBalancer: { assignIPs: 'allservices' } } },
      { controllers: { policy: { reconcilerPeriod: '5' } } },
      { controllers: { other: {} } },
    ],
  );
});
