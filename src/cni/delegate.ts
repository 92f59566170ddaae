import { CniError, cniErrorCode } from '../api/cni-error.ts';
import { execCniPlugin, findCniPlugin } from '../host/cni-plugin.ts';
import type { PluginCall } from './request.ts';

/** The IPAM plugin type a configuration names, unless it is one of those the node agent stands in for. */
export function standardIpamType(config: Readonly<Record<string, unknown>>): string | undefined {
  const { ipam } = config;
  const type = typeof ipam === 'object' && ipam !== null && 'type' in ipam ? ipam.type : undefined;
  if (typeof type !== 'string' || type === 'calico-ipam' || type === 'weft-ipam') return undefined;
  return type;
}

/** What an IPAM plugin answers to ADD, the fields we use. `address` is in CIDR form. */
export interface IpamResult {
  readonly ips: readonly { readonly address: string }[];
  readonly dns?: Readonly<Record<string, unknown>>;
}

/**
 * Runs the IPAM plugin with the runtime's own environment and configuration, and another command where asked.
 *
 * @throws CniError with the plugin's own code and words; 5 when it cannot be run
 * @see CNI spec 1.1 section 4 "Plugin Delegation"
 */
export async function delegateIpam(
  type: string,
  call: PluginCall,
  command: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<IpamResult> {
  const path = findCniPlugin(type, call.pluginPath);
  const defined = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const answer = await execCniPlugin(
    path,
    { ...Object.fromEntries(defined), CNI_COMMAND: command },
    call.request.config,
  );
  if (!answer.ok) throw new CniError(answer.error.code, answer.error.msg, answer.error.details);
  return readIpamResult(type, answer.result);
}

function readIpamResult(type: string, result: unknown): IpamResult {
  if (result === undefined) return { ips: [] };
  const ips = typeof result === 'object' && result !== null && 'ips' in result ? result.ips : [];
  if (!Array.isArray(ips) || !ips.every((ip) => typeof ip?.address === 'string')) {
    throw new CniError(
      cniErrorCode.decodeFailure,
      `Cannot read the result of IPAM plugin "${type}": "ips" is no list of addresses`,
    );
  }
  const dns = typeof result === 'object' && result !== null && 'dns' in result ? result.dns : undefined;
  return typeof dns === 'object' && dns !== null ? { ips, dns: { ...dns } } : { ips };
}
