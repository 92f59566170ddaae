import type { IPAMBlock } from '../api/calico.ts';

/** The handles of all addresses that a node took for pods, by what is known. Tunnel addresses have a type and are left out. */
export function ownHandles(blocks: readonly IPAMBlock[], nodeName: string): readonly string[] {
  const handles = new Set<string>();
  for (const { spec } of blocks) {
    for (const slot of spec.allocations) {
      const attribute = slot === null ? undefined : spec.attributes[slot];
      if (attribute?.handle_id === undefined || attribute.releasedAt !== undefined) continue;
      const { node, type } = attribute.secondary ?? {};
      if (node === nodeName && type === undefined) handles.add(attribute.handle_id);
    }
  }
  return [...handles];
}
