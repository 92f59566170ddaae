import type { EndpointSlice } from '../api/core.ts';
import { tryParseIp } from '../net/ip.ts';
import { parseProtocol, protocolNumber, protocolNumbers } from '../net/protocol.ts';
import type { ServiceBackend } from './policy-input.ts';

/** Never the port of a packet: of backends without ports only the address counts. */
const noPort = 0;

/**
 * What stands behind a Service, as Calico sees it: every address in its slices, ready or not, for a rule that allows a
 * Service should not cut the connections of a pod that is about to end.
 */
export function serviceBackends(slices: readonly EndpointSlice[]): readonly ServiceBackend[] {
  return slices
    .filter(({ addressType }) => addressType !== 'FQDN')
    .flatMap(({ endpoints, ports = [] }) => {
      const addresses = (endpoints ?? []).flatMap((endpoint) => endpoint.addresses.map(tryParseIp));
      const pairs = ports.length === 0 ? [{ protocol: protocolNumbers.TCP, port: noPort }] : ports.map(readPort);
      return addresses
        .filter((address) => address !== undefined)
        .flatMap((address) => pairs.map((pair): ServiceBackend => ({ address, ...pair })));
    });
}

type SlicePort = NonNullable<EndpointSlice['ports']>[number];

function readPort({ protocol: text = 'TCP', port = noPort }: SlicePort): Omit<ServiceBackend, 'address'> {
  return { protocol: protocolNumber(parseProtocol(text) ?? 'TCP'), port };
}
