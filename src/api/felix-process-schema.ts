import { type JsonSchema, list, object, text } from './json-schema.ts';
import {
  choice,
  duration,
  durationPattern,
  flag,
  number,
  numberOrText,
  port,
  selector,
  severity,
  toggle,
  words,
} from './schema-parts.ts';

const logging: Readonly<Record<string, JsonSchema>> = {
  logActionRateLimit: text({
    description: 'How often a Log rule logs at most, NUMBER/UNIT: 10/second, 100/hour',
    pattern: '^[1-9]\\d{0,3}/(?:second|minute|hour|day)$',
  }),
  logActionRateLimitBurst: number('How many packets a rate-limited Log rule logs at once', 0, 9999),
  logDebugFilenameRegex: words('Debug messages come from source files of this name only'),
  logFilePath: words('File the log goes to; none for no file [default: /var/log/calico/felix.log]'),
  logPrefix: text({
    description: 'Start of what Log rules log; %t tier, %k kind, %n name, %p namespace/name [default: calico-packet]',
    pattern: '^([a-zA-Z0-9%: /_-])*$',
  }),
  logSeverityFile: severity('What goes to the log file [default: Info]'),
  logSeverityScreen: severity('What goes to standard output [default: Info]'),
  logSeveritySys: severity('What goes to syslog [default: Info]'),
};

const health: Readonly<Record<string, JsonSchema>> = {
  healthEnabled: flag('Serve liveness and readiness [default: false]'),
  healthHost: words('Address health is served at [default: localhost]'),
  healthPort: port('Port health is served at [default: 9099]', 0),
  healthTimeoutOverrides: list(
    object(
      {
        name: text({ description: 'Part of the agent, as its log names it', pattern: '^[a-zA-Z0-9_ -]+$' }),
        timeout: text({ description: 'How long it may be silent', pattern: durationPattern }),
      },
      { required: ['name', 'timeout'] },
    ),
    { description: 'Other time limits for parts of the agent before health turns bad' },
  ),
  dataplaneWatchdogTimeout: duration('Deprecated: healthTimeoutOverrides says it for every part [default: 90s]'),
};

const metrics: Readonly<Record<string, JsonSchema>> = {
  prometheusGoMetricsEnabled: flag('Export metrics of the runtime [default: true]'),
  prometheusMetricsCAFile: words('Certificate authority that clients of the metrics are checked with'),
  prometheusMetricsCertFile: words('TLS certificate of the metrics server'),
  prometheusMetricsClientAuth: words('How clients prove who they are [default: RequireAndVerifyClientCert]'),
  prometheusMetricsEnabled: flag('Serve metrics [default: false]'),
  prometheusMetricsHost: text({
    description: 'Address metrics are served at [default: every address]',
    pattern: '^[a-zA-Z0-9:._+-]{0,64}$',
  }),
  prometheusMetricsKeyFile: words('TLS key of the metrics server'),
  prometheusMetricsPort: port('Port metrics are served at [default: 9091]', 0),
  prometheusProcessMetricsEnabled: flag('Export metrics of the process [default: true]'),
  prometheusWireGuardMetricsEnabled: flag('Export metrics of WireGuard [default: true]'),
};

const reporting: Readonly<Record<string, JsonSchema>> = {
  endpointReportingDelay: duration('Wait before the state of an endpoint is reported; OpenStack only [default: 1s]'),
  endpointReportingEnabled: flag('Report the state of endpoints; OpenStack only [default: false]'),
  endpointStatusPathPrefix: words('Directory the state of endpoints is written to [default: /var/run/calico]'),
  flowLogsCollectorDebugTrace: flag('Log all that the flow collector does'),
  flowLogsFlushInterval: duration('How often flows are exported'),
  flowLogsGoldmaneServer: words('Where flows are sent to'),
  flowLogsLocalReporter: choice(
    ['Disabled', 'Enabled'],
    'Serve flows at a unix socket of the node [default: Disabled]',
  ),
  flowLogsPolicyEvaluationMode: choice(
    ['None', 'Continuous'],
    'Compare flows that go on with policy as it changes [default: Continuous]',
  ),
  reportingInterval: duration('How often the agent reports its state; 0 for never [default: 30s]'),
  reportingTTL: duration('How long such a report is good for [default: 90s]'),
  usageReportingEnabled: flag('Calico tells its makers version and size of the cluster; Weft never does'),
  usageReportingInitialDelay: duration('Wait before the first such report [default: 300s]'),
  usageReportingInterval: duration('How often there is such a report [default: 86400s]'),
};

const debugging: Readonly<Record<string, JsonSchema>> = {
  debugDisableLogDropping: flag('Wait for slow logs instead of dropping messages [default: false]'),
  debugHost: words('Address of the debug port [default: localhost]'),
  debugMemoryProfilePath: words('File a memory profile is written to on a signal'),
  debugPort: port('Port for profiles; not to be exposed', 0),
  debugSimulateCalcGraphHangAfter: duration('For tests of the watchdog: stop computing after this time'),
  debugSimulateDataplaneApplyDelay: duration('For tests: wait before every kernel write'),
  debugSimulateDataplaneHangAfter: duration('For tests of the watchdog: stop writing after this time'),
};

const runtime: Readonly<Record<string, JsonSchema>> = {
  awsSrcDstCheck: choice(
    ['DoNothing', 'Enable', 'Disable'],
    'The source/destination check of this EC2 instance [default: DoNothing]',
  ),
  cgroupV2Path: words('Where the cgroup hierarchy is mounted'),
  dataplaneDriver: words('Program that writes to the kernel, when useInternalDataplaneDriver is false'),
  featureDetectOverride: text({
    description: 'Kernel features to take for given or missing: SNATFullyRandom=true,MASQFullyRandom=false',
    pattern: '^([a-zA-Z0-9_]+=(true|false|),)*([a-zA-Z0-9_]+=(true|false|))?$',
  }),
  featureGates: text({
    description: 'Features on trial: NAME=VALUE,NAME=VALUE',
    pattern: '^([a-zA-Z0-9_]+=[^=,]+,)*([a-zA-Z0-9_]+=[^=,]+)?$',
  }),
  goGCThreshold: number('Garbage collection of a Go runtime, percent; -1 for none [default: 40]', -1),
  goMaxProcs: number('CPUs of a Go runtime; -1 for all [default: -1]', -1),
  goMemoryLimitMB: number('Memory limit of a Go runtime, MB; -1 for none [default: -1]', -1),
  istioAmbientMode: toggle('Work together with Istio in ambient mode [default: Disabled]'),
  istioDSCPMark: numberOrText('DSCP value of packets for ztunnel [default: 23]'),
  metadataAddr: words('Server of cloud-init metadata for OpenStack; none for none [default: 127.0.0.1]'),
  metadataPort: port('Its port [default: 8775]', 0),
  nodeSelector: selector('Nodes these settings are for; not with the names default and node.NAME'),
  openstackRegion: text({
    description: 'OpenStack region of this node',
    maxLength: 46,
    pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$',
  }),
  policySyncPathPrefix: words('Directory of the socket that tells other programs of policy'),
  sidecarAccelerationEnabled: flag('Short cuts between sidecars, an experiment of Calico [default: false]'),
  useInternalDataplaneDriver: flag('The agent itself writes to the kernel'),
  windowsManageFirewallRules: toggle('Open the Windows firewall for metrics [default: Disabled]'),
};

/** Keys of FelixConfiguration.spec about the agent as a process: logs, health, metrics, reports, debugging. */
export const felixProcessKeys: Readonly<Record<string, JsonSchema>> = {
  ...logging,
  ...health,
  ...metrics,
  ...reporting,
  ...debugging,
  ...runtime,
};
