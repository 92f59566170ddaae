/**
 * What a change costs in the policy calculation of a node with 110 pods, in a cluster of 100,000 pods and 10,000
 * policies: from the object to what is to be enforced. The peer is a calculation from scratch.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AddressLists } from '../src/policy/address-lists.ts';
import { PolicyCalculation } from '../src/policy/calculation.ts';
import type { PolicyChange } from '../src/policy/policy-input.ts';
import { printBound, printFigure, printNote } from './figure.ts';
import { timeSync } from './paired.ts';
import { localPod, podChange, policyChange, policyCluster } from './policy-cluster.ts';

const pods = 100_000;
const policies = 10_000;
const localPods = 110;
const rounds = 5;
const perRound = 400;
const boundMs = 5;

export async function run(): Promise<void> {
  const changes = policyCluster(pods, policies, localPods);
  const before = heapMegabytes();
  const calculation = new PolicyCalculation();
  const follow = (change: PolicyChange): void => {
    calculation.apply([change]);
    calculation.state();
  };
  calculation.apply(changes);
  calculation.state();
  printNote(`policy: heap for ${pods} pods, ${policies} policies, ${localPods} of the pods here`, 'MB', [
    heapMegabytes() - before,
  ]);

  const updates = inRounds((round) => times(follow, (i) => relabelled(i, round)));
  report('policy: labels of one pod', updates);
  const added = inRounds((round) => times(follow, (i) => podChange(pods + round * perRound + i)));
  report('policy: one pod more, elsewhere', added);
  // These make walks anew, with all entries of their folds: what that costs is up to the policies.
  const here = inRounds((round) => times(follow, (i) => relabelledHere(i, round)));
  printNote('policy: labels of a pod of this node', 'ms', here.flat());
  const changed = inRounds((round) => times(follow, (i) => policyChange(i * 23, round + 1)));
  printNote('policy: one policy changes', 'ms', changed.flat());
  printFigure({
    name: 'policy: labels of one pod beside all from scratch',
    unit: 'ms',
    ours: medians(updates),
    peer: updates.map(() => timeSync(() => new PolicyCalculation().apply(changes))),
    goal: { atMost: 0.01 },
  });
  growth(changes);
}

/** What selectors cost a pod that they do not match: one namespace's pods match nearly the same of 10 and of 10,000. */
function growth(changes: readonly PolicyChange[]): void {
  const [many, few] = [policies, 10].map((count) => {
    const lists = new AddressLists();
    for (const change of changes) lists.apply(change);
    for (let i = 0; i < count; i++) {
      const { value } = policyChange(i);
      const selector = value !== undefined && 'selector' in value ? value.selector : undefined;
      if (selector !== undefined) lists.subscribe({ kind: 'selector', selector }, { added() {}, removed() {} });
    }
    return (round: number) =>
      times(
        (change) => lists.apply(change),
        (i) => podChange(i * 1_000, (i + round + 1) % 10),
      );
  });
  const rows = inRounds((round) => [many, few].map((measure) => percentile(measure?.(round) ?? [], 0.5)));
  printFigure({
    name: `policy: labels of one pod, ${policies} selectors beside 10`,
    unit: 'ms',
    ours: rows.map(([ours = Number.NaN]) => ours),
    peer: rows.map(([, peer = Number.NaN]) => peer),
    goal: { atMost: 2 },
  });
}

/** A pod somewhere with another application label than in the round before. */
function relabelled(i: number, round: number): PolicyChange {
  const number = (i * 7919) % pods;
  return podChange(number, (i + round + 1) % 10);
}

/** As {@link relabelled}, of this node: its walks are other ones then. */
function relabelledHere(i: number, round: number): PolicyChange {
  return podChange(localPod(i % localPods, pods, localPods), (i + round + 1) % 10);
}

function inRounds<T>(measure: (round: number) => T): readonly T[] {
  // The first for nothing: code is compiled and caches are filled.
  return Array.from({ length: rounds + 1 }, (_, round) => measure(round)).slice(1);
}

/** Milliseconds of each change, one by one. */
function times(follow: (change: PolicyChange) => void, make: (i: number) => PolicyChange): readonly number[] {
  const changes = Array.from({ length: perRound }, (_, i) => make(i));
  return changes.map((change) => timeSync(() => follow(change)));
}

function medians(values: readonly (readonly number[])[]): readonly number[] {
  return values.map((round) => percentile(round, 0.5));
}

function report(name: string, values: readonly (readonly number[])[]): void {
  for (const [label, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    printBound(
      `${name}, ${label}`,
      'ms',
      values.map((round) => percentile(round, share)),
      boundMs,
    );
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

/** What is in use, without what is only not collected yet. */
function heapMegabytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed / 1e6;
}

if (import.meta.main) await run();
