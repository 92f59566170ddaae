import type { HostEndpoint } from '../api/calico-endpoints.ts';
import { tryParseIp } from '../net/ip.ts';
import type { PolicyEndpoint } from './policy-input.ts';
import { readNamedPorts } from './read-named-ports.ts';

/** What rules can select of a host endpoint: its expected addresses. It is in no namespace. */
export function hostPolicyEndpoint({ metadata, spec }: HostEndpoint): PolicyEndpoint {
  return {
    labels: metadata.labels ?? {},
    addresses: (spec.expectedIPs ?? []).map(tryParseIp).filter((ip) => ip !== undefined),
    ports: readNamedPorts(spec.ports ?? []),
  };
}

/** The key of a host endpoint among all endpoints. */
export function hostEndpointKey(name: string): string {
  return `host/${name}`;
}
