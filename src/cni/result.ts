import type { CniResult } from '../api/cni-exchange.ts';
import type { CniVersion } from './version.ts';

/**
 * A result in the shape of the version asked for:
 * `ips[].version` exists only before 1.0.0, `interfaces[].mtu` only since 1.1.0.
 *
 * @see CNI spec 1.1 "ADD Success", CNI spec 0.4.0 "Result"
 */
export function formatResult(result: CniResult, version: CniVersion): Record<string, unknown> {
  const old = version.startsWith('0.');
  return {
    cniVersion: version,
    interfaces: result.interfaces.map(({ name, mac, mtu, sandbox }) => ({
      name,
      ...(mac === undefined ? {} : { mac }),
      ...(mtu === undefined || version !== '1.1.0' ? {} : { mtu }),
      ...(sandbox === undefined ? {} : { sandbox }),
    })),
    ips: result.ips.map((ip) => ({ ...(old ? { version: ip.address.includes(':') ? '6' : '4' } : {}), ...ip })),
    ...(result.routes === undefined ? {} : { routes: result.routes }),
    dns: result.dns ?? {},
  };
}
