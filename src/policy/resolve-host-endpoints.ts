import type { HostEndpoint } from '../api/calico-endpoints.ts';
import { parseProfileName } from '../api/profile-names.ts';
import { defaultAllowProfile } from '../api/profiles.ts';
import type { Ip } from '../net/ip.ts';
import { hostEndpointKey, hostPolicyEndpoint } from './host-policy-endpoint.ts';
import type { LocalHostEndpoint, PolicyChange } from './policy-input.ts';

/** An interface of a machine. */
export interface HostInterface {
  readonly name: string;
  readonly addresses: readonly Ip[];
}

/**
 * What the host endpoints of a node stand for on its machine: `local-host` changes, one for each of them; one that
 * stands for nothing (now) has no value. An endpoint names its interface, which need not be there yet, or is the one of
 * the interface with one of its addresses, or `*` for all that no other has. Of two for one interface the first by name
 * has it.
 */
export function resolveHostEndpoints(
  endpoints: readonly HostEndpoint[],
  node: string,
  interfaces: readonly HostInterface[],
): readonly PolicyChange[] {
  return resolve(endpoints, node, interfaces).map(
    ({ name, endpoint }): PolicyChange => ({ kind: 'local-host', key: name, value: endpoint }),
  );
}

/** Host endpoints of a node that stand for nothing or for less than they ask for, and why. */
export function hostEndpointWarnings(
  endpoints: readonly HostEndpoint[],
  node: string,
  interfaces: readonly HostInterface[],
): readonly string[] {
  return resolve(endpoints, node, interfaces).flatMap(({ name, problems }) =>
    problems.map((problem) => `Cannot apply all of HostEndpoint "${name}": ${problem}`),
  );
}

interface Resolved {
  readonly name: string;
  readonly endpoint: LocalHostEndpoint | undefined;
  readonly problems: readonly string[];
}

function resolve(
  endpoints: readonly HostEndpoint[],
  node: string,
  interfaces: readonly HostInterface[],
): readonly Resolved[] {
  const owners = new Map<string, string>();
  return endpoints
    .filter(({ spec }) => spec.node === node)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((endpoint): Resolved => {
      const { name } = endpoint.metadata;
      const problems: string[] = [];
      const devices = devicesOf(endpoint, interfaces, problems).filter((device) => {
        const owner = owners.get(device);
        if (owner === undefined) owners.set(device, name);
        else problems.push(`HostEndpoint "${owner}" has ${deviceText(device)} already, one for each needed`);
        return owner === undefined;
      });
      if (devices.length === 0) return { name, endpoint: undefined, problems };
      const local: LocalHostEndpoint = {
        endpoint: hostEndpointKey(name),
        name,
        devices: devices.includes('*') ? '*' : devices,
        profiles: (endpoint.spec.profiles ?? []).filter(allowsEverything),
      };
      return { name, endpoint: local, problems };
    });
}

function devicesOf(
  endpoint: HostEndpoint,
  interfaces: readonly HostInterface[],
  problems: string[],
): readonly string[] {
  const { interfaceName = '' } = endpoint.spec;
  if (interfaceName !== '') {
    if (!isPodDevice(interfaceName)) return [interfaceName];
    problems.push(`interface "${interfaceName}" is that of a pod, one of the host needed`);
    return [];
  }
  const expected = new Set(hostPolicyEndpoint(endpoint).addresses);
  const found = interfaces
    .filter(({ name, addresses }) => !isPodDevice(name) && addresses.some((ip) => expected.has(ip)))
    .map(({ name }) => name)
    .sort();
  if (found.length === 0) problems.push(`no interface has one of ${[...expected].join(', ')}`);
  return found;
}

function isPodDevice(name: string): boolean {
  return name.startsWith('cali');
}

function deviceText(device: string): string {
  return device === '*' ? 'all interfaces' : `interface "${device}"`;
}

/** The profiles that allow are the default one and those of namespaces. */
function allowsEverything(profile: string): boolean {
  return profile === defaultAllowProfile.metadata.name || parseProfileName(profile)?.kind === 'namespace';
}
