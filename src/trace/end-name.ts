import type { EndpointReference } from '../policy/oracle/evaluate.ts';
import type { ConnectionEnd } from './connection.ts';

/** `default/pod1`, `node node1`, `outside`. */
export function endName(end: ConnectionEnd): string {
  switch (end.kind) {
    case 'pod':
      return `${end.namespace}/${end.name}`;
    case 'node':
      return `node ${end.name}`;
    default:
      return 'outside';
  }
}

/** `default/pod1 (10.24.0.5)`; an address outside stands for itself. */
export function endText(end: ConnectionEnd): string {
  return end.kind === 'outside' ? `${end.address} (outside of the cluster)` : `${endName(end)} (${end.address})`;
}

/** `pod default/pod1`, `host endpoint node1-eth0`. */
export function endpointText(endpoint: EndpointReference): string {
  return endpoint.kind === 'pod' ? `pod ${endpoint.namespace}/${endpoint.name}` : `host endpoint ${endpoint.name}`;
}
