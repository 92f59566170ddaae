import { podDeviceName } from '../api/names.ts';
import { tryParseIp } from '../net/ip.ts';
import { allChanges } from '../policy/all-changes.ts';
import { PolicyCalculation } from '../policy/calculation.ts';
import type { EndpointReference } from '../policy/oracle/evaluate.ts';
import type { PolicyChange } from '../policy/policy-input.ts';
import type { HostEndpointWalks, PolicyState } from '../policy/policy-state.ts';
import { resolveHostEndpoints } from '../policy/resolve-host-endpoints.ts';
import type { PolicyResources } from '../policy/resources.ts';
import { runWalk } from '../policy/run-program.ts';
import type { Verdict } from '../policy/verdict.ts';
import type { Checkpoint } from './connection.ts';

/** What a node computes from the resources for some of its pods, and for its host endpoints. */
export function compiledProgram(
  resources: PolicyResources,
  node: string,
  endpoints: readonly EndpointReference[],
): PolicyState {
  const calculation = new PolicyCalculation();
  calculation.apply([
    ...allChanges(resources),
    ...endpoints.flatMap(localPod),
    ...resolveHostEndpoints(resources.hostEndpoints, node, interfacesOf(resources, node)),
  ]);
  return calculation.state();
}

/** The device of a pod on its node. */
export function deviceOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return podDeviceName(namespace, name);
}

function localPod(reference: EndpointReference): readonly PolicyChange[] {
  if (reference.kind !== 'pod') return [];
  const device = deviceOf(reference);
  const name = `${reference.namespace}/${reference.name}`;
  return [{ kind: 'local', key: device, value: { device, endpoint: name, name } }];
}

/** Host endpoints that name addresses, not an interface, get one each: which it is decides nothing here. */
function interfacesOf({ hostEndpoints }: PolicyResources, node: string) {
  return hostEndpoints
    .filter(({ spec }) => spec.node === node && (spec.interfaceName ?? '') === '')
    .map(({ spec }, index) => ({
      name: `if${index}`,
      addresses: (spec.expectedIPs ?? []).flatMap((text) => tryParseIp(text) ?? []),
    }));
}

/**
 * What the compiled rules of a node say of a packet at a checkpoint; `undefined` when they do not ask there.
 *
 * @param state the node's, with the checkpoint's endpoint in it
 */
export function compiledVerdict(
  state: PolicyState,
  { endpoint, direction, phase, packet }: Checkpoint,
): Verdict | undefined {
  const key = endpoint.kind === 'pod' ? podWalk() : hostWalk();
  return key === undefined ? undefined : runWalk(state, key, packet);

  function podWalk(): string | undefined {
    const device = endpoint.kind === 'pod' ? deviceOf(endpoint) : '';
    return state.workloads.find((one) => one.device === device)?.[direction];
  }

  function hostWalk(): string | undefined {
    const walks = state.hostEndpoints.find(({ name }) => name === endpoint.name);
    return walks?.[hostWalkName(direction, phase)];
  }
}

function hostWalkName(
  direction: Checkpoint['direction'],
  phase: Checkpoint['phase'],
): Exclude<keyof HostEndpointWalks, 'name' | 'devices'> {
  const isIngress = direction === 'ingress';
  switch (phase) {
    case 'normal':
      return direction;
    case 'forward':
      return isIngress ? 'forwardIngress' : 'forwardEgress';
    case 'untracked':
      return isIngress ? 'untrackedIngress' : 'untrackedEgress';
    default:
      return 'preDnat';
  }
}
