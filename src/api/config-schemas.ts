import { bool, integer, type JsonSchema, list, object, oneOf, text } from './json-schema.ts';

const duration = text({ pattern: '^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^0$' });
const enabled = oneOf(['Enabled', 'Disabled']);
const logSeverity = text({ pattern: '^(?i:Trace|Debug|Info|Warning|Error|Fatal)?$' });
const interfacePattern = text({ pattern: '^[a-zA-Z0-9:._+-]{1,15}$' });
const mtu = integer({ minimum: 0, maximum: 65_535 });

/**
 * Schema of FelixConfiguration.spec: the keys this project honours and those whose form is checked. Calico has about 180
 * keys; the others are stored as they come, so that a manifest written for Calico is accepted unchanged.
 */
export const felixConfigurationSpec: JsonSchema = object(
  {
    ipipEnabled: bool(),
    ipipMTU: mtu,
    vxlanEnabled: bool(),
    vxlanMTU: mtu,
    vxlanMTUV6: mtu,
    vxlanPort: integer({ minimum: 1, maximum: 65_535 }),
    vxlanVNI: integer({ minimum: 1, maximum: 16_777_215 }),
    mtuIfacePattern: text({ description: 'Regular expression of the interfaces the MTU is taken from' }),
    natOutgoingExclusions: oneOf(['IPPoolsOnly', 'IPPoolsAndHostIPs']),
    workloadSourceSpoofing: text({ pattern: '^(?i:Disabled|Any)?$' }),
    nodeSelector: text({ maxLength: 1024, description: 'Which nodes this applies to; for names other than default' }),
    logSeverityScreen: logSeverity,
    logSeverityFile: logSeverity,
    logSeveritySys: logSeverity,
    routeRefreshInterval: duration,
    interfaceRefreshInterval: duration,
    nftablesRefreshInterval: duration,
    reportingInterval: duration,
    defaultEndpointToHostAction: text({ pattern: '^(?i:Drop|Accept|Return)?$' }),
    iptablesBackend: text({ pattern: '^(?i:Auto|Legacy|NFT)?$' }),
    iptablesFilterAllowAction: text({ pattern: '^(?i:Accept|Return)?$' }),
    iptablesFilterDenyAction: text({ pattern: '^(?i:Drop|Reject)?$' }),
    iptablesNATOutgoingInterfaceFilter: interfacePattern,
    natPortRange: { 'x-kubernetes-int-or-string': true },
    openstackRegion: text({ pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$', maxLength: 63 }),
    awsSrcDstCheck: oneOf(['DoNothing', 'Enable', 'Disable']),
    serviceLoopPrevention: text({ pattern: '^(?i:Drop|Reject|Disabled)?$' }),
    deviceRouteSourceAddress: text(),
    deviceRouteSourceAddressIPv6: text(),
    prometheusMetricsEnabled: bool(),
    prometheusMetricsPort: integer({ minimum: 0, maximum: 65_535 }),
    prometheusMetricsHost: text({ pattern: '^[a-zA-Z0-9:._+-]{1,64}$' }),
    healthEnabled: bool(),
    healthPort: integer({ minimum: 0, maximum: 65_535 }),
    healthHost: text(),
    wireguardInterfaceName: interfacePattern,
    bpfEnabled: bool(),
    bpfHostNetworkedNATWithoutCTLB: enabled,
    bpfConnectTimeLoadBalancing: oneOf(['TCP', 'Enabled', 'Disabled']),
    windowsManageFirewallRules: enabled,
    ipv4ElevatedRoutePriority: integer({ minimum: 1, maximum: 2_147_483_646 }),
    ipv6ElevatedRoutePriority: integer({ minimum: 1, maximum: 2_147_483_646 }),
    bpfDataIfacePattern: text(),
    kubeNodePortRanges: list({ 'x-kubernetes-int-or-string': true }, { maxItems: 7 }),
    routeTableRanges: list(
      object({ min: integer({ minimum: 1 }), max: integer({ minimum: 1 }) }, { required: ['min', 'max'] }),
    ),
    healthTimeoutOverrides: list(object({ name: text({ pattern: '^[a-zA-Z0-9_.-]+$' }), timeout: duration })),
  },
  { 'x-kubernetes-preserve-unknown-fields': true },
);

/** Schema of ClusterInformation.spec. */
export const clusterInformationSpec: JsonSchema = object({
  clusterGUID: text(),
  clusterType: text(),
  calicoVersion: text(),
  datastoreReady: bool(),
  variant: text(),
});
