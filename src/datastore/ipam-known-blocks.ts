import type { IPAMBlock } from '../api/calico.ts';
import { compareVersions } from './compare-versions.ts';

/**
 * The newest state of every block that this process knows: the watch cache, overlaid with what our own writes and
 * re-reads have shown until the watch has caught up.
 *
 * Survives: a watch that lags behind an acknowledged write; a watch that still shows a block we deleted.
 */
export class KnownBlocks {
  readonly #view: () => readonly IPAMBlock[];
  /** `undefined` block: known to be gone, and every version up to `version` with it. */
  readonly #overlay = new Map<string, { readonly block: IPAMBlock | undefined; readonly version: string }>();

  constructor(view: () => readonly IPAMBlock[]) {
    this.#view = view;
  }

  /** All blocks, deleted ones left out, in the order of the watch cache; blocks it has not shown yet come last. */
  list(): readonly IPAMBlock[] {
    const view = this.#view();
    if (this.#overlay.size === 0) return view;
    const shown = new Set<string>();
    const merged = view.flatMap((block) => {
      shown.add(block.metadata.name);
      return this.#newest(block) ?? [];
    });
    for (const [name, { block }] of this.#overlay) if (block !== undefined && !shown.has(name)) merged.push(block);
    return merged;
  }

  get(name: string): IPAMBlock | undefined {
    const known = this.#overlay.get(name);
    const viewed = this.#view().find((block) => block.metadata.name === name);
    return viewed === undefined ? known?.block : this.#newest(viewed);
  }

  /** An acknowledged write or a fresh read. */
  learn(block: IPAMBlock): void {
    this.#overlay.set(block.metadata.name, { block, version: block.metadata.resourceVersion ?? '' });
  }

  /** The block is gone: versions known until now must not come back from a lagging watch. */
  forget(name: string): void {
    const version = this.get(name)?.metadata.resourceVersion ?? this.#overlay.get(name)?.version;
    if (version !== undefined) this.#overlay.set(name, { block: undefined, version });
  }

  #newest(viewed: IPAMBlock): IPAMBlock | undefined {
    const known = this.#overlay.get(viewed.metadata.name);
    if (known === undefined) return viewed;
    const order = compareVersions(viewed.metadata.resourceVersion, known.version);
    if (order > 0 || (order === 0 && known.block !== undefined)) {
      this.#overlay.delete(viewed.metadata.name);
      return viewed;
    }
    return known.block;
  }
}
