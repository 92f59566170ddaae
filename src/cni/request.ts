import { CniError, cniErrorCode } from '../api/cni-error.ts';
import { type CniRequest, cniCommands } from '../api/cni-exchange.ts';
import { errorText } from '../base/errors.ts';
import { isRecord } from '../base/is-record.ts';
import { type CniVersion, negotiateVersion } from './version.ts';

/** What a runtime asks: the request for the agent, the version to answer in, and where to find other plugins. */
export interface PluginCall {
  readonly request: CniRequest;
  readonly version: CniVersion;
  /** Directories of CNI_PATH. */
  readonly pluginPath: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Attachments are named by these; GC and STATUS name none. @see CNI spec 1.1 "Parameters" */
const needs: Readonly<Record<CniRequest['command'], readonly string[]>> = {
  ADD: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'],
  CHECK: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'],
  DEL: ['CNI_CONTAINERID', 'CNI_IFNAME'],
  GC: [],
  STATUS: [],
};

/**
 * Reads the environment and stdin of one call.
 *
 * @throws CniError 1 version, 4 environment, 6 broken JSON, 7 configuration
 */
export function readCall(environment: Environment, stdin: string): PluginCall {
  const command = cniCommands.find((known) => known === environment.CNI_COMMAND);
  if (command === undefined) {
    throw badEnvironment(
      `CNI_COMMAND is "${environment.CNI_COMMAND ?? ''}", ${cniCommands.join(', ')} or VERSION needed`,
    );
  }
  const config = parseConfig(stdin);
  const version = negotiateVersion(config.cniVersion, command);
  checkConfig(config);
  checkEnvironment(command, environment);
  const args = parseArguments(environment.CNI_ARGS ?? '');
  return {
    version,
    pluginPath: (environment.CNI_PATH ?? '').split(':').filter((directory) => directory !== ''),
    request: {
      command,
      args,
      config,
      ...present('containerId', environment.CNI_CONTAINERID),
      ...present('netns', environment.CNI_NETNS),
      ...present('ifName', environment.CNI_IFNAME),
    },
  };
}

/**
 * The network configuration as an object.
 *
 * @throws CniError 6
 */
export function parseConfig(stdin: string): Record<string, unknown> {
  try {
    const config: unknown = JSON.parse(stdin);
    if (isRecord(config)) return config;
  } catch (error) {
    const reason = errorText(error);
    throw new CniError(cniErrorCode.decodeFailure, `Cannot read the network configuration on stdin: ${reason}`);
  }
  throw new CniError(cniErrorCode.decodeFailure, 'Cannot read the network configuration on stdin: not a JSON object');
}

function checkConfig(config: Readonly<Record<string, unknown>>): void {
  const { name } = config;
  if (typeof name !== 'string' || !/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) {
    throw new CniError(
      cniErrorCode.invalidConfig,
      `Cannot use network name ${JSON.stringify(name)}: a letter or digit, then letters, digits, "_", "." or "-" needed`,
    );
  }
  if (config.prevResult !== undefined && (typeof config.prevResult !== 'object' || config.prevResult === null)) {
    throw new CniError(cniErrorCode.invalidConfig, 'Cannot use prevResult: not a JSON object');
  }
}

function checkEnvironment(command: CniRequest['command'], environment: Environment): void {
  const missing = needs[command].filter((name) => !environment[name]);
  if (missing.length > 0) throw badEnvironment(`${missing.join(', ')} missing, needed for ${command}`);
  const { CNI_CONTAINERID: containerId, CNI_IFNAME: ifName } = environment;
  if (containerId && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(containerId)) {
    throw badEnvironment(
      `CNI_CONTAINERID is "${containerId}", a letter or digit, then letters, digits, "_", "." or "-" needed`,
    );
  }
  // The kernel's own rule for device names (IFNAMSIZ is 16 with the closing zero), which also counts up a "%d".
  if (ifName && (ifName.length > 15 || ifName === '.' || ifName === '..' || /[/:%\s]/.test(ifName))) {
    throw badEnvironment(`CNI_IFNAME is "${ifName}", at most 15 characters without "/", ":", "%" and blanks needed`);
  }
}

function parseArguments(text: string): Record<string, string> {
  const args: Record<string, string> = {};
  for (const pair of text.split(';').filter((part) => part !== '')) {
    const equals = pair.indexOf('=');
    if (equals <= 0) throw badEnvironment(`CNI_ARGS holds "${pair}", KEY=VALUE pairs joined by ";" needed`);
    args[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  if ((args.K8S_POD_NAME === undefined) !== (args.K8S_POD_NAMESPACE === undefined)) {
    // podman sends the name alone, for containers that are no Kubernetes pods.
    const { K8S_POD_NAMESPACE: namespace } = args;
    if (namespace !== undefined) throw badEnvironment('CNI_ARGS holds K8S_POD_NAMESPACE without K8S_POD_NAME');
  }
  return args;
}

function badEnvironment(found: string): CniError {
  return new CniError(cniErrorCode.invalidEnvironment, `Cannot use the CNI environment: ${found}`);
}

function present<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return value ? ({ [key]: value } as { readonly [P in K]?: string }) : {};
}
