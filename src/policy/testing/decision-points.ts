import { podDeviceName } from '../../api/names.ts';
import { type Ip, tryParseIp } from '../../net/ip.ts';
import type { Direction } from '../direction.ts';
import type { EndpointReference, HostPhase } from '../oracle/evaluate.ts';
import type { Packet } from '../packet.ts';
import type { HostEndpointWalks, PolicyState } from '../policy-state.ts';
import type { PolicyResources } from '../resources.ts';
import { outsideAddresses, packetsAt } from './packets-at.ts';

/** Where a node decides about packets: one direction of one endpoint, as the oracle and as the program know it. */
export interface DecisionPoint {
  readonly endpoint: EndpointReference;
  readonly direction: Direction;
  readonly phase: HostPhase;
  /** Key of its walk; `undefined` where a host endpoint has none. */
  readonly walk: string | undefined;
  /** All packets that are worth a question. */
  readonly packets: readonly Packet[];
}

const directions: readonly Direction[] = ['ingress', 'egress'];

/** All of a random cluster's one node. */
export function decisionPoints(resources: PolicyResources, state: PolicyState): readonly DecisionPoint[] {
  const addresses = resources.pods.map(({ status }) => readAll(status?.podIPs?.map(({ ip }) => ip)));
  const peers = [...addresses.flat(), ...outsideAddresses];
  const pods = resources.pods.flatMap(({ metadata: { namespace = '', name } }, index) => {
    const walks = state.workloads.find(({ device }) => device === podDeviceName(namespace, name));
    return directions.map(
      (direction): DecisionPoint => ({
        endpoint: { kind: 'pod', namespace, name },
        direction,
        phase: 'normal',
        walk: walks?.[direction],
        packets: packetsAt(addresses[index] ?? [], peers, direction),
      }),
    );
  });
  const hosts = resources.hostEndpoints.flatMap(({ metadata: { name }, spec }) => {
    const walks = state.hostEndpoints.find((one) => one.name === name);
    return hostPhases.map(([phase, direction, key]): DecisionPoint => {
      // What is forwarded is to and from pods.
      const own = phase === 'forward' || phase === 'pre-dnat' ? addresses.flat() : readAll(spec.expectedIPs);
      return {
        endpoint: { kind: 'host', name },
        direction,
        phase,
        walk: walks?.[key],
        packets: packetsAt(own, peers, direction),
      };
    });
  });
  return [...pods, ...hosts];
}

const hostPhases: readonly (readonly [HostPhase, Direction, Exclude<keyof HostEndpointWalks, 'name' | 'devices'>])[] = [
  ['normal', 'ingress', 'ingress'],
  ['normal', 'egress', 'egress'],
  ['forward', 'ingress', 'forwardIngress'],
  ['forward', 'egress', 'forwardEgress'],
  ['untracked', 'ingress', 'untrackedIngress'],
  ['untracked', 'egress', 'untrackedEgress'],
  ['pre-dnat', 'ingress', 'preDnat'],
];

function readAll(texts: readonly string[] = []): readonly Ip[] {
  return texts.map(tryParseIp).filter((ip) => ip !== undefined);
}
