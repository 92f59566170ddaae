import { type Chain, maxComment, type Rule } from '../nft/model.ts';
import { formatPolicyId } from '../policy/policy-id.ts';
import type { FoldStep, RuleStep, Step, TierWalk, Walk } from '../policy/policy-state.ts';
import { chainNames } from './chain-names.ts';
import { fitComment } from './fit-comment.ts';
import { foldFinderName } from './fold-finders.ts';
import { conditionsOf, type MatchContext } from './match-conditions.ts';
import { flatMatches, matchTree } from './match-rules.ts';
import { found, special } from './policy-key.ts';
import { describeRule } from './rule-chain.ts';
import { ruleMapNames } from './rule-chains.ts';
import { ruleNumber } from './rule-number.ts';

/**
 * The chains that ask the policies of one tier, for the endpoints of one walk: steps in order. A rule that is matched by
 * itself is a `goto` to the rule's chain; one that was found in a map is a return with its number. A run of Pass rules is
 * a chain within, so that rules can be shared by walks that go on elsewhere.
 *
 * @param next where a packet goes that is passed on: the next tier, or the end of the walk
 */
export function renderTierChains(walk: Walk, tier: TierWalk, next: string, context: MatchContext): readonly Chain[] {
  const writer: Writer = { walk, tier, next, context, chains: [], parts: 0 };
  const policies = tier.policies.map(formatPolicyId).join(', ');
  const phase = walk.phase === 'workload' ? '' : ` (host endpoint, ${walk.phase})`;
  const comment = fitComment(`Tier ${tier.tier}, ${walk.direction}${phase}: ${policies}`, maxComment);
  const end =
    tier.end === 'drop'
      ? { action: `goto ${chainNames.tierEnd(tier.tier, walk.direction)}`, comment: 'no rule has decided: dropped' }
      : { action: `goto ${next}`, comment: 'no rule has decided: passed on' };
  writeSteps(writer, { name: chainNames.tier(tier.tier, walk), comment }, passRuns(tier.steps), {
    match: '',
    ...end,
    uncounted: true,
  });
  return writer.chains;
}

interface Writer {
  readonly walk: Walk;
  readonly tier: TierWalk;
  readonly next: string;
  readonly context: MatchContext;
  readonly chains: Chain[];
  /** Chains besides the first that have a name so far. */
  parts: number;
}

interface PassRun {
  readonly kind: 'pass';
  readonly steps: readonly Step[];
}

/** Steps next to each other that pass become one. */
function passRuns(steps: readonly Step[]): readonly (Step | PassRun)[] {
  const runs: (Step | { readonly kind: 'pass'; readonly steps: Step[] })[] = [];
  for (const step of steps) {
    const last = runs.at(-1);
    if (actionOf(step) !== 'Pass') runs.push(step);
    else if (last?.kind === 'pass') last.steps.push(step);
    else runs.push({ kind: 'pass', steps: [step] });
  }
  return runs;
}

function actionOf(step: Step): string | undefined {
  return step.kind === 'fold' ? step.rules[0]?.action : step.rule.action;
}

/** Writes a chain that takes the steps, and those that it leads to. */
function writeSteps(
  writer: Writer,
  chain: Pick<Chain, 'name' | 'comment'>,
  steps: readonly (Step | PassRun)[],
  end?: Rule,
): void {
  const rules = open(writer, chain);
  for (const step of steps) {
    if (step.kind === 'pass') {
      rules.push(...writePassRun(writer, step));
    } else if (step.kind === 'fold') {
      rules.push(...foldRules(step, writer));
    } else if (step.rule.action === 'Log') {
      rules.push(...writeLog(writer, step));
    } else {
      const matches = flatMatches(conditionsOf(step.match, writer.context));
      const flat = matches?.map((match) => ruleOf(step, match, 'goto'));
      rules.push(...(flat ?? writeTree(writer, step)));
    }
  }
  if (end !== undefined) rules.push(end);
}

/** A new chain, to be filled. It stands before those that it leads to. */
function open(writer: Writer, chain: Pick<Chain, 'name' | 'comment'>): Rule[] {
  const rules: Rule[] = [];
  writer.chains.push({ ...chain, rules });
  return rules;
}

function newPart(writer: Writer): string {
  writer.parts += 1;
  return chainNames.tier(writer.tier.tier, writer.walk, writer.parts);
}

/** What is found is no longer what was looked for. */
function foldRules(fold: FoldStep, { walk }: Writer): readonly Rule[] {
  const { id, rules } = fold;
  const names = [...new Set(rules.map(({ policy }) => formatPolicyId(policy)))].join(', ');
  return [
    {
      match: '',
      action: `${found.set(id)} jump ${foldFinderName(walk.direction, fold)}`,
      uncounted: true,
      comment: fitComment(`${rules[0]?.action} rules of ${names}`),
    },
    { match: found.isNot(id), action: 'return', comment: 'one was found: its number', uncounted: true },
  ];
}

/** A rule in the run is a return with its number, or, from the rule's own chain, with the word that it passed. */
function writePassRun(writer: Writer, { steps }: PassRun): readonly Rule[] {
  const name = newPart(writer);
  writeSteps(writer, { name, comment: 'Pass rules: a packet that one matches returns with what was found' }, steps);
  return [
    { match: '', action: `jump ${name}`, comment: 'is there a Pass rule for it?' },
    { match: '', action: found.vmap(ruleMapNames.pass), comment: 'the rule that was found by its number' },
    { match: found.is(special.passed), action: `${found.reset} goto ${writer.next}`, comment: 'passed' },
  ];
}

/** Counted and reported once, however many alternatives the match has. */
function writeLog(writer: Writer, step: RuleStep): readonly Rule[] {
  const conditions = conditionsOf(step.match, writer.context);
  const matches = flatMatches(conditions);
  const [only] = matches ?? [];
  if (matches !== undefined && only === undefined) return [];
  if (matches?.length === 1 && only !== undefined) return [ruleOf(step, only, 'jump')];
  const name = newPart(writer);
  const rules = matches?.map((match) => ruleOf(step, match, 'goto'));
  if (rules !== undefined) open(writer, { name }).push(...rules);
  else writer.chains.push(...matchTree(name, conditions, ruleOf(step, '', 'goto'), 'return'));
  return [{ match: '', action: `jump ${name}`, comment: fitComment(describeRule(step.rule)) }];
}

/** A match with too many alternatives for one list of rules: what it matches returns with the number of the rule. */
function writeTree(writer: Writer, step: RuleStep): readonly Rule[] {
  const name = newPart(writer);
  const number = ruleNumber(step.rule);
  const match = { ...ruleOf(step, '', 'goto'), action: `${found.set(number)} return` };
  writer.chains.push(...matchTree(name, conditionsOf(step.match, writer.context), match, 'return'));
  return [
    { match: '', action: `jump ${name}`, comment: match.comment },
    { match: found.is(number), action: 'return', comment: 'matched' },
  ];
}

function ruleOf({ rule }: RuleStep, match: string, verdict: 'goto' | 'jump'): Rule {
  return { match, action: `${verdict} ${chainNames.rule(rule)}`, comment: fitComment(describeRule(rule)) };
}
