import { elementKey } from './element-key.ts';
import { elementsOf } from './elements.ts';
import { formatReplacement } from './format.ts';
import { formatTransaction } from './format-transaction.ts';
import type { ListedChain, ListedSet, ListedTable } from './listed-table.ts';
import type { BaseHook, Chain, MapElement, NftMap, NftSet, SetElement, Table } from './model.ts';
import { ruleHash } from './rule-hash.ts';

/** What brings a listed table to the desired one. */
export type TableChange =
  | { readonly kind: 'none' }
  /** Only members of sets and maps differ: cheap over nfnetlink. Removals come before additions. */
  | { readonly kind: 'elements'; readonly changes: readonly ElementChange[] }
  | StructureChange;

/** One atomic `nft -f` transaction. */
export interface StructureChange {
  readonly kind: 'structure';
  readonly text: string;
  /** In words what was found, for the log. */
  readonly reasons: readonly string[];
  /** Names of the chains whose rules it writes; `all`: the table is made anew. */
  readonly written: readonly string[] | 'all';
  /** What the text does; absent when the table is made anew. */
  readonly plan?: TablePlan;
}

/** Members to take out of and to put into one set or map. */
export interface ElementChange {
  readonly set: NftSet | NftMap;
  readonly add: readonly (SetElement | MapElement)[];
  readonly remove: readonly (SetElement | MapElement)[];
}

/** What a transaction has to do, before it becomes text. */
export interface TablePlan {
  readonly addSets: readonly (NftSet | NftMap)[];
  readonly removeSets: readonly { readonly name: string; readonly value?: unknown }[];
  readonly addChains: readonly Chain[];
  /** Chains that exist and whose rules are replaced. */
  readonly replaceChains: readonly Chain[];
  readonly removeChains: readonly { readonly name: string }[];
  readonly elements: readonly ElementChange[];
}

/**
 * Compares the desired table with a listing of the kernel's.
 *
 * Rules are compared by the hashes in their comments, in order. A chain whose rules differ is flushed and refilled;
 * sets, their elements and the counters of other chains stay. What cannot be altered in place (a set's type, a base
 * chain's hook, a foreign flag) leads to replacement of the whole table.
 *
 * @param trusted accounts of the rules that we wrote: a rule that kept our comment but says something else now is then
 *   found as well
 */
export function diffTable(
  desired: Table,
  listed: ListedTable | undefined,
  trusted: RuleAccounts = new Map(),
): TableChange {
  if (listed === undefined) return replacement(desired, [`table ${desired.name} is missing`]);
  const obstacles = findObstacles(desired, listed);
  if (obstacles.length > 0) return replacement(desired, obstacles);

  const reasons: string[] = [];
  const plan = { ...diffSets(desired, listed, reasons), ...diffChains(desired, listed, trusted, reasons) };
  return changeOf(desired, plan, reasons);
}

/** The change that a plan comes to; of structure when there are reasons for one. */
export function changeOf(table: Table, plan: TablePlan, reasons: readonly string[]): TableChange {
  if (reasons.length > 0) {
    const written = [...plan.addChains, ...plan.replaceChains].map(({ name }) => name);
    return { kind: 'structure', text: formatTransaction(table, plan), reasons, written, plan };
  }
  return plan.elements.length === 0 ? { kind: 'none' } : { kind: 'elements', changes: plan.elements };
}

/** The table made anew, when it cannot be altered in place. */
export function replacement(table: Table, reasons: readonly string[]): TableChange {
  return { kind: 'structure', text: formatReplacement(table), reasons, written: 'all' };
}

/** The kernel's accounts of rules (`ListedRule.account`) in order, by chain. */
export type RuleAccounts = ReadonlyMap<string, readonly string[]>;

/** What a listing says of them. */
export function ruleAccounts(listed: ListedTable): RuleAccounts {
  return new Map(listed.chains.map(({ name, rules }) => [name, rules.map(({ account }) => account ?? '')]));
}

/** Elements of a set that must go and come; `undefined` when nothing differs. */
export function diffElements(
  set: NftSet | NftMap,
  actual: readonly (SetElement | MapElement)[],
): ElementChange | undefined {
  const present = new Map(actual.map((element) => [elementKey(element), element]));
  const kept = new Set<string>();
  const add: (SetElement | MapElement)[] = [];
  for (const element of elementsOf(set)) {
    const key = elementKey(element);
    if (present.has(key)) kept.add(key);
    else add.push(element);
  }
  const remove = kept.size === present.size ? [] : [...present].flatMap(([key, one]) => (kept.has(key) ? [] : [one]));
  return add.length + remove.length === 0 ? undefined : { set, add, remove };
}

function findObstacles(desired: Table, listed: ListedTable): string[] {
  const found: string[] = [];
  if (listed.flagged) found.push(`table ${listed.name} has foreign flags`);
  const sets = new Map([...desired.sets, ...desired.maps].map((set) => [set.name, set]));
  for (const set of listed.sets) {
    const wanted = sets.get(set.name);
    if (wanted !== undefined && !sameDeclaration(wanted, set)) found.push(`set ${set.name} has another type`);
  }
  const chains = new Map(desired.chains.map((chain) => [chain.name, chain]));
  for (const chain of listed.chains) {
    const wanted = chains.get(chain.name);
    if (wanted !== undefined && !sameHook(wanted.hook, chain.hook)) found.push(`chain ${chain.name} has another hook`);
  }
  return found;
}

/** Whether two sets or maps have the same types and flags; elements aside. */
export function sameDeclaration(a: NftSet | NftMap | ListedSet, b: NftSet | NftMap | ListedSet): boolean {
  return declaration(a) === declaration(b);
}

function declaration(set: NftSet | NftMap | ListedSet): string {
  const value = 'value' in set ? (set.value ?? []) : [];
  const valueParts = typeof value === 'string' ? [value] : value;
  return JSON.stringify([set.key, valueParts, set.flags.toSorted()]);
}

/** Whether two chains are attached in the same way. */
export function sameHook(a: BaseHook | undefined, b: BaseHook | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.type === b.type && a.hook === b.hook && a.priority === b.priority && a.policy === b.policy;
}

function diffSets(desired: Table, listed: ListedTable, reasons: string[]) {
  const sets = [...desired.sets, ...desired.maps];
  const present = new Map(listed.sets.map((set) => [set.name, set]));
  const names = new Set(sets.map((set) => set.name));
  const addSets = sets.filter((set) => !present.has(set.name));
  const removeSets = listed.sets.filter((set) => !names.has(set.name));
  reasons.push(...addSets.map((set) => `set ${set.name} is missing`));
  reasons.push(...removeSets.map((set) => `set ${set.name} is not ours`));
  const elements = sets.flatMap((set) => diffElements(set, present.get(set.name)?.elements ?? []) ?? []);
  return { addSets, removeSets, elements };
}

function diffChains(
  desired: Table,
  listed: ListedTable,
  trusted: RuleAccounts,
  reasons: string[],
): Pick<TablePlan, 'addChains' | 'replaceChains' | 'removeChains'> {
  const present = new Map(listed.chains.map((chain) => [chain.name, chain]));
  const names = new Set(desired.chains.map((chain) => chain.name));
  const addChains = desired.chains.filter((chain) => !present.has(chain.name));
  const removeChains = listed.chains.filter((chain) => !names.has(chain.name));
  reasons.push(...addChains.map((chain) => `chain ${chain.name} is missing`));
  reasons.push(...removeChains.map((chain) => `chain ${chain.name} is not ours`));
  const replaceChains = desired.chains.filter((chain) => {
    const actual = present.get(chain.name);
    const reason = actual === undefined ? undefined : chainDifference(chain, actual, trusted);
    if (reason !== undefined) reasons.push(`chain ${chain.name}: ${reason}`);
    return reason !== undefined;
  });
  return { addChains, replaceChains, removeChains };
}

function chainDifference(desired: Chain, actual: ListedChain, trusted: RuleAccounts): string | undefined {
  const wanted = desired.rules.map((rule) => ruleHash(desired.name, rule));
  const present = new Set(actual.rules.map((rule) => rule.hash));
  const missing = wanted.findIndex((hash) => !present.has(hash));
  if (missing >= 0) return `rule "${desired.rules[missing]?.comment}" is missing`;
  const foreign = actual.rules.find((rule) => rule.hash === undefined || !wanted.includes(rule.hash));
  if (foreign !== undefined) return `rule "${foreign.comment}" (handle ${foreign.handle}) is not ours`;
  if (actual.rules.some((rule, i) => rule.hash !== wanted[i])) return 'rules are in another order';
  if (actual.rules.length !== wanted.length) return 'rules are there twice';
  const accounts = trusted.get(desired.name);
  const altered = actual.rules.find(({ account }, i) => accounts !== undefined && account !== accounts[i]);
  return altered === undefined ? undefined : `rule "${altered.comment}" was altered`;
}
