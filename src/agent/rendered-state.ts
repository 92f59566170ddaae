import type { NodeState } from '../desired/node-state.ts';
import type { NodePolicy } from '../desired/policy-feed.ts';
import type { KernelState } from '../render/kernel-state.ts';
import { renderNftTable } from '../render/nft-table.ts';
import { renderKernelState } from '../render/render-kernel-state.ts';

/** The kernel's state as rendered last: what has not changed is neither rendered nor compared again. */
export class RenderedState {
  readonly #tableName: string;
  #of: NodeState | undefined;
  #rendered: KernelState | undefined;

  constructor(tableName: string) {
    this.#tableName = tableName;
  }

  render(state: NodeState, policy: NodePolicy): KernelState {
    const known = this.#of === state ? this.#rendered : undefined;
    const names = { interfacePrefix: 'cali', tableName: this.#tableName };
    // Policy is in the table alone.
    this.#rendered =
      known === undefined
        ? renderKernelState(state, policy, names)
        : { ...known, nft: renderNftTable(state, policy, names) };
    this.#of = state;
    return this.#rendered;
  }
}
