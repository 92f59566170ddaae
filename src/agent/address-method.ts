import { errorText, WeftError } from '../base/errors.ts';
import { type Cidr, type IpWithPrefix, parseCidr, parseIpWithPrefix } from '../net/cidr.ts';
import { type Family, ipFamily } from '../net/ip.ts';

/** How a node finds its own address of one family. */
export type AddressMethod =
  /** The Kubernetes InternalIP when an interface has it, else the only candidate; several are refused. */
  | { readonly kind: 'default' }
  | { readonly kind: 'address'; readonly address: IpWithPrefix; readonly hasLength: boolean }
  | { readonly kind: 'first-found' }
  | { readonly kind: 'kubernetes-internal-ip' }
  /** The source address the kernel would use to reach this. */
  | { readonly kind: 'can-reach'; readonly destination: string }
  | { readonly kind: 'interface' | 'skip-interface'; readonly patterns: readonly RegExp[] }
  | { readonly kind: 'cidr'; readonly cidrs: readonly Cidr[] };

/**
 * Reads the pair of environment variables of one family.
 *
 * @param ip `autodetect`, `none`, '' or an address, as in IP and IP6
 * @param method as in IP_AUTODETECTION_METHOD: `first-found`, `can-reach=8.8.8.8`, `interface=eth.*,ens.*`,
 *   `skip-interface=docker.*`, `cidr=10.0.0.0/8`, `kubernetes-internal-ip`
 * @returns `undefined` when the family is off
 * @throws WeftError AGENT_USAGE
 */
export function parseAddressMethod(family: Family, ip: string, method: string | undefined): AddressMethod | undefined {
  if (ip === 'none') return undefined;
  if (ip !== 'autodetect' && ip !== '') return fixedAddress(family, ip);
  if (ip === '' && family === 6) return undefined;
  if (method === undefined || method === '') return { kind: 'default' };
  const equals = method.indexOf('=');
  const kind = equals < 0 ? method : method.slice(0, equals);
  const value = equals < 0 ? '' : method.slice(equals + 1);
  const items = value.split(',').filter((item) => item !== '');
  switch (kind) {
    case 'first-found':
    case 'kubernetes-internal-ip':
      if (equals < 0) return { kind };
      break;
    case 'can-reach':
      if (value !== '') return { kind, destination: value };
      break;
    case 'interface':
    case 'skip-interface':
      if (items.length > 0) return { kind, patterns: read(method, () => items.map((item) => new RegExp(item))) };
      break;
    case 'cidr':
      if (items.length > 0) return { kind, cidrs: read(method, () => items.map(parseCidr)) };
      break;
  }
  throw new WeftError(
    'AGENT_USAGE',
    `Cannot use address detection method "${method}": first-found, kubernetes-internal-ip, can-reach=DEST, interface=REGEX, skip-interface=REGEX or cidr=CIDR needed`,
  );
}

function fixedAddress(family: Family, text: string): AddressMethod {
  const address = read(text, () => parseIpWithPrefix(text));
  if (ipFamily(address.ip) !== family) {
    throw new WeftError('AGENT_USAGE', `Cannot use node address "${text}": an IPv${family} address needed`);
  }
  return { kind: 'address', address, hasLength: text.includes('/') };
}

function read<T>(text: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new WeftError('AGENT_USAGE', `Cannot use "${text}": ${errorText(cause)}`);
  }
}
