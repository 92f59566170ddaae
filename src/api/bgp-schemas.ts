import { bgpFilterSchema } from './bgp-filter-schema.ts';
import { type JsonSchema, list, object, oneOf, text, type ValidationRule } from './json-schema.ts';
import { column, type KindSchema } from './kind-schema.ts';
import { routeProgrammings } from './route-programming.ts';
import {
  asNumber,
  choice,
  duration,
  flag,
  networkPattern,
  number,
  port,
  routePriority,
  selector,
  words,
} from './schema-parts.ts';

const name = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const network = (description: string): JsonSchema => text({ description, maxLength: 49, pattern: networkPattern });
const address = (description: string): JsonSchema => text({ description, maxLength: 45 });
const blocks = (description: string): JsonSchema =>
  list(object({ cidr: network('The network') }), { description, maxItems: 1000 });

const password = object(
  {
    secretKeyRef: object(
      {
        name: text({ description: 'Name of the Secret', default: '' }),
        key: words('Key within it'),
        optional: { type: 'boolean', description: 'Go on when there is no such key' },
      },
      { description: "Key of a Secret in the agent's namespace", required: ['key'] },
    ),
  },
  { description: 'Password of the sessions (TCP MD5, RFC 2385)' },
);

const failureDetection = (description: string): JsonSchema => choice(['None', 'BFDIfDirectlyConnected'], description);

const needsMesh = (field: string): ValidationRule => ({
  rule: `!has(self.${field}) || !has(self.nodeToNodeMeshEnabled) || self.nodeToNodeMeshEnabled`,
  message: `${field} cannot be set when nodeToNodeMeshEnabled is false`,
});

const configurationSpec = object(
  {
    logSeverityScreen: text({
      description: 'What BIRD logs',
      pattern: '^(?i:Trace|Debug|Info|Warning|Error|Fatal)?$',
      default: 'Info',
    }),
    nodeToNodeMeshEnabled: flag('Every node has a session with every other [default: true]'),
    asNumber: asNumber('AS number of nodes that have none of their own [default: 64512]'),
    serviceClusterIPs: blocks('Cluster addresses of services to announce'),
    serviceExternalIPs: blocks('External addresses of services to announce'),
    serviceLoadBalancerIPs: blocks('Load balancer addresses of services to announce'),
    serviceLoadBalancerAggregation: oneOf(['Enabled', 'Disabled'], {
      description: 'Announce the networks of load balancer addresses and not every address',
      default: 'Enabled',
    }),
    communities: list(
      object(
        {
          name: text({ description: 'Name to use below', maxLength: 253, pattern: `^${name}$` }),
          value: text({
            description: 'aa:nn (16 bits each) or aa:nn:mm (32 bits each)',
            pattern: '^\\d+:\\d+(:\\d+)?$',
          }),
        },
        { required: ['name', 'value'] },
      ),
      { description: 'Names for BGP communities', maxItems: 1000 },
    ),
    prefixAdvertisements: list(
      object(
        {
          cidr: network('Routes within this network'),
          communities: list(text(), { description: 'are announced with these communities: names or values' }),
        },
        { required: ['cidr', 'communities'] },
      ),
      { description: 'Communities of announced routes', maxItems: 1000 },
    ),
    listenPort: port('Port BIRD listens at [default: 179]'),
    nodeMeshPassword: password,
    nodeMeshMaxRestartTime: duration('Graceful restart within the mesh [default: 120s]'),
    nodeMeshFailureDetectionMode: failureDetection('How nodes notice that another is lost [default: None]'),
    bfd: object(
      {
        minimumReceiveInterval: duration('Least time between packets taken [default: 300ms]'),
        minimumTransmitInterval: duration('Least time between packets sent [default: 300ms]'),
        multiplier: number('Packets that may be lost in a row [default: 3]', 1, 255),
      },
      { description: 'Bidirectional forwarding detection (RFC 5880), for peers that use it' },
    ),
    bindMode: choice(['None', 'NodeIP'], 'Listen at all addresses or that of the node [default: None]'),
    ignoredInterfaces: list(text({ pattern: '^[a-zA-Z0-9_.*-]{1,15}$' }), {
      description: 'Interfaces whose networks are not announced',
      maxItems: 1000,
      'x-kubernetes-list-type': 'set',
    }),
    localWorkloadPeeringIPV4: address('Address pods find the node under for BGP, IPv4'),
    localWorkloadPeeringIPV6: address('Address pods find the node under for BGP, IPv6'),
    programClusterRoutes: choice(
      routeProgrammings,
      'Routes to other nodes that BIRD writes [default: EnabledNoEncapOnly]',
    ),
    ipv4NormalRoutePriority: routePriority('Metric of IPv4 routes BIRD writes [default: 1024]'),
    ipv6NormalRoutePriority: routePriority('Metric of IPv6 routes BIRD writes [default: 1024]'),
  },
  {
    description: 'The settings',
    'x-kubernetes-validations': [
      needsMesh('nodeMeshPassword'),
      needsMesh('nodeMeshMaxRestartTime'),
      needsMesh('nodeMeshFailureDetectionMode'),
      {
        rule: '!has(self.communities) || size(self.communities) == 0 || (has(self.prefixAdvertisements) && size(self.prefixAdvertisements) > 0)',
        message: 'communities are defined but not used in Spec.PrefixAdvertisement[].',
      },
      addressRule('localWorkloadPeeringIPV4', 4),
      addressRule('localWorkloadPeeringIPV6', 6),
    ],
  },
);

function addressRule(field: string, family: 4 | 6): ValidationRule {
  return {
    rule: `!has(self.${field}) || self.${field} == '' || (isIP(self.${field}) && ip(self.${field}).family() == ${family})`,
    message: `an IPv${family} address is needed`,
    fieldPath: `.${field}`,
  };
}

/** A CEL test that a text is there and not empty. */
const given = (field: string): string => `(has(self.${field}) && self.${field} != '')`;

const exclusive = (one: string, other: string): ValidationRule => ({
  rule: `!${given(one)} || !${given(other)}`,
  message: `${one} must be empty when ${other} is set`,
});

const peerSpec = object(
  {
    node: text({ description: 'The one node that has this peer', maxLength: 253, pattern: `^(${name})?$` }),
    nodeSelector: selector('Nodes that have this peer; without node and nodeSelector all have it'),
    peerIP: text({ description: 'Address of the peer: IP, IPV4:PORT or [IPV6]:PORT', maxLength: 64 }),
    asNumber: asNumber('AS number of the peer'),
    localASNumber: asNumber('AS number towards this peer, when it is another than usual'),
    peerSelector: selector('Nodes that are the peers; instead of peerIP and asNumber'),
    keepOriginalNextHop: flag('Deprecated: nextHopMode Keep'),
    nextHopMode: choice(['Auto', 'Self', 'Keep'], 'Next hop of announced routes [default: Auto]'),
    password,
    sourceAddress: choice(['UseNodeIP', 'None'], 'Source of the sessions [default: UseNodeIP]'),
    maxRestartTime: duration('Graceful restart [default: 120s]'),
    keepaliveTime: duration('Time between keepalive messages [default: a third of the hold time]'),
    numAllowedLocalASNumbers: number(
      'How often the own AS number may be in the path of a route taken',
      0,
      2_147_483_647,
    ),
    ttlSecurity: number('Hops to the peer; packets from further away are dropped (RFC 5082)', 0, 255),
    reachableBy: text({ description: 'Gateway to the peer, for a static route to it', maxLength: 64 }),
    filters: list(text({ maxLength: 253, pattern: `^${name}$` }), { description: 'BGPFilters, in this order' }),
    localWorkloadSelector: selector('Pods of the node that are the peers; with asNumber, instead of peerIP'),
    reversePeering: choice(
      ['Auto', 'Manual'],
      'Whether selected peers get the session from their side [default: Auto]',
    ),
    failureDetectionMode: failureDetection('How the loss of the peer is noticed [default: None]'),
  },
  {
    description: 'The peer',
    'x-kubernetes-validations': [
      exclusive('node', 'nodeSelector'),
      exclusive('peerIP', 'peerSelector'),
      {
        rule: `!${given('peerSelector')} || !has(self.asNumber) || self.asNumber == 0`,
        message: 'asNumber must be empty when peerSelector is set',
      },
      exclusive('peerIP', 'localWorkloadSelector'),
      exclusive('peerSelector', 'localWorkloadSelector'),
      {
        rule: `!${given('localWorkloadSelector')} || (has(self.asNumber) && self.asNumber != 0)`,
        message: 'asNumber is required when localWorkloadSelector is set',
      },
      {
        rule: `!${given('reachableBy')} || ${given('peerIP')}`,
        message: 'reachableBy must be empty when peerIP is empty',
      },
      {
        rule: '!has(self.keepOriginalNextHop) || !self.keepOriginalNextHop || !has(self.nextHopMode)',
        message: 'keepOriginalNextHop and nextHopMode cannot both be set',
      },
    ],
  },
);

/** Schemas of the kinds of BGP. */
export const bgpKindSchemas: Readonly<Record<string, KindSchema>> = {
  BGPConfiguration: {
    description: 'Settings of BGP: of all nodes ("default") or of one ("node.NAME")',
    spec: configurationSpec,
    rules: [
      'nodeToNodeMeshEnabled',
      'asNumber',
      'nodeMeshPassword',
      'nodeMeshMaxRestartTime',
      'nodeMeshFailureDetectionMode',
    ].map((field) => ({
      rule: `self.metadata.name == 'default' || !has(self.spec.${field})`,
      message: `Cannot set ${field} on a non default BGP Configuration.`,
    })),
    columns: [
      column('LogSeverity', '.spec.logSeverityScreen'),
      column('MeshEnabled', '.spec.nodeToNodeMeshEnabled', 'boolean'),
      column('ASNumber', '.spec.asNumber', 'integer'),
    ],
  },
  BGPPeer: {
    description: 'A router that nodes exchange routes with',
    spec: peerSpec,
    columns: [
      column('PeerIP', '.spec.peerIP'),
      column('Node', '.spec.node'),
      column('ASN', '.spec.asNumber', 'integer'),
    ],
  },
  BGPFilter: bgpFilterSchema,
};
