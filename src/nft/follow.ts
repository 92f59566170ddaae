import { hasCode } from '../base/errors.ts';
import type { JournalDelta } from '../base/journal.ts';
import { apart } from './apart.ts';
import {
  changeOf,
  diffElements,
  type ElementChange,
  replacement,
  sameDeclaration,
  sameHook,
  type TableChange,
  type TablePlan,
} from './diff.ts';
import { type Elements, elementsOf } from './elements.ts';
import type { Chain, MapElement, NftMap, NftSet, Rule, SetElement, Table } from './model.ts';

type Member = SetElement | MapElement;

/**
 * What brings the kernel from one table of ours, which it has exactly, to another: at the cost of the difference, where
 * the two share their chains, and where the elements of their sets are states of the same collections.
 */
export function followTable(applied: Table, wanted: Table): TableChange {
  if (applied === wanted) return { kind: 'none' };
  const reasons: string[] = [];
  const sets = followSets([...applied.sets, ...applied.maps], [...wanted.sets, ...wanted.maps], reasons);
  const chains = followChains(applied.chains, wanted.chains, reasons);
  if (sets === undefined || chains === undefined) return replacement(wanted, reasons);
  return changeOf(wanted, { ...sets, ...chains }, reasons);
}

/** `undefined` when a set cannot be altered in place, or what is in it is not known. */
function followSets(
  before: readonly (NftSet | NftMap)[],
  after: readonly (NftSet | NftMap)[],
  reasons: string[],
): Pick<TablePlan, 'addSets' | 'removeSets' | 'elements'> | undefined {
  const old = new Map(before.map((set) => [set.name, set]));
  const elements: ElementChange[] = [];
  const addSets: (NftSet | NftMap)[] = [];
  for (const set of after) {
    const known = old.get(set.name);
    old.delete(set.name);
    if (known !== undefined && !sameDeclaration(set, known)) {
      reasons.push(`set ${set.name} is of another type now`);
      return undefined;
    }
    if (known === undefined) {
      addSets.push(set);
      reasons.push(`set ${set.name} is new`);
    }
    const change = known === undefined ? diffElements(set, []) : followElements(known, set);
    if (change === 'forgotten') {
      reasons.push(`set ${set.name} has changed more often than anybody remembers`);
      return undefined;
    }
    if (change !== undefined) elements.push(change);
  }
  const removeSets = [...old.values()];
  reasons.push(...removeSets.map(({ name }) => `set ${name} is no longer needed`));
  return { addSets, removeSets, elements };
}

/** `forgotten` when the earlier elements can no longer be told: too many changes of their collection ago. */
function followElements(before: NftSet | NftMap, after: NftSet | NftMap): ElementChange | 'forgotten' | undefined {
  if (before.elements === after.elements) return undefined;
  const delta = elementsSince(after.elements, before.elements);
  if (delta === undefined && isSameCollection(before.elements, after.elements)) return 'forgotten';
  if (delta === undefined) {
    const known = membersOf(before);
    if (known === undefined) return 'forgotten';
    // Written out anew, most are the same in the same order.
    const left = apart(known, [...elementsOf(after)], sameMember);
    const change = diffElements({ ...after, elements: left.after }, left.before);
    return change && { ...change, set: after };
  }
  const { added, removed } = delta;
  return added.length + removed.length === 0 ? undefined : { set: after, add: added, remove: removed };
}

/** `undefined` when its collection no longer knows what it was. */
function membersOf(set: NftSet | NftMap): readonly Member[] | undefined {
  try {
    return [...elementsOf(set)];
  } catch (error) {
    if (hasCode(error, 'JOURNAL_FORGOTTEN')) return undefined;
    throw error;
  }
}

function isSameCollection(a: Elements<Member>, b: Elements<Member>): boolean {
  return 'source' in a && 'source' in b && a.source === b.source;
}

function sameMember(a: Member, b: Member): boolean {
  if (valueText(a) !== valueText(b) || a.key.length !== b.key.length) return false;
  return a.key.every((part, i) => part === b.key[i]);
}

function valueText(member: Member): string | undefined {
  return 'value' in member ? member.value : undefined;
}

/** `undefined` when the one is no later state of the other, or only written out. */
function elementsSince(after: Elements<Member>, before: Elements<Member>): JournalDelta<Member> | undefined {
  return 'source' in after && 'source' in before ? after.since(before) : undefined;
}

/** `undefined` when a chain cannot be altered in place. */
function followChains(
  before: readonly Chain[],
  after: readonly Chain[],
  reasons: string[],
): Pick<TablePlan, 'addChains' | 'replaceChains' | 'removeChains'> | undefined {
  const left = apart(before, after, sameChain);
  const old = new Map(left.before.map((chain) => [chain.name, chain]));
  const addChains: Chain[] = [];
  const replaceChains: Chain[] = [];
  for (const chain of left.after) {
    const known = old.get(chain.name);
    old.delete(chain.name);
    if (known === chain) continue;
    if (known === undefined) {
      addChains.push(chain);
      reasons.push(`chain ${chain.name} is new`);
    } else if (!sameHook(known.hook, chain.hook)) {
      reasons.push(`chain ${chain.name} has another hook now`);
      return undefined;
    } else if (!sameRules(known.rules, chain.rules)) {
      replaceChains.push(chain);
      reasons.push(`chain ${chain.name} has other rules now`);
    }
  }
  const removeChains = [...old.values()];
  reasons.push(...removeChains.map(({ name }) => `chain ${name} is no longer needed`));
  return { addChains, replaceChains, removeChains };
}

function sameChain(a: Chain, b: Chain): boolean {
  return a.name === b.name && sameHook(a.hook, b.hook) && sameRules(a.rules, b.rules);
}

function sameRules(a: readonly Rule[], b: readonly Rule[]): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((rule, i) => sameRule(rule, b[i]));
}

function sameRule(a: Rule, b: Rule | undefined): boolean {
  if (a === b) return true;
  if (b === undefined) return false;
  return a.match === b.match && a.action === b.action && a.comment === b.comment && a.uncounted === b.uncounted;
}
