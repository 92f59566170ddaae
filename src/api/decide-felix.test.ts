import { describe, test } from 'node:test';
import type { FailsafePortField } from './calico.ts';
import * as kinds from './kinds.ts';
import { asPart, asSpec, decide } from './testing/decide.ts';
import { validateFailsafePort } from './validate-felix-configuration.ts';

/** One key with values that are taken and values that are refused. */
type Line = readonly [key: string, accepted: readonly unknown[], refused: readonly unknown[]];

const severities = ['Trace', 'Debug', 'Info', 'Warning', 'Error', 'Fatal'];
const badPatterns = ['*', '(', '[a', 'a**', '(?=a)', '(?!a)', '(?<=a)', '(a)\\1', 'a{1001}', 'a\\', '(?P<a', '(?z)a'];
const goodPatterns = [
  '',
  '^eth.*',
  '(?i)^ETH',
  '(?P<a>b)',
  'a|b',
  '[[:alpha:]]+',
  '[]a]',
  '\\Qa.(\\E',
  '(?i:a)',
  '(?s-m:a)',
];
const pattern = (key: string): Line => [key, goodPatterns, badPatterns];
const choice = (key: string, ...words: readonly string[]): Line => [
  key,
  words,
  ['', 'junk', ...words.map((word) => word.toLowerCase()).filter((word) => !words.includes(word))],
];
const anyCase = (key: string, ...words: readonly string[]): Line => [
  key,
  ['', ...words, ...words.map((word) => word.toLowerCase()), ...words.map((word) => word.toUpperCase())],
  ['junk', `${words[0]} `, `x${words[0]}`],
];
const duration = (key: string): Line => [
  key,
  ['0', '0s', '90s', '1m30s', '1h', '100ms', '1.5s'],
  ['', '90', '-1s', '1', 's', '1 s', '1d', 'forever', 90, null],
];
const flag = (key: string): Line => [key, [true, false], ['true', 1, 'Enabled']];
const range = (key: string, least: number, most: number): Line => [
  key,
  [least, most],
  [least - 1, most + 1, least + 0.5, `${least}`],
];
const mark = (key: string): Line => range(key, 0, 4_294_967_295);
const addresses = (key: string): Line => [
  key,
  [[], ['10.0.0.1'], ['10.0.0.1/8', 'fd00::/64']],
  [['x'], ['10.0.0.0/33'], [''], '10.0.0.0/8', ['10.0.0.0/8', 'fd00::/129']],
];
const device = (key: string): Line => [
  key,
  ['', 'wg0', 'a.b_c-D', 'a'.repeat(15)],
  ['wg&0', 'a b', 'a'.repeat(16), 'a/b'],
];
const ports = ['1', 80, '80:90', '30000:32767'];

const lines: readonly Line[] = [
  ...['logSeverityFile', 'logSeverityScreen', 'logSeveritySys'].map((key) => anyCase(key, ...severities)),
  anyCase('chainInsertMode', 'Insert', 'Append'),
  anyCase('defaultEndpointToHostAction', 'Drop', 'Accept', 'Return'),
  ...['iptablesFilterAllowAction', 'iptablesMangleAllowAction', 'nftablesFilterAllowAction'].map((key) =>
    anyCase(key, 'Accept', 'Return'),
  ),
  ...['iptablesFilterDenyAction', 'nftablesFilterDenyAction'].map((key) => anyCase(key, 'Drop', 'Reject')),
  anyCase('bpfLogLevel', 'Off', 'Info', 'Debug'),
  anyCase('bpfExternalServiceMode', 'Tunnel', 'DSR'),
  anyCase('bpfEnforceRPF', 'Disabled', 'Strict', 'Loose'),
  anyCase('bpfMapSizeConntrackScaling', 'Disabled', 'DoubleIfFull'),
  anyCase('routeSource', 'WorkloadIPs', 'CalicoIPAM'),
  anyCase('serviceLoopPrevention', 'Drop', 'Reject', 'Disabled'),
  anyCase('workloadSourceSpoofing', 'Disabled', 'Any'),
  choice('iptablesBackend', 'Legacy', 'NFT', 'Auto'),
  choice('awsSrcDstCheck', 'DoNothing', 'Enable', 'Disable'),
  choice('bpfConnectTimeLoadBalancing', 'TCP', 'Enabled', 'Disabled'),
  choice('bpfHostNetworkedNATWithoutCTLB', 'Enabled', 'Disabled'),
  choice('bpfConntrackLogLevel', 'Off', 'Debug'),
  choice('bpfConntrackMode', 'Auto', 'Userspace', 'BPFProgram'),
  choice('floatingIPs', 'Enabled', 'Disabled'),
  choice('windowsManageFirewallRules', 'Enabled', 'Disabled'),
  choice('natOutgoingExclusions', 'IPPoolsOnly', 'IPPoolsAndHostIPs'),
  choice('ipForwarding', 'Enabled', 'Disabled'),
  choice('programClusterRoutes', 'Enabled', 'EnabledIPIPOnly', 'EnabledNoEncapOnly', 'Disabled'),
  choice('nftablesMode', 'Disabled', 'Enabled', 'Auto'),
  choice('flowLogsPolicyEvaluationMode', 'None', 'Continuous'),
  choice('flowLogsLocalReporter', 'Enabled', 'Disabled'),
  ...['routeRefreshInterval', 'netlinkTimeout', 'reportingInterval', 'wireguardKeepAlive', 'iptablesLockTimeout'].map(
    duration,
  ),
  ...[
    'bpfDataIfacePattern',
    'bpfL3IfacePattern',
    'bpfDisableGROForIfaces',
    'mtuIfacePattern',
    'logDebugFilenameRegex',
  ].map(pattern),
  ...['iptablesMarkMask', 'nftablesMarkMask', 'bpfExtToServiceConnmark'].map(mark),
  ...['ipv4NormalRoutePriority', 'ipv6ElevatedRoutePriority'].map((key) => range(key, 1, 2_147_483_646)),
  ...['wireguardListeningPort', 'wireguardListeningPortV6'].map((key) => range(key, 1, 65_535)),
  range('wireguardRoutingRulePriority', 1, 32_765),
  range('debugPort', 0, 65_535),
  range('logActionRateLimitBurst', 0, 9999),
  ...['goGCThreshold', 'goMemoryLimitMB', 'goMaxProcs'].map((key): Line => [key, [-1, 0, 40], [-2, 1.5, '40']]),
  ['bpfMapSizeConntrackCleanupQueue', [1, 1000], [0, -1]],
  ...['wireguardInterfaceName', 'wireguardInterfaceNameV6'].map(device),
  ['iptablesNATOutgoingInterfaceFilter', ['', 'cali-123', 'eth+', 'a:b'], ['cali@123', 'a'.repeat(16), 'a b']],
  ['bpfForceTrackPacketsFromIfaces', [[], ['docker+', 'eth0']], [['eth&'], [''], ['a'.repeat(16)], 'docker0']],
  [
    'bpfLogFilters',
    [{}, { all: 'tcp', eth0: 'host 10.0.0.1' }],
    [{ 'eth 0': '' }, { [`${'a'.repeat(16)}`]: '' }, { a: 1 }],
  ],
  ['openstackRegion', ['', 'a', 'my-region', 'a'.repeat(46)], ['FOO', 'a.b', '-a', 'a_b', 'a'.repeat(47)]],
  ['prometheusMetricsHost', ['', 'localhost', '10.0.0.1', 'fe80::1', 'a'.repeat(64)], ['a#', 'a b', 'a'.repeat(65)]],
  [
    'featureDetectOverride',
    ['', 'A=true', 'A=true,B=false', 'A=,B=true'],
    ['A', 'A=maybe', 'A=true B=false', 'A-B=true', '=true'],
  ],
  ['featureGates', ['', 'A=b', 'A=b,C=d', 'A=b,'], ['A', 'A=', '=b', 'A=b,c']],
  ['logActionRateLimit', ['1/second', '9999/day', '100/hour'], ['0/second', '10000/minute', '1/week', '1', '1/Second']],
  ['logPrefix', ['', 'calico-packet', '%t %k: %n/%p_'], ['a"b', 'a$b']],
  [
    'kubeNodePortRanges',
    [[], ports, [1, 2, 3, 4, 5, 6, 7]],
    [['http'], [0], ['2:1'], ['1:65536'], [1, 2, 3, 4, 5, 6, 7, 8]],
  ],
  ['natPortRange', ports, [0, '2:1', 65_536, '1:2:3', '']],
  ['bpfPSNATPorts', ports, [0, '2:1', 65_536]],
  ['natOutgoingAddress', ['', '10.0.0.1'], ['10.0.0.1/32', 'fd00::1', '10.0.0', 'x', '::ffff:10.0.0.1']],
  ['deviceRouteSourceAddress', ['', '10.0.0.1'], ['10.0.0.1/24', 'fd00::1', '10.0.0.256']],
  ['deviceRouteSourceAddressIPv6', ['', 'fd00::1'], ['fd00::1/128', '10.0.0.1', '::ffff:10.0.0.1', 'fd00::1%eth0']],
  [
    'externalNodesList',
    [[], ['10.0.0.1', '10.0.0.0/8', '10.0.0.1/8']],
    [['fd00::1'], ['x'], ['10.0.0.0/33'], ['10.0.0.1', 'fd00::/8']],
  ],
  addresses('bpfDSROptoutCIDRs'),
  addresses('bpfExcludeCIDRsFromNAT'),
  [
    'routeTableRange',
    [
      { min: 1, max: 250 },
      { min: 250, max: 250 },
    ],
    [{ min: 0, max: 250 }, { min: -5, max: 9 }, { min: 9, max: 1 }, { min: 1, max: 251 }, { min: 1 }],
  ],
  [
    'routeTableRanges',
    [
      [],
      [{ min: 1, max: 65_535 }],
      [{ min: 253, max: 255 }],
      [{ min: 4_294_967_295, max: 4_294_967_295 }],
      [
        { min: 1, max: 9 },
        { min: 1, max: 9 },
      ],
    ],
    [
      [{ min: 0, max: 9 }],
      [{ min: 9, max: 1 }],
      [{ min: 1, max: 65_536 }],
      [
        { min: 1, max: 65_535 },
        { min: 70_000, max: 70_000 },
      ],
      [{ min: 1, max: 4_294_967_296 }],
      [{}],
    ],
  ],
  [
    'healthTimeoutOverrides',
    [
      [],
      [
        { name: 'Int_dataplane -2', timeout: '0s' },
        { name: 'a', timeout: '90s' },
      ],
    ],
    [
      [{ name: '', timeout: '1s' }],
      [{ name: 'a%', timeout: '1s' }],
      [{ name: 'a', timeout: '-1ns' }],
      [{ name: 'a' }],
      [{ timeout: '1s' }],
    ],
  ],
  ...['failsafeInboundHostPorts', 'failsafeOutboundHostPorts'].map(
    (key): Line => [
      key,
      [
        [],
        [{ port: 22 }],
        [
          { protocol: 'TCP', port: 22, net: '10.0.0.0/8' },
          { protocol: 'udp', port: 65_535 },
          { protocol: 'sctp', port: 0 },
        ],
      ],
      [
        [{ protocol: 'ICMP', port: 1 }],
        [{ protocol: 'TCP' }],
        [{ protocol: 'TCP', port: 65_536 }],
        [{ protocol: 'TCP', port: 1, net: 'x' }],
        ['tcp:22'],
      ],
    ],
  ),
  ...['bpfEnabled', 'wireguardEnabled', 'vxlanEnabled', 'usageReportingEnabled'].map(flag),
  ['endpointStatusPathPrefix', ['', '/var/run/calico'], [1]],
  ['unknownKey', [], [1]],
];

describe('FelixConfiguration: what Calico decides', () => {
  const check = asSpec(kinds.felixConfigurations);
  for (const [key, accepted, refused] of lines) {
    decide(test, key, (value) => check({ [key]: value }), accepted, refused);
  }
  decide(
    test,
    'together',
    check,
    [{}],
    [{ routeTableRange: { min: 1, max: 9 }, routeTableRanges: [{ min: 10, max: 19 }] }],
  );
});

describe('a failsafe port by itself: what Calico decides', () => {
  decide(
    test,
    'port',
    asPart({}, (field, value: FailsafePortField) => validateFailsafePort(value, field)),
    ['TCP', 'UDP', 'SCTP'].map((protocol) => ({ protocol, port: 1 })),
    ['tcp', '', 'ICMP', undefined].map((protocol) => ({ protocol, port: 1 })),
  );
});
