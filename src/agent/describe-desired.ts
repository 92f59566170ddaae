import type { NodeState } from '../desired/node-state.ts';
import type { NodePolicy } from '../desired/policy-feed.ts';
import { elementsOf } from '../nft/elements.ts';
import type { KernelState } from '../render/kernel-state.ts';

/** Everything that this node should be, as plain JSON: collections written out. */
export function describeDesired(
  state: NodeState | undefined,
  policy: NodePolicy | undefined,
  kernel: KernelState | undefined,
): unknown {
  return {
    state,
    policy: policy && {
      settings: policy.settings,
      workloads: policy.state.workloads,
      hostEndpoints: policy.state.hostEndpoints,
      walks: [...policy.state.walks.values()],
    },
    kernel: kernel && {
      ...kernel,
      nft: {
        ...kernel.nft,
        sets: kernel.nft.sets.map((set) => ({ ...set, elements: [...elementsOf(set)] })),
        maps: kernel.nft.maps.map((map) => ({ ...map, elements: [...elementsOf(map)] })),
      },
    },
  };
}
