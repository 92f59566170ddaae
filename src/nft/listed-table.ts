import type { BaseHook, MapElement, SetElement } from './model.ts';

/** A table as the kernel says it is: what drift detection and counters need, nothing more. */
export interface ListedTable {
  readonly family: string;
  readonly name: string;
  /** The table carries flags (`dormant`, `owner`), which we never set: somebody switched it off. */
  readonly flagged: boolean;
  readonly sets: readonly ListedSet[];
  readonly chains: readonly ListedChain[];
}

/** A set, or with `value` a map. Types as nft names them. */
export interface ListedSet {
  readonly name: string;
  readonly key: readonly string[];
  readonly value?: readonly string[];
  readonly flags: readonly string[];
  readonly elements: readonly (SetElement | MapElement)[];
}

export interface ListedChain {
  readonly name: string;
  readonly hook?: BaseHook;
  /** In order of evaluation. */
  readonly rules: readonly ListedRule[];
}

export interface ListedRule {
  readonly handle: number;
  /** '' when it has none. */
  readonly comment: string;
  /** From the end of the comment; absent for a rule that is not ours. */
  readonly hash?: string;
  /** The rule's counter; 0 when it has none. */
  readonly packets: number;
  readonly bytes: number;
  /**
   * Stands for what the rule says, counts aside. Only ever compared with an earlier account of the same rule by the same
   * kernel; absent when nobody asked for it.
   */
  readonly account?: string;
}
