import * as kinds from '../kinds.ts';
import type { Kind, KubernetesObject } from '../meta.ts';

/** A spec, and the fields that are wrong in it. */
export interface SpecCase {
  readonly kind: Kind<KubernetesObject>;
  /** Default: `default`. */
  readonly name?: string;
  readonly spec: Readonly<Record<string, unknown>>;
  /** What the object was before. */
  readonly old?: Readonly<Record<string, unknown>>;
  /** Paths of the errors, in order. */
  readonly wrong: readonly string[];
  /** Why the definition alone (schema and CEL) cannot refuse it. */
  readonly onlyInCode?: string;
}

type Line = readonly [spec: SpecCase['spec'], wrong: readonly string[], more?: Partial<SpecCase>];

const of = (kind: Kind<KubernetesObject>, lines: readonly Line[]): readonly SpecCase[] =>
  lines.map(([spec, wrong, more]) => ({ kind, spec, wrong, ...more }));

const selectorSyntax = { onlyInCode: 'selector syntax' };
const patternSyntax = { onlyInCode: 'syntax of regular expressions' };
const addressSyntax = { onlyInCode: 'exact form of addresses in lists, which CEL would check at a cost for each' };
const listTypes = { onlyInCode: 'list types, which kube-apiserver checks beside the schema' };
const v4 = '10.24.0.0/16';

const pools = of(kinds.ipPools, [
  [{ cidr: v4 }, []],
  [{ cidr: v4, blockSize: 32, vxlanMode: 'CrossSubnet', nodeSelector: "zone == 'a'" }, []],
  [{ cidr: 'fd00::/64', blockSize: 122 }, []],
  [{ cidr: v4, namespaceSelector: "team == 'a'" }, []],
  [{ cidr: v4, namespaceSelector: "team == 'a'", allowedUses: ['Workload'] }, []],
  [{ cidr: v4, allowedUses: ['LoadBalancer'], nodeSelector: 'all()' }, []],
  [{ cidr: '10.24.0.0/28', disabled: true }, []],
  [{}, ['spec.cidr']],
  [{ cidr: '10.24.0.1/16' }, ['spec.cidr']],
  [{ cidr: '10.24.0.0/33' }, ['spec.cidr']],
  [{ cidr: '10.24.256.0/24' }, ['spec.cidr']],
  [{ cidr: '10.24.0.0' }, ['spec.cidr']],
  [{ cidr: 'fe80::/64' }, ['spec.cidr']],
  [{ cidr: '::ffff:10.0.0.0/112' }, ['spec.cidr']],
  [{ cidr: '169.0.0.0/8' }, ['spec.cidr']],
  [{ cidr: v4, blockSize: 19 }, ['spec.blockSize']],
  [{ cidr: v4, blockSize: 0, allowedUses: [] }, []],
  [{ cidr: v4, allowedUses: ['LoadBalancer'], nodeSelector: '' }, []],
  [{ cidr: v4, blockSize: 33 }, ['spec.blockSize']],
  [{ cidr: 'fd00::/64', blockSize: 115 }, ['spec.blockSize']],
  [{ cidr: '10.24.0.0/28' }, ['spec']],
  [{ cidr: v4, ipipMode: 'Always', vxlanMode: 'CrossSubnet' }, ['spec']],
  [{ cidr: v4, ipipMode: 'always' }, ['spec.ipipMode']],
  [{ cidr: 'fd00::/64', ipipMode: 'Always' }, ['spec.ipipMode']],
  [{ cidr: v4, nodeSelector: 'a = b' }, ['spec.nodeSelector'], selectorSyntax],
  [{ cidr: v4, nodeSelector: 'has(a) || global()' }, ['spec.nodeSelector'], selectorSyntax],
  [{ cidr: v4, disabled: 'Maybe' }, ['spec.disabled']],
  [{ cidr: 7 }, ['spec.cidr']],
  [{ cidr: v4, natOutGoing: true }, ['spec.natOutGoing'], { onlyInCode: 'unknown fields, which are pruned' }],
  [{ cidr: '10.24.0.0/28', blockSize: 28 }, []],
  [{ cidr: v4, allowedUses: ['LoadBalancer', 'Tunnel'] }, ['spec.allowedUses']],
  [{ cidr: v4, allowedUses: ['Workload', 'Workload'] }, ['spec.allowedUses'], listTypes],
  [{ cidr: v4, allowedUses: ['Router'] }, ['spec.allowedUses[0]']],
  [{ cidr: v4, allowedUses: ['LoadBalancer'], nodeSelector: ' all()' }, ['spec.nodeSelector']],
  [{ cidr: v4, allowedUses: ['LoadBalancer'], nodeSelector: 'has(a)' }, ['spec.nodeSelector']],
  [{ cidr: v4, allowedUses: ['LoadBalancer'], vxlanMode: 'Always' }, ['spec.allowedUses']],
  [{ cidr: v4, allowedUses: ['LoadBalancer'], disableBGPExport: true }, ['spec.disableBGPExport']],
  [{ cidr: v4, allowedUses: ['Workload', 'Tunnel'], namespaceSelector: 'has(a)' }, ['spec.namespaceSelector']],
  [{ cidr: v4, blockSize: 26, disabled: true }, [], { old: { cidr: v4, blockSize: 26 } }],
  [{ cidr: v4, blockSize: 27 }, ['spec.blockSize'], { old: { cidr: v4, blockSize: 26 } }],
  [{ cidr: '10.25.0.0/16' }, ['spec.cidr'], { old: { cidr: v4 } }],
  [{ cidr: v4, allowedUses: ['LoadBalancer'] }, ['spec.allowedUses'], { old: { cidr: v4, allowedUses: ['Workload'] } }],
]);

const addressManagement = [
  ...of(kinds.ipamConfigurations, [
    [{ strictAffinity: true, autoAllocateBlocks: false, maxBlocksPerHost: 2 }, []],
    [{}, []],
    [{ autoAllocateBlocks: false }, ['spec.autoAllocateBlocks']],
    [{ maxBlocksPerHost: 2 }, ['spec.maxBlocksPerHost']],
    [{ maxBlocksPerHost: -1 }, ['spec.maxBlocksPerHost']],
    [{ ipCooldownSeconds: 1201 }, ['spec.ipCooldownSeconds']],
    [{ kubeVirtVMAddressPersistence: 'Maybe' }, ['spec.kubeVirtVMAddressPersistence']],
    [{}, ['metadata.name'], { name: 'other' }],
  ]),
  ...of(kinds.ipReservations, [
    [{ reservedCIDRs: ['10.0.0.1', '10.0.1.7/24', 'fd00::/64'] }, []],
    [{ reservedCIDRs: ['10.0.0.1', 'x'] }, ['spec.reservedCIDRs[1]']],
    [{ reservedCIDRs: ['10.0.1.0/33'] }, ['spec.reservedCIDRs[0]'], addressSyntax],
  ]),
];

const felix = of(kinds.felixConfigurations, [
  [{}, []],
  [{ routeRefreshInterval: '1m30s', interfaceRefreshInterval: '0', reportingInterval: '0s' }, []],
  [{ logSeverityScreen: 'warning', defaultEndpointToHostAction: 'RETURN', bpfLogLevel: '' }, []],
  [{ mtuIfacePattern: '(?i)^eth', kubeNodePortRanges: [80, '30000:32767'], natPortRange: '1024:65535' }, []],
  [{ nodeSelector: "zone == 'a'" }, [], { name: 'zone-a' }],
  [{ failsafeInboundHostPorts: [{ protocol: 'TCP', port: 22, net: '10.0.0.0/8' }] }, []],
  [{ routeTableRanges: [{ min: 1, max: 65_535 }] }, []],
  [{ nodeSelector: "zone == 'a'" }, ['spec.nodeSelector']],
  [{ nodeSelector: 'all()' }, ['spec.nodeSelector'], { name: 'node.n1' }],
  [{ nodeSelector: 'zone = a' }, ['spec.nodeSelector'], { name: 'zone-a', ...selectorSyntax }],
  [{ routeRefreshInterval: '90' }, ['spec.routeRefreshInterval']],
  [{ routeRefreshInterval: '-1s' }, ['spec.routeRefreshInterval']],
  [{ logSeverityScreen: 'Loud' }, ['spec.logSeverityScreen']],
  [{ iptablesBackend: 'nft' }, ['spec.iptablesBackend']],
  [{ mtuIfacePattern: '*' }, ['spec.mtuIfacePattern'], patternSyntax],
  [{ kubeNodePortRanges: ['http'] }, ['spec.kubeNodePortRanges[0]'], { onlyInCode: 'ports as numbers or texts' }],
  [{ kubeNodePortRanges: [1, 2, 3, 4, 5, 6, 7, 8] }, ['spec.kubeNodePortRanges']],
  [{ natPortRange: '20:10' }, ['spec.natPortRange'], { onlyInCode: 'ports as numbers or texts' }],
  [{ natOutgoingAddress: 'fd00::1' }, ['spec.natOutgoingAddress']],
  [{ deviceRouteSourceAddress: '10.0.0.1/24' }, ['spec.deviceRouteSourceAddress']],
  [{ deviceRouteSourceAddressIPv6: '10.0.0.1' }, ['spec.deviceRouteSourceAddressIPv6']],
  [{ externalNodesList: ['fd00::/64'] }, ['spec.externalNodesList[0]'], addressSyntax],
  [{ bpfExcludeCIDRsFromNAT: ['10.0.0.0/40'] }, ['spec.bpfExcludeCIDRsFromNAT[0]'], addressSyntax],
  [{ failsafeInboundHostPorts: [{ protocol: 'tcp', port: 22 }, { port: 23 }] }, []],
  [{ failsafeInboundHostPorts: [{ protocol: 'ICMP', port: 1 }] }, ['spec.failsafeInboundHostPorts[0].protocol']],
  [{ goGCThreshold: -1, wireguardInterfaceName: '', iptablesNATOutgoingInterfaceFilter: '' }, []],
  [{ goMemoryLimitMB: -2 }, ['spec.goMemoryLimitMB']],
  [{ deviceRouteSourceAddressIPv6: '::ffff:10.0.0.1' }, ['spec.deviceRouteSourceAddressIPv6']],
  [{ routeTableRange: { min: 1, max: 251 } }, ['spec.routeTableRange']],
  [{ routeTableRange: { min: 1, max: 9 }, routeTableRanges: [] }, ['spec.routeTableRange']],
  [{ routeTableRanges: [{ min: 9, max: 1 }] }, ['spec.routeTableRanges[0]']],
  [{ routeTableRanges: [{ min: 0, max: 1 }] }, ['spec.routeTableRanges[0]']],
  [{ routeTableRanges: [{ min: 1, max: 65_536 }] }, ['spec.routeTableRanges'], { onlyInCode: 'a sum over a list' }],
  [{ healthTimeoutOverrides: [{ name: '%', timeout: '1s' }] }, ['spec.healthTimeoutOverrides[0].name']],
  [{ bpfLogFilters: { 'eth 0': 'tcp' } }, ['spec.bpfLogFilters'], { onlyInCode: 'keys of a map' }],
  [{ openstackRegion: 'a'.repeat(47) }, ['spec.openstackRegion']],
  [{ ipv4NormalRoutePriority: 2_147_483_647 }, ['spec.ipv4NormalRoutePriority']],
]);

const config = [
  ...of(kinds.clusterInformations, [
    [{ clusterGUID: 'abc', datastoreReady: true }, []],
    [{}, ['metadata.name'], { name: 'mine' }],
  ]),
  ...of(kinds.kubeControllersConfigurations, [
    [{ controllers: {} }, []],
    [{ controllers: { node: { hostEndpoint: { autoCreate: 'Enabled', templates: [{ generateName: 'a.b' }] } } } }, []],
    [{ controllers: { loadBalancer: { assignIPs: 'RequestedServicesOnly' } }, prometheusMetricsPort: 0 }, []],
    [{}, ['spec.controllers']],
    [{ controllers: {} }, ['metadata.name'], { name: 'mine' }],
    [{ controllers: {}, logSeverityScreen: 'info' }, ['spec.logSeverityScreen']],
    [{ controllers: { node: { syncLabels: 'yes' } } }, ['spec.controllers.node.syncLabels']],
    [{ controllers: { policy: { reconcilerPeriod: '5' } } }, ['spec.controllers.policy.reconcilerPeriod']],
    [
      { controllers: { node: { hostEndpoint: { templates: [{ generateName: 'a$' }] } } } },
      ['spec.controllers.node.hostEndpoint.templates[0].generateName'],
    ],
    [
      { controllers: { node: { hostEndpoint: { templates: [{ interfacePattern: '(' }] } } } },
      ['spec.controllers.node.hostEndpoint.templates[0].interfacePattern'],
      patternSyntax,
    ],
    [
      { controllers: { node: { hostEndpoint: { templates: [{ labels: { 'a b': '' } }] } } } },
      ['spec.controllers.node.hostEndpoint.templates[0].labels'],
      { onlyInCode: 'keys of a map' },
    ],
  ]),
  ...of(kinds.calicoNodeStatuses, [
    [{ node: 'n1', classes: ['Agent', 'BGP'], updatePeriodSeconds: 10 }, []],
    [{ node: 'n1', classes: ['Agent', 'Agent'], updatePeriodSeconds: 10 }, ['spec.classes'], listTypes],
    [{ node: 'n1', classes: ['Disk'], updatePeriodSeconds: 10 }, ['spec.classes[0]']],
    [{ node: 'n1', classes: [] }, ['spec.updatePeriodSeconds']],
    [{ node: 'n 1', classes: [], updatePeriodSeconds: 0 }, ['spec.node'], { onlyInCode: 'the name of a node' }],
  ]),
];

const bgpConfigurations = of(kinds.bgpConfigurations, [
  [{ asNumber: 4_294_967_295, nodeToNodeMeshEnabled: false }, []],
  [{ logSeverityScreen: 'Debug', listenPort: 500 }, [], { name: 'node.n1' }],
  [{ serviceExternalIPs: [{ cidr: '8.8.8.8' }], serviceClusterIPs: [{ cidr: '10.96.0.0/12' }] }, []],
  [
    {
      communities: [{ name: 'a', value: '65000:1' }],
      prefixAdvertisements: [{ cidr: v4, communities: ['a', '1:2:3'] }],
    },
    [],
  ],
  [{ asNumber: 4_294_967_296 }, ['spec.asNumber']],
  [{ asNumber: 64_513 }, ['spec.asNumber'], { name: 'node.n1' }],
  [{ nodeToNodeMeshEnabled: true }, ['spec.nodeToNodeMeshEnabled'], { name: 'other' }],
  [{ nodeToNodeMeshEnabled: false, nodeMeshMaxRestartTime: '2m' }, ['spec.nodeMeshMaxRestartTime']],
  [
    { nodeToNodeMeshEnabled: false, nodeMeshPassword: { secretKeyRef: { name: 's', key: 'k' } } },
    ['spec.nodeMeshPassword'],
  ],
  [{ nodeMeshPassword: { secretKeyRef: { name: 's' } } }, ['spec.nodeMeshPassword.secretKeyRef.key']],
  [{ serviceClusterIPs: [{ cidr: 'x.x.x.x' }] }, ['spec.serviceClusterIPs[0].cidr']],
  [{ serviceClusterIPs: [{ cidr: '10.96.0.1/12' }] }, ['spec.serviceClusterIPs[0].cidr'], addressSyntax],
  [{ communities: [{ name: 'a', value: '1:1' }] }, ['spec.communities']],
  [
    { prefixAdvertisements: [{ cidr: v4, communities: ['b'] }] },
    ['spec.prefixAdvertisements[0].communities[0]'],
    {
      onlyInCode: 'names that are defined elsewhere',
    },
  ],
  [
    { prefixAdvertisements: [{ cidr: v4, communities: ['70000:1'] }] },
    ['spec.prefixAdvertisements[0].communities[0]'],
    {
      onlyInCode: 'size of the numbers of a community',
    },
  ],
  [{ ignoredInterfaces: ['*'] }, ['spec.ignoredInterfaces[0]'], { onlyInCode: 'one text that is not meant' }],
  [{ localWorkloadPeeringIPV4: 'fd00::1' }, ['spec.localWorkloadPeeringIPV4']],
  [{ listenPort: 0 }, ['spec.listenPort']],
]);

const secretKeyRef = { name: 's', key: 'k' };
const bgpPeers = of(kinds.bgpPeers, [
  [{ peerIP: '192.168.0.1', asNumber: 64_513, password: { secretKeyRef } }, []],
  [{ peerIP: '192.168.0.1:500', asNumber: 64_513, reachableBy: '192.168.0.254' }, []],
  [{ peerIP: '[fd00::1]:500', asNumber: 64_513, node: 'n1', filters: ['a'] }, []],
  [{ nodeSelector: 'has(a)', peerSelector: 'has(b)', ttlSecurity: 2, nextHopMode: 'Self' }, []],
  [{ localWorkloadSelector: "app == 'bgp'", asNumber: 64_513 }, []],
  [{ peerIP: '192.168.0.256' }, ['spec.peerIP'], { onlyInCode: 'an address with or without a port' }],
  [{ peerIP: '192.168.0.1:0' }, ['spec.peerIP'], { onlyInCode: 'an address with or without a port' }],
  [{ peerIP: 'fd00::1::2' }, ['spec.peerIP'], { onlyInCode: 'an address with or without a port' }],
  [{ node: 'node 2' }, ['spec.node']],
  [{ node: 'n1', nodeSelector: 'all()' }, ['spec.node']],
  [{ peerIP: '192.168.0.1', peerSelector: 'all()' }, ['spec.peerIP']],
  [{ asNumber: 1, peerSelector: 'all()' }, ['spec.asNumber']],
  [{ localWorkloadSelector: 'all()' }, ['spec.asNumber']],
  [{ asNumber: 1, localWorkloadSelector: 'all()', peerIP: '10.0.0.1' }, ['spec.peerIP']],
  [{ reachableBy: '10.0.0.1' }, ['spec.reachableBy']],
  [{ peerIP: '10.0.0.1', reachableBy: 'fd00::1' }, ['spec.reachableBy'], { onlyInCode: 'two addresses of one family' }],
  [{ keepOriginalNextHop: true, nextHopMode: 'Keep' }, ['spec.keepOriginalNextHop']],
  [{ nodeSelector: 'has(' }, ['spec.nodeSelector'], selectorSyntax],
  [{ filters: ['A'] }, ['spec.filters[0]']],
  [{ ttlSecurity: 256 }, ['spec.ttlSecurity']],
]);

const accept = { action: 'Accept' };
const bgpFilters = of(kinds.bgpFilters, [
  [{ exportV4: [{ ...accept, cidr: v4, matchOperator: 'In', prefixLength: { min: 16, max: 24 } }] }, []],
  [{ importV6: [{ action: 'Reject', cidr: 'fd00::/64', matchOperator: 'Equal', interface: '*.calico' }] }, []],
  [
    { exportV4: [{ ...accept, communities: { values: ['65000:1'] }, operations: [{ setPriority: { value: 512 } }] }] },
    [],
  ],
  [{ exportV4: [{}] }, ['spec.exportV4[0].action']],
  [{ exportV4: [{ action: 'Drop' }] }, ['spec.exportV4[0].action']],
  [{ exportV4: [{ ...accept, cidr: v4 }] }, ['spec.exportV4[0].cidr']],
  [{ exportV4: [{ ...accept, matchOperator: 'In' }] }, ['spec.exportV4[0].matchOperator']],
  [{ exportV4: [{ ...accept, prefixLength: { min: 8 } }] }, ['spec.exportV4[0].prefixLength']],
  [{ exportV4: [{ ...accept, cidr: 'fd00::/64', matchOperator: 'In' }] }, ['spec.exportV4[0].cidr']],
  [{ importV6: [{ ...accept, cidr: v4, matchOperator: 'In' }] }, ['spec.importV6[0].cidr']],
  [
    { importV4: [{ ...accept, cidr: v4, matchOperator: 'In', prefixLength: { max: 33 } }] },
    ['spec.importV4[0].prefixLength.max'],
  ],
  [{ exportV4: [{ ...accept, interface: 'eth&' }] }, ['spec.exportV4[0].interface']],
  [{ exportV4: [{ ...accept, source: 'All' }] }, ['spec.exportV4[0].source']],
  [{ exportV4: [{ ...accept, communities: { values: [] } }] }, ['spec.exportV4[0].communities.values']],
  [
    { exportV4: [{ ...accept, communities: { values: ['1:70000'] } }] },
    ['spec.exportV4[0].communities.values[0]'],
    {
      onlyInCode: 'size of the numbers of a community',
    },
  ],
  [{ exportV4: [{ ...accept, communities: { values: ['01:1'] } }] }, ['spec.exportV4[0].communities.values[0]']],
  [{ exportV4: [{ action: 'Reject', operations: [{ setPriority: { value: 1 } }] }] }, ['spec.exportV4[0].operations']],
  [{ exportV4: [{ ...accept, operations: [{}] }] }, ['spec.exportV4[0].operations[0]']],
  [{ exportV4: [{ ...accept, operations: [] }] }, ['spec.exportV4[0].operations']],
  [
    {
      exportV4: [{ ...accept, operations: [{ setPriority: { value: 1 }, addCommunity: { value: '1:1' } }] }],
    },
    ['spec.exportV4[0].operations[0]'],
  ],
  [
    { exportV4: [{ ...accept, operations: [{ setPriority: { value: 0 } }] }] },
    ['spec.exportV4[0].operations[0].setPriority.value'],
  ],
]);

/** Specs of every kind that is not about policy, right and wrong. */
export const specCases: readonly SpecCase[] = [
  ...pools,
  ...addressManagement,
  ...felix,
  ...config,
  ...bgpConfigurations,
  ...bgpPeers,
  ...bgpFilters,
];
