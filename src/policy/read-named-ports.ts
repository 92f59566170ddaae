import type { EndpointPort } from '../api/calico-endpoints.ts';
import { parseProtocol, protocolNumber } from '../net/protocol.ts';
import type { NamedPort } from './policy-input.ts';

/** The ports that have a name and a protocol there is, by number. */
export function readNamedPorts(ports: readonly EndpointPort[]): readonly NamedPort[] {
  return ports.flatMap(({ name, protocol: text, port }) => {
    const protocol = parseProtocol(text);
    return name === '' || protocol === undefined ? [] : [{ name, protocol: protocolNumber(protocol), port }];
  });
}
