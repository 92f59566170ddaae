import { type JsonSchema, list, map, object, text } from './json-schema.ts';
import {
  anyCase,
  choice,
  duration,
  flag,
  interfaceFilterPattern,
  networks,
  number,
  numberOrText,
  port,
  toggle,
  words,
} from './schema-parts.ts';

const timer = (description: string): JsonSchema =>
  text({ description, pattern: '^(([0-9]*(\\.[0-9]*)?(ms|s|h|m|us)+)+|Auto)$' });
const size = (description: string): JsonSchema => number(description);

const conntrack: Readonly<Record<string, JsonSchema>> = {
  bpfConntrackLogLevel: choice(['Off', 'Debug'], 'Log of the cleaning of conntrack [default: Off]'),
  bpfConntrackMode: choice(['Auto', 'Userspace', 'BPFProgram'], 'Who cleans conntrack [default: Userspace]'),
  bpfConntrackTimeouts: object(
    {
      creationGracePeriod: timer('New connections are kept at least this long [default: 10s]'),
      genericTimeout: timer('Other protocols, idle [default: 10m]'),
      icmpTimeout: timer('ICMP, idle [default: 5s]'),
      tcpEstablished: timer('TCP, idle [default: 1h]'),
      tcpFinsSeen: timer('TCP, closed in order [default: Auto]'),
      tcpResetSeen: timer('TCP, reset [default: 40s]'),
      tcpSynSent: timer('TCP, first packet unanswered [default: 20s]'),
      udpTimeout: timer('UDP, idle [default: 60s]'),
    },
    { description: "When entries of conntrack end; Auto takes Linux' own limit" },
  ),
  bpfHostConntrackBypass: flag('Traffic of pods and services passes by the conntrack of Linux [default: true]'),
  bpfForceTrackPacketsFromIfaces: list(text({ pattern: interfaceFilterPattern }), {
    description: 'Interfaces whose traffic Linux tracks all the same [default: docker+]',
  }),
};

const maps: Readonly<Record<string, JsonSchema>> = {
  bpfMapSizeConntrack: size('Entries for connections'),
  bpfMapSizeConntrackCleanupQueue: number('Entries for connections that are about to be removed', 1),
  bpfMapSizeConntrackScaling: anyCase(
    ['Disabled', 'DoubleIfFull'],
    'Grow the map of connections [default: DoubleIfFull]',
  ),
  bpfMapSizeIPSets: size('Entries for the members of selectors'),
  bpfMapSizeIfState: size('Entries for interfaces'),
  bpfMapSizeNATAffinity: size('Entries for clients that stay with a backend'),
  bpfMapSizeNATBackend: size('Entries for the backends of services'),
  bpfMapSizeNATFrontend: size('Entries for the addresses of services'),
  bpfMapSizePerCpuConntrack: size('Entries for connections for each CPU; wins over bpfMapSizeConntrack'),
  bpfMapSizeRoute: size('Entries for routes'),
};

const services: Readonly<Record<string, JsonSchema>> = {
  bpfConnectTimeLoadBalancing: choice(
    ['TCP', 'Enabled', 'Disabled'],
    'Pick the backend of a service when a process connects [default: TCP]',
  ),
  bpfConnectTimeLoadBalancingEnabled: flag('Deprecated: bpfConnectTimeLoadBalancing'),
  bpfDSROptoutCIDRs: networks('Clients that are answered through the node they asked'),
  bpfExcludeCIDRsFromNAT: networks('Destinations that are left to the node, as a local DNS cache'),
  bpfExtToServiceConnmark: number('Mark of connections from outside to a service', 0, 4_294_967_295),
  bpfExternalServiceMode: anyCase(['Tunnel', 'DSR'], 'How answers go back to a client outside [default: Tunnel]'),
  bpfHostNetworkedNATWithoutCTLB: toggle('Translate addresses of services for the node itself [default: Enabled]'),
  bpfKubeProxyHealthzPort: port('Port of the health check of services; 0 for none [default: 10256]', 0),
  bpfKubeProxyIptablesCleanupEnabled: flag('Remove the chains of kube-proxy [default: true]'),
  bpfKubeProxyMinSyncPeriod: duration('Least time between updates of services [default: 1s]'),
  bpfMaglevMaxEndpointsPerService: number('Endpoints of one service with Maglev [default: 100]', 1, 3000),
  bpfMaglevMaxServices: number('Services with Maglev [default: 100]', 1, 3000),
  bpfPSNATPorts: numberOrText('Ports a colliding source port is moved to [default: 20000:29999]'),
};

const programs: Readonly<Record<string, JsonSchema>> = {
  bpfAttachType: choice(['TC', 'TCX'], 'How programs are attached [default: TCX]'),
  bpfCTLBLogFilter: words('all: log connect-time load balancing in spite of bpfLogFilters'),
  bpfDataIfacePattern: words('Regular expression of the interfaces to the network'),
  bpfDisableGROForIfaces: words('Regular expression of the interfaces that do not gather packets (GRO)'),
  bpfDisableUnprivileged: flag('Only root may use eBPF on this node [default: true]'),
  bpfEnabled: flag("Calico's eBPF data plane; Weft has one data plane, nftables [default: false]"),
  bpfEnforceRPF: anyCase(['Disabled', 'Strict', 'Loose'], 'Check where packets come from [default: Loose]'),
  bpfExportBufferSizeMB: size('Buffer of events, MB [default: 1]'),
  bpfIPFragTimeout: duration('How long fragments wait for the rest [default: as the kernel]'),
  bpfIPFragmentReassemblyEnabled: flag('Put fragments together that arrive out of order [default: true]'),
  bpfJITHardening: choice(['Auto', 'Strict'], 'Leave the hardening of the compiler alone [default: Auto]'),
  bpfL3IfacePattern: words('Regular expression of tunnel interfaces that are not the own ones'),
  bpfLogFilters: map(text(), { description: 'What is logged, a pcap expression by interface (or all, weps, heps)' }),
  bpfLogLevel: anyCase(['Off', 'Info', 'Debug'], 'Log of the programs [default: Off]'),
  bpfOverlayHostSourceIP: choice(
    ['TunnelAddress', 'HostAddress'],
    'Source of what the node itself sends through a tunnel [default: TunnelAddress]',
  ),
  bpfPolicyDebugEnabled: flag('Keep what explains the policy programs'),
  bpfProfiling: toggle('Measure the programs [default: Disabled]'),
  bpfRedirectToPeer: choice(
    ['Enabled', 'Disabled', 'L2Only'],
    'Hand packets straight into the pod; tools on the host side do not see them [default: Enabled]',
  ),
};

/** Keys of FelixConfiguration.spec about Calico's eBPF data plane. They are stored and checked; Weft has no use for them. */
export const felixBpfKeys: Readonly<Record<string, JsonSchema>> = { ...conntrack, ...maps, ...services, ...programs };
