import { type JsonSchema, list, object, text } from './json-schema.ts';
import { routeProgrammings } from './route-programming.ts';
import {
  anyCase,
  choice,
  duration,
  flag,
  networks,
  number,
  port,
  routePriority,
  toggle,
  words,
} from './schema-parts.ts';

const mtu = (description: string): JsonSchema => number(`${description}; 0 for what the network allows`, 0, 65_535);
const address = (description: string): JsonSchema => text({ description, maxLength: 45 });
const deviceName = (description: string): JsonSchema => text({ description, pattern: '^(\\*|[a-zA-Z0-9_.-]{0,15})$' });

const routes: Readonly<Record<string, JsonSchema>> = {
  deviceRouteProtocol: number('Protocol number of own routes [default: 80]', 0, 255),
  deviceRouteSourceAddress: address('Source of what the node sends to pods, IPv4'),
  deviceRouteSourceAddressIPv6: address('Source of what the node sends to pods, IPv6'),
  floatingIPs: toggle('Translate floating addresses to pods [default: Disabled]'),
  interfaceRefreshInterval: duration('How often interfaces are looked at anew; 0 for never [default: 90s]'),
  ipForwarding: toggle('Let the node forward packets [default: Enabled]'),
  ipv4ElevatedRoutePriority: routePriority('Metric of IPv4 routes that are preferred [default: 512]'),
  ipv4NormalRoutePriority: routePriority('Metric of IPv4 routes [default: 1024]'),
  ipv6ElevatedRoutePriority: routePriority('Metric of IPv6 routes that are preferred [default: 512]'),
  ipv6NormalRoutePriority: routePriority('Metric of IPv6 routes [default: 1024]'),
  ipv6Support: flag('IPv6 on this node [default: true]'),
  liveMigrationRouteConvergenceTime: duration('How long a migrated machine keeps a preferred route [default: 30s]'),
  localSubnetL2Reachability: choice(
    ['Disabled', 'PodsAndLoadBalancers'],
    "Answer ARP and NDP for addresses of the node's own network [default: Disabled]",
  ),
  localSubnetL2ReachabilityRefreshInterval: duration('How often these are announced; 0 for once [default: 120s]'),
  netlinkTimeout: duration('How long the kernel may take for an answer [default: 10s]'),
  programClusterRoutes: choice(
    routeProgrammings,
    'Routes to other nodes that the agent writes and not BIRD [default: EnabledIPIPOnly]',
  ),
  removeExternalRoutes: flag('Remove routes to pods that others made [default: true]'),
  routeRefreshInterval: duration('How often routes are compared with what they should be; 0 for never [default: 90s]'),
  routeSource: anyCase(['WorkloadIPs', 'CalicoIPAM'], 'Routes to single pods or to blocks [default: CalicoIPAM]'),
  routeSyncDisabled: flag('Leave all routes alone'),
  routeTableRange: object(
    { min: number('First table'), max: number('Last table') },
    {
      description: 'Deprecated: routeTableRanges',
      required: ['min', 'max'],
      'x-kubernetes-validations': [
        {
          rule: 'self.min >= 1 && self.max >= self.min && self.max <= 250',
          message: 'must be a range of route table indices within 1..250',
        },
      ],
    },
  ),
  routeTableRanges: list(
    object(
      { min: number('First table'), max: number('Last table') },
      {
        required: ['min', 'max'],
        'x-kubernetes-validations': [
          { rule: 'self.min >= 1 && self.max < 4294967296', message: 'route tables are numbered from 1 to 4294967295' },
          { rule: 'self.min <= self.max', message: 'min must not be greater than max' },
        ],
      },
    ),
    { description: 'Route tables the agent may use, 65535 in all', maxItems: 1000 },
  ),
};

const tunnels: Readonly<Record<string, JsonSchema>> = {
  allowIPIPPacketsFromWorkloads: flag('Pods may send IP in IP packets [default: false]'),
  allowVXLANPacketsFromWorkloads: flag('Pods may send VXLAN packets [default: false]'),
  externalNodesList: networks('Machines outside the cluster whose tunnel packets are taken'),
  ipipEnabled: flag('Have an IP in IP device; by default when a pool needs it'),
  ipipMTU: mtu('MTU of the IP in IP device'),
  mtuIfacePattern: words('Regular expression of the interfaces the MTU of the network is read from'),
  requireMTUFile: flag('Do not start without the MTU file [default: false]'),
  vxlanEnabled: flag('Have a VXLAN device; by default when a pool needs it'),
  vxlanMTU: mtu('MTU of the VXLAN device for IPv4'),
  vxlanMTUV6: mtu('MTU of the VXLAN device for IPv6'),
  vxlanPort: port('UDP port of VXLAN [default: 4789]'),
  vxlanVNI: number('Network identifier of VXLAN [default: 4096]', 1, 16_777_215),
};

const wireguard: Readonly<Record<string, JsonSchema>> = {
  wireguardEnabled: flag('Encrypt IPv4 between nodes [default: false]'),
  wireguardEnabledV6: flag('Encrypt IPv6 between nodes [default: false]'),
  wireguardHostEncryptionEnabled: flag('Encrypt what nodes themselves send [default: false]'),
  wireguardInterfaceName: deviceName('WireGuard device for IPv4 [default: wireguard.cali]'),
  wireguardInterfaceNameV6: deviceName('WireGuard device for IPv6 [default: wg-v6.cali]'),
  wireguardKeepAlive: duration('How often a silent peer is sent something; 0 for never [default: 0]'),
  wireguardListeningPort: port('UDP port for IPv4 [default: 51820]'),
  wireguardListeningPortV6: port('UDP port for IPv6 [default: 51821]'),
  wireguardMTU: mtu('MTU of the device for IPv4'),
  wireguardMTUV6: mtu('MTU of the device for IPv6'),
  wireguardRoutingRulePriority: number('Priority of the routing rule [default: 99]', 1, 32_765),
  wireguardThreadingEnabled: flag('One kernel thread for each device [default: false]'),
};

/** Keys of FelixConfiguration.spec about routes, tunnels and interfaces. */
export const felixRouteKeys: Readonly<Record<string, JsonSchema>> = { ...routes, ...tunnels, ...wireguard };
