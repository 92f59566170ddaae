import { type JsonSchema, list, object, text } from './json-schema.ts';
import { anyCase, choice, duration, flag, networkPattern, number, numberOrText, port, words } from './schema-parts.ts';

const mark = (description: string): JsonSchema => number(description, 0, 4_294_967_295);
const allow = (description: string): JsonSchema => anyCase(['Accept', 'Return'], `${description} [default: Accept]`);
const deny = (description: string): JsonSchema => anyCase(['Drop', 'Reject'], `${description} [default: Drop]`);

const failsafe = (description: string): JsonSchema =>
  list(
    object(
      {
        net: text({ description: 'Only with these addresses', maxLength: 49, pattern: networkPattern }),
        port: port('The port', 0),
        protocol: anyCase(['TCP', 'UDP', 'SCTP'], 'TCP, UDP or SCTP; TCP if empty'),
      },
      { required: ['port'] },
    ),
    { description },
  );

const iptables: Readonly<Record<string, JsonSchema>> = {
  chainInsertMode: anyCase(
    ['Insert', 'Append'],
    'Own chains come before or after the rules of others [default: Insert]',
  ),
  ipsetsRefreshInterval: duration('How often IP sets are compared with what they should be [default: 90s]'),
  iptablesBackend: choice(['Legacy', 'NFT', 'Auto'], 'Which iptables is used [default: Auto]'),
  iptablesFilterAllowAction: allow('What becomes of allowed packets in the filter table'),
  iptablesFilterDenyAction: deny('What becomes of denied packets'),
  iptablesLockFilePath: words('Lock file of iptables'),
  iptablesLockProbeInterval: duration('How often the lock of iptables is tried [default: 50ms]'),
  iptablesLockTimeout: duration('How long the lock of iptables is waited for [default: 0s]'),
  iptablesMangleAllowAction: allow('What becomes of allowed packets in the mangle table'),
  iptablesMarkMask: mark('Mark bits the agent may use [default: 0xffff0000]'),
  iptablesNATOutgoingInterfaceFilter: text({
    description: 'Interfaces at which sources are translated; + stands for any ending',
    pattern: '^[a-zA-Z0-9:._+-]{0,15}$',
  }),
  iptablesPostWriteCheckInterval: duration('Second look after a write [default: 1s]'),
  iptablesRefreshInterval: duration('How often iptables are compared with what they should be [default: 90s]'),
  maxIpsetSize: number('Most addresses of an IP set'),
};

const nftables: Readonly<Record<string, JsonSchema>> = {
  nftablesFilterAllowAction: allow('What becomes of allowed packets'),
  nftablesFilterDenyAction: deny('What becomes of denied packets'),
  nftablesMangleAllowAction: allow('What becomes of packets that policy before NAT allows'),
  nftablesMarkMask: mark('Mark bits the agent may use [default: 0xffff0000]'),
  nftablesMode: choice(['Disabled', 'Enabled', 'Auto'], 'Use nftables; Weft always does'),
  nftablesRefreshInterval: duration('How often rules are compared with what they should be [default: 90s]'),
};

const policy: Readonly<Record<string, JsonSchema>> = {
  defaultEndpointToHostAction: anyCase(
    ['Drop', 'Accept', 'Return'],
    'What becomes of packets from a pod to its node after policy [default: Drop]',
  ),
  disableConntrackInvalidCheck: flag('Let packets pass that belong to no connection'),
  failsafeInboundHostPorts: failsafe('Ports of the node that no policy closes; [] for none'),
  failsafeOutboundHostPorts: failsafe('Ports elsewhere that no policy keeps the node from; [] for none'),
  genericXDPEnabled: flag('XDP where the driver has none [default: false]'),
  interfaceExclude: words(
    'Interfaces that are no host endpoints: names and /regular expressions/ [default: kube-ipvs0]',
  ),
  interfacePrefix: words('How the interfaces of pods begin; several with commas [default: cali]'),
  kubeNodePortRanges: list(numberOrText('A port, or FIRST:LAST'), {
    description: 'Ports of services at nodes [default: 30000:32767]',
    maxItems: 7,
  }),
  serviceLoopPrevention: anyCase(
    ['Drop', 'Reject', 'Disabled'],
    'What becomes of packets to addresses of services that no service has [default: Drop]',
  ),
  workloadSourceSpoofing: anyCase(
    ['Disabled', 'Any'],
    'Whether the annotation allowedSourcePrefixes lets a pod send from other addresses [default: Disabled]',
  ),
  xdpEnabled: flag('Drop denied packets in the driver where policy allows it [default: true]'),
  xdpRefreshInterval: duration('How often XDP is compared with what it should be [default: 90s]'),
};

const nat: Readonly<Record<string, JsonSchema>> = {
  natOutgoingAddress: text({ description: 'Source address of what leaves the pools', maxLength: 45 }),
  natOutgoingExclusions: choice(
    ['IPPoolsOnly', 'IPPoolsAndHostIPs'],
    'Destinations that see the address of the pod: pools, or pools and nodes [default: IPPoolsOnly]',
  ),
  natPortRange: numberOrText('Source ports of what leaves the pools, FIRST:LAST'),
};

/** Keys of FelixConfiguration.spec about filtering and address translation. */
export const felixFilterKeys: Readonly<Record<string, JsonSchema>> = { ...iptables, ...nftables, ...policy, ...nat };
