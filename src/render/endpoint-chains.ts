import { type Chain, maxComment, type NftMap } from '../nft/model.ts';
import type { Direction } from '../policy/direction.ts';
import type { WorkloadWalks } from '../policy/policy-state.ts';
import { chainNames } from './chain-names.ts';
import { fitComment } from './fit-comment.ts';

/** The name of the map that leads from the device of a pod to its chain. */
export function workloadDispatch(direction: Direction): string {
  return direction === 'ingress' ? 'dispatch-to-workload' : 'dispatch-from-workload';
}

/** From a pod's device to its chains. */
export function renderWorkloadDispatch(workloads: readonly WorkloadWalks[]): readonly NftMap[] {
  return (['egress', 'ingress'] as const).map((direction) => ({
    name: workloadDispatch(direction),
    comment:
      direction === 'egress'
        ? 'From which pod: the chain that asks its policy'
        : 'To which pod: the chain that asks its policy',
    key: ['ifname'],
    value: 'verdict',
    flags: [],
    elements: workloads.map(({ device, name }) => ({
      key: [device],
      value: `goto ${chainNames.workload(device, direction)}`,
      comment: fitComment(name, maxComment),
    })),
  }));
}

/**
 * The two chains of a pod.
 *
 * @param entryOf where a walk begins
 */
export function renderWorkloadChains(
  { device, name, ingress, egress }: WorkloadWalks,
  entryOf: (walk: string) => string,
): readonly Chain[] {
  const chain = (direction: Direction, walk: string): Chain => ({
    name: chainNames.workload(device, direction),
    rules: [
      {
        match: '',
        action: `goto ${entryOf(walk)}`,
        comment: fitComment(`${direction === 'ingress' ? 'to' : 'from'} ${name}`),
      },
    ],
  });
  return [chain('egress', egress), chain('ingress', ingress)];
}
