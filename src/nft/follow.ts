import type { JournalDelta } from '../base/journal.ts';
import {
  diffElements,
  type ElementChange,
  sameDeclaration,
  sameHook,
  type TableChange,
  type TablePlan,
} from './diff.ts';
import { type Elements, elementsOf } from './elements.ts';
import { formatReplacement } from './format.ts';
import { formatTransaction } from './format-transaction.ts';
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
  if (sets === undefined || chains === undefined) {
    return { kind: 'structure', text: formatReplacement(wanted), reasons, written: 'all' };
  }
  const plan = { ...sets, ...chains };
  if (reasons.length === 0)
    return plan.elements.length === 0 ? { kind: 'none' } : { kind: 'elements', changes: plan.elements };
  const written = [...plan.addChains, ...plan.replaceChains].map(({ name }) => name);
  return { kind: 'structure', text: formatTransaction(wanted, plan), reasons, written };
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
  if (sameMembers(before.elements, after.elements)) return undefined;
  const delta = elementsSince(after.elements, before.elements);
  if (delta === undefined && isSameCollection(before.elements, after.elements)) return 'forgotten';
  if (delta === undefined) return diffElements(after, [...elementsOf(before)]);
  const { added, removed } = delta;
  return added.length + removed.length === 0 ? undefined : { set: after, add: added, remove: removed };
}

function isSameCollection(a: Elements<Member>, b: Elements<Member>): boolean {
  return 'source' in a && 'source' in b && a.source === b.source;
}

/** Written out anew in the same order, as most are: seen without a table of keys. */
function sameMembers(a: Elements<Member>, b: Elements<Member>): boolean {
  if (a === b) return true;
  if ('source' in a || 'source' in b || a.length !== b.length) return false;
  return a.every((member, i) => sameMember(member, b[i]));
}

function sameMember(a: Member, b: Member | undefined): boolean {
  if (a === b) return true;
  if (b === undefined || valueText(a) !== valueText(b) || a.key.length !== b.key.length) return false;
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
  const old = new Map(before.map((chain) => [chain.name, chain]));
  const addChains: Chain[] = [];
  const replaceChains: Chain[] = [];
  for (const chain of after) {
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

function sameRules(a: readonly Rule[], b: readonly Rule[]): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((rule, i) => sameRule(rule, b[i]));
}

function sameRule(a: Rule, b: Rule | undefined): boolean {
  if (a === b) return true;
  if (b === undefined) return false;
  return a.match === b.match && a.action === b.action && a.comment === b.comment && a.uncounted === b.uncounted;
}
