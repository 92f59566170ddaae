import { createHash } from 'node:crypto';
import type { RuleLists } from './compile-list.ts';
import { formatMatch, type ListUse, matchWithIds } from './compile-match.ts';
import type { CompiledPolicy, CompiledRule } from './compile-policy.ts';
import type { Direction } from './direction.ts';
import { Fold, type FoldedPart } from './fold.ts';
import { formatPolicyId, type PolicyId } from './policy-id.ts';
import type { FoldStep, NetworkList, RuleStep, Step, TierWalk, Walk } from './policy-state.ts';
import { type Run, runsOf } from './rule-runs.ts';
import { WalkIds } from './walk-ids.ts';
import { WalkJournals } from './walk-journals.ts';
import { WalkLists } from './walk-lists.ts';

/** What a walk is made of. */
export interface WalkPlan {
  readonly direction: Direction;
  readonly phase: Walk['phase'];
  readonly tiers: readonly TierPlan[];
  readonly profile?: string;
}

/** A tier of a {@link WalkPlan}. */
export interface TierPlan {
  readonly tier: string;
  readonly end: TierWalk['end'];
  readonly policies: readonly { readonly id: PolicyId; readonly compiled: CompiledPolicy }[];
}

/** The walks that endpoints use, and the folds and lists that these use: equal ones are one. */
export class WalkStore {
  readonly journals = new WalkJournals();
  readonly #ids: WalkIds;
  readonly #lists: WalkLists;
  readonly #contents = new WeakMap<WalkPlan, string>();
  readonly #byContent = new Map<string, OpenWalk>();
  readonly #byKey = new Map<string, OpenWalk>();
  readonly #folds = new Map<string, OpenFold>();
  #sorted: ReadonlyMap<string, Walk> | undefined;

  constructor(lists: RuleLists, lastId?: number) {
    this.#ids = new WalkIds(lastId);
    this.#lists = new WalkLists(lists, this.#ids, this.journals);
  }

  /** The walk of a plan, to be closed as often as it is opened; undefined when there are not enough ids for it. */
  open(plan: WalkPlan): Walk | undefined {
    const content = this.#contents.get(plan) ?? formatPlan(plan);
    this.#contents.set(plan, content);
    const open = this.#byContent.get(content) ?? this.#make(content, plan);
    if (open !== undefined) open.users++;
    return open?.walk;
  }

  close(key: string): void {
    const open = this.#byKey.get(key);
    if (open === undefined || --open.users > 0) return;
    this.#byKey.delete(key);
    this.#byContent.delete(open.content);
    this.#sorted = undefined;
    this.#release(open);
  }

  /** Ids that were freed may stand for something else from now on. */
  settle(): void {
    this.#ids.settle();
  }

  /** By key, sorted; the same object while nothing changes. */
  walks(): ReadonlyMap<string, Walk> {
    this.#sorted ??= new Map([...this.#byKey.keys()].sort().map((key) => [key, this.#byKey.get(key)?.walk as Walk]));
    return this.#sorted;
  }

  networks(): ReadonlyMap<number, NetworkList> {
    return this.#lists.networks();
  }

  #make(content: string, plan: WalkPlan): OpenWalk | undefined {
    const used: Used = { folds: [], lists: [] };
    const tiers = this.#tiers(plan, used);
    if (tiers === undefined) {
      this.#release(used);
      return undefined;
    }
    const { direction, phase, profile } = plan;
    const key = this.#freeKey(content);
    const walk: Walk = { key, direction, phase, tiers, ...(profile === undefined ? {} : { profile }) };
    const open: OpenWalk = { walk, content, users: 0, ...used };
    this.#byContent.set(content, open);
    this.#byKey.set(key, open);
    this.#sorted = undefined;
    return open;
  }

  /** Eight digits are few: of two contents that share them, the later one takes others. */
  #freeKey(content: string): string {
    for (let attempt = 0; ; attempt++) {
      const key = shortHash(attempt === 0 ? content : `${content} ${attempt}`);
      if (!this.#byKey.has(key)) return key;
    }
  }

  #tiers(plan: WalkPlan, used: Used): readonly TierWalk[] | undefined {
    const tiers: TierWalk[] = [];
    for (const { tier, end, policies } of plan.tiers) {
      const runs = runsOf(policies.flatMap(({ compiled }) => compiled.rules));
      const steps: Step[] = [];
      for (const run of runs) {
        const more = this.#steps(run, used);
        if (more === undefined) return undefined;
        steps.push(...more);
      }
      tiers.push({ tier, policies: policies.map(({ id }) => id), steps, end });
    }
    return tiers;
  }

  #steps(run: Run, used: Used): readonly Step[] | undefined {
    const fold = this.#fold(run.rules, used);
    if (fold === 'no-id') return undefined;
    const steps: Step[] = fold === undefined ? [] : [fold];
    const seen = new Set<string>();
    for (const { rule, parts } of run.rules) {
      for (const part of parts) {
        if (part.kind !== 'step') continue;
        const text = formatMatch(part.match);
        // What an earlier rule of the run matches is decided by then.
        if (seen.has(text)) continue;
        seen.add(text);
        const step = this.#ruleStep(rule, part.match, used);
        if (step === undefined) return undefined;
        steps.push(step);
      }
    }
    return steps;
  }

  #ruleStep(rule: RuleStep['rule'], draft: Parameters<typeof matchWithIds>[0], used: Used): RuleStep | undefined {
    let missing = false;
    const match = matchWithIds(draft, (use) => {
      const id = this.#lists.open(use);
      if (id === undefined) missing = true;
      else used.lists.push(use);
      return id ?? 0;
    });
    return missing ? undefined : { kind: 'rule', rule, match };
  }

  #fold(rules: readonly CompiledRule[], used: Used): FoldStep | 'no-id' | undefined {
    const folded = rules.filter(({ parts }) => parts.some((part) => part.kind === 'fold'));
    if (folded.length === 0) return undefined;
    const content = longHash(folded.map(({ text }) => text).join('\n'));
    const open = this.#folds.get(content) ?? this.#makeFold(content, folded);
    if (open === undefined) return 'no-id';
    open.users++;
    used.folds.push(open);
    return open.step;
  }

  #makeFold(content: string, rules: readonly CompiledRule[]): OpenFold | undefined {
    const id = this.#ids.take(`fold ${content}`);
    if (id === undefined) return undefined;
    const parts = rules.flatMap(({ rule, parts }): readonly FoldedPart[] =>
      parts.flatMap((part) => (part.kind === 'fold' ? [{ rule, part }] : [])),
    );
    const fold = new Fold(id, parts, this.journals);
    const step: FoldStep = { kind: 'fold', id, lookups: fold.lookups, rules: fold.rules };
    const open: OpenFold = { fold, step, content, users: 0 };
    this.#folds.set(content, open);
    return open;
  }

  #release({ folds, lists }: Used): void {
    for (const open of folds) {
      if (--open.users > 0) continue;
      open.fold.end();
      this.#folds.delete(open.content);
      this.#ids.free(open.fold.id);
    }
    for (const use of lists) this.#lists.close(use);
  }
}

interface Used {
  readonly folds: OpenFold[];
  readonly lists: ListUse[];
}

interface OpenWalk extends Used {
  readonly walk: Walk;
  readonly content: string;
  users: number;
}

interface OpenFold {
  readonly fold: Fold;
  readonly step: FoldStep;
  readonly content: string;
  users: number;
}

function formatPlan({ direction, phase, tiers, profile }: WalkPlan): string {
  const parts = tiers.map(({ tier, end, policies }) => [
    tier,
    end,
    policies.map(({ id, compiled }) => [formatPolicyId(id), compiled.hash]),
  ]);
  return JSON.stringify([phase, direction, profile, parts]);
}

function shortHash(content: string): string {
  return longHash(content).slice(0, 8);
}

function longHash(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
