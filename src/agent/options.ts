import { parseArgs } from 'node:util';
import { errorText, WeftError } from '../base/errors.ts';
import type { LogLevel } from '../base/log.ts';
import type { Backend } from '../desired/snapshot.ts';
import { type BirdFiles, birdFiles } from '../host/bird-daemon.ts';
import type { Family } from '../net/ip.ts';
import { type AddressMethod, parseAddressMethod } from './address-method.ts';

/** Everything the agent is told from outside. */
export interface AgentOptions {
  readonly kubeconfig?: string;
  readonly nodeName: string;
  readonly backend: Backend;
  readonly runDirectory: string;
  /** For `mtu` and `nodename`, which other programs read. */
  readonly stateDirectory: string;
  readonly cniConfigDirectory: string;
  /** Where plugins are installed: which ones can be chained. */
  readonly cniPluginDirectory: string;
  /** File name; the usual one when absent. */
  readonly cniConfigName?: string;
  readonly healthHost: string;
  /** 0 = the kernel's choice. */
  readonly healthPort: number;
  readonly metricsHost: string;
  readonly metricsPort: number;
  /** How the node's own address is found; a family without method is off. */
  readonly address: Readonly<Partial<Record<Family, AddressMethod>>>;
  /** Refuse to start with an address that another node has. */
  readonly checkDuplicates: boolean;
  /** Where the Secrets with BGP passwords are. */
  readonly namespace: string;
  /** BIRD's router id: `hash` (from the node's name) or an IPv4 address; the node's IPv4 address when absent. */
  readonly routerId?: string;
  readonly bird: BirdFiles;
  readonly logLevel: LogLevel;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What `weft agent --help` prints. */
export const usage = `weft agent: the node daemon

  --kubeconfig FILE            how to reach the API server (KUBECONFIG, else in-cluster)
  --node NAME                  this node's name (NODENAME, else the host name in lower case)
  --backend none|bird|vxlan    who writes routes without encapsulation (CALICO_NETWORKING_BACKEND, else none)
  --run-directory DIR          socket and endpoint records (/run/weft)
  --state-directory DIR        files mtu and nodename (/var/lib/calico)
  --cni-config-directory DIR   where the CNI configuration is written (/etc/cni/net.d)
  --cni-plugin-directory DIR   where CNI plugins are installed (/opt/cni/bin)
  --health-port PORT           /liveness, /readiness, /debug/* on 127.0.0.1 (FELIX_HEALTHPORT, else 9099)
  --metrics-port PORT          /metrics (FELIX_PROMETHEUSMETRICSPORT, else 9091)
  --bird-config FILE           the configuration of BIRD, with backend bird (${birdFiles.configuration})
  --bird-socket PATH           BIRD's control socket (${birdFiles.socket})
  --log-level LEVEL            debug, info, warn or error (FELIX_LOGSEVERITYSCREEN, else info)
Environment: IP, IP6, IP_AUTODETECTION_METHOD, IP6_AUTODETECTION_METHOD, DISABLE_NODE_IP_CHECK, CNI_CONF_NAME,
CALICO_ROUTER_ID (hash or an IPv4 address), WEFT_NAMESPACE (of Secrets with BGP passwords; POD_NAMESPACE, else
kube-system), FELIX_HEALTHHOST, FELIX_PROMETHEUSMETRICSHOST`;

/**
 * Reads command line and environment; the command line wins.
 *
 * @throws WeftError AGENT_USAGE
 */
export function readOptions(argv: readonly string[], env: Environment, hostname: string): AgentOptions {
  const flags = parseFlags(argv);
  return {
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    nodeName: flags.node ?? env.NODENAME ?? hostname.toLowerCase(),
    backend: oneOf('--backend', flags.backend ?? env.CALICO_NETWORKING_BACKEND ?? 'none', ['none', 'bird', 'vxlan']),
    runDirectory: flags['run-directory'] ?? '/run/weft',
    stateDirectory: flags['state-directory'] ?? '/var/lib/calico',
    cniConfigDirectory: flags['cni-config-directory'] ?? '/etc/cni/net.d',
    ...(env.CNI_CONF_NAME ? { cniConfigName: env.CNI_CONF_NAME } : {}),
    cniPluginDirectory: flags['cni-plugin-directory'] ?? '/opt/cni/bin',
    healthHost: env.FELIX_HEALTHHOST ?? '127.0.0.1',
    healthPort: port('--health-port', flags['health-port'] ?? env.FELIX_HEALTHPORT ?? '9099'),
    metricsHost: env.FELIX_PROMETHEUSMETRICSHOST ?? '0.0.0.0',
    metricsPort: port('--metrics-port', flags['metrics-port'] ?? env.FELIX_PROMETHEUSMETRICSPORT ?? '9091'),
    address: addressMethods(env),
    checkDuplicates: !isTrue(env.DISABLE_NODE_IP_CHECK),
    namespace: env.WEFT_NAMESPACE || env.POD_NAMESPACE || 'kube-system',
    ...(env.CALICO_ROUTER_ID ? { routerId: env.CALICO_ROUTER_ID } : {}),
    bird: {
      configuration: flags['bird-config'] ?? birdFiles.configuration,
      socket: flags['bird-socket'] ?? birdFiles.socket,
    },
    logLevel: logLevel(flags['log-level'] ?? env.FELIX_LOGSEVERITYSCREEN ?? 'info'),
  };
}

function parseFlags(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        kubeconfig: text,
        node: text,
        backend: text,
        'run-directory': text,
        'state-directory': text,
        'cni-config-directory': text,
        'cni-plugin-directory': text,
        'health-port': text,
        'metrics-port': text,
        'bird-config': text,
        'bird-socket': text,
        'log-level': text,
      },
    }).values;
  } catch (error) {
    throw new WeftError('AGENT_USAGE', `Cannot start agent: ${errorText(error)}`);
  }
}

/** IPv4 is looked for unless told otherwise, IPv6 only when asked for. */
function addressMethods(env: Environment): AgentOptions['address'] {
  const ipv4 = parseAddressMethod(4, env.IP ?? 'autodetect', env.IP_AUTODETECTION_METHOD);
  const ipv6 = parseAddressMethod(6, env.IP6 ?? 'none', env.IP6_AUTODETECTION_METHOD);
  return { ...(ipv4 === undefined ? {} : { 4: ipv4 }), ...(ipv6 === undefined ? {} : { 6: ipv6 }) };
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new WeftError('AGENT_USAGE', `Cannot use ${name} "${value}": one of ${allowed.join(', ')} needed`);
}

function port(name: string, value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) < 65_536) return Number(value);
  throw new WeftError('AGENT_USAGE', `Cannot use ${name} "${value}": a port from 0 to 65535 needed`);
}

/** Calico writes `Info` and `Warning`. */
function logLevel(value: string): LogLevel {
  const lower = value.toLowerCase();
  return oneOf('--log-level', lower === 'warning' ? 'warn' : lower, ['debug', 'info', 'warn', 'error', 'fatal']);
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && ['true', '1', 'yes'].includes(value.toLowerCase());
}
