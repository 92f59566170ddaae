import type { IPAMBlock } from './calico.ts';
import type { BlockAffinity, IPAMHandle } from './calico-ipam-index.ts';

/** The address management of a cluster of Calico, in the form of v3. */
export interface CalicoIpam {
  readonly blocks: readonly IPAMBlock[];
  readonly affinities: readonly BlockAffinity[];
  readonly handles: readonly IPAMHandle[];
}

/** The same as blocks alone, which is how this project keeps it. */
export interface FoldedIpam {
  readonly blocks: readonly IPAMBlock[];
  /** Addresses that somebody holds; those that cool down do not count. */
  readonly addresses: number;
  /** Where affinities and handles say something else than the blocks, which are right: one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Puts blocks, affinities and handles together. The block is the truth of who has an address and who hands out the
 * rest, in Calico as here; affinities and handles repeat it. What they say beyond that is told and not kept: a handle
 * without an address holds nothing, and a claim without a block has not come through.
 */
export function foldIpam({ blocks, affinities, handles }: CalicoIpam): FoldedIpam {
  const live = blocks.filter(({ spec }) => spec.deleted !== true);
  return {
    blocks: live,
    addresses: live.reduce((sum, block) => sum + heldSlots(block).length, 0),
    notes: [
      ...blocks
        .filter((block) => !live.includes(block))
        .map(({ spec }) => `block ${spec.cidr} left out: being deleted`),
      ...compareAffinities(live, affinities),
      ...compareHandles(live, handles),
    ],
  };
}

function compareAffinities(blocks: readonly IPAMBlock[], affinities: readonly BlockAffinity[]): readonly string[] {
  const byCidr = new Map(blocks.map((block) => [block.spec.cidr, block]));
  return affinities.flatMap(({ spec }): readonly string[] => {
    const claim = `${spec.type === 'virtual' ? 'virtual' : 'host'}:${spec.node}`;
    const block = byCidr.get(spec.cidr);
    const what = `affinity of ${spec.node} to ${spec.cidr}`;
    if (block === undefined) return [`${what} left out: there is no such block`];
    if (block.spec.affinity === claim) return [];
    if (spec.deleted === true || spec.state !== 'confirmed')
      return [`${what} left out: ${spec.state || 'unconfirmed'}`];
    return [`${what} left out: the block has ${block.spec.affinity ?? 'no affinity'}`];
  });
}

function compareHandles(blocks: readonly IPAMBlock[], handles: readonly IPAMHandle[]): readonly string[] {
  const held = new Map<string, number>();
  for (const block of blocks) {
    for (const handle of heldSlots(block)) {
      const key = handleKey(handle, block.spec.cidr);
      held.set(key, (held.get(key) ?? 0) + 1);
    }
  }
  return handles
    .filter(({ spec }) => spec.deleted !== true)
    .flatMap(({ spec }) =>
      Object.entries(spec.block).flatMap(([cidr, count]) => {
        const found = held.get(handleKey(spec.handleID, cidr)) ?? 0;
        if (found === count) return [];
        return [`handle ${spec.handleID} claims ${count} addresses of ${cidr}: the block has ${found} of it`];
      }),
    );
}

/** Handles are compared without regard to case: the names of their objects are lower case. */
function handleKey(handle: string, cidr: string): string {
  return `${handle.toLowerCase()} ${cidr}`;
}

/** The handle of every address somebody holds, '' for none. */
function heldSlots({ spec }: IPAMBlock): readonly string[] {
  return spec.allocations.flatMap((slot) => {
    const attribute = slot === null ? undefined : spec.attributes[slot];
    return attribute === undefined || attribute.releasedAt !== undefined ? [] : [attribute.handle_id ?? ''];
  });
}
