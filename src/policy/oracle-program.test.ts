import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { allChanges } from './all-changes.ts';
import { PolicyCalculation } from './calculation.ts';
import { oracleOf } from './oracle/evaluate.ts';
import type { Packet } from './packet.ts';
import type { PolicyChange } from './policy-input.ts';
import type { PolicyState } from './policy-state.ts';
import type { PolicyResources } from './resources.ts';
import { runWalk } from './run-program.ts';
import { arbitraryResources } from './testing/arbitrary-resources.ts';
import { calicoOrderCases } from './testing/calico-order-cases.ts';
import { calicoRuleCases } from './testing/calico-rule-cases.ts';
import { type DecisionPoint, decisionPoints } from './testing/decision-points.ts';
import { emptyResources } from './testing/empty-resources.ts';
import { formatVerdict } from './testing/format-verdict.ts';
import { hostCases } from './testing/host-cases.ts';
import { kubernetesCases } from './testing/kubernetes-cases.ts';
import { localChanges } from './testing/local-changes.ts';
import { transition } from './testing/transition.ts';
import type { Verdict } from './verdict.ts';

/**
 * What is compiled must decide as the oracle reads the objects. `WEFT_POLICY_RUNS=10000` looks for longer,
 * `WEFT_POLICY_SEED` elsewhere.
 */
const runs = Number(process.env.WEFT_POLICY_RUNS ?? 120);
const seed = Number(process.env.WEFT_POLICY_SEED ?? 20_261_121);

function everything(resources: PolicyResources): readonly PolicyChange[] {
  return [...allChanges(resources), ...localChanges(resources)];
}

function compiled(resources: PolicyResources): PolicyState {
  const calculation = new PolicyCalculation();
  calculation.apply(everything(resources));
  return calculation.state();
}

function program(state: PolicyState, { walk, direction }: DecisionPoint, packet: Packet): Verdict {
  if (walk !== undefined) return runWalk(state, walk, packet);
  return { allowed: true, direction, reason: { kind: 'no-policy' }, logged: [] };
}

/**
 * Which of several neighbouring rules of one action is counted is free, and so is how often a rule that is several in
 * the kernel logs; everything else is not.
 */
function comparable({ reason, logged, ...rest }: Verdict): string {
  const once = logged.filter(
    ({ policy, index }, at) => at === logged.findIndex((one) => one.policy === policy && one.index === index),
  );
  const verdict = { ...rest, logged: once };
  if (reason.kind !== 'rule') return formatVerdict({ ...verdict, reason });
  return `${formatVerdict({ ...verdict, reason: { kind: 'no-policy' } })}: a rule of ${reason.rule.tier}`;
}

/** Asks both about each packet, one in `step`; fails with the packet and both answers. */
function assertAgreement(resources: PolicyResources, state: PolicyState, step: number, salt: number): void {
  const oracle = oracleOf(resources);
  for (const point of decisionPoints(resources, state)) {
    for (let i = salt % step; i < point.packets.length; i += step) {
      const packet = point.packets[i];
      if (packet === undefined) continue;
      const expected = oracle.evaluate(point.endpoint, point.direction, packet, point.phase);
      const actual = program(state, point, packet);
      if (comparable(actual) === comparable(expected)) continue;
      assert.fail(
        `${JSON.stringify({ ...point, packets: undefined, packet })}:
        oracle:  ${formatVerdict(expected)}
        program: ${formatVerdict(actual)}
        ${JSON.stringify(state.walks.get(point.walk ?? ''), undefined, 1)}`,
      );
    }
  }
}

describe('table', () => {
  for (const { name, resources, endpoint, direction, phase = 'normal', packet, verdict } of [
    ...calicoRuleCases,
    ...calicoOrderCases,
    ...kubernetesCases,
    ...hostCases,
  ]) {
    test(name, () => {
      const full = { ...emptyResources, ...resources };
      const state = compiled(full);
      const point = decisionPoints(full, state).find(
        (one) =>
          one.direction === direction &&
          one.phase === phase &&
          endpoint === (one.endpoint.kind === 'pod' ? `${one.endpoint.namespace}/` : 'host/') + one.endpoint.name,
      );
      // A pod that is not there has no place in the cluster.
      if (point === undefined) assert.equal(endpoint, 'default/gone');
      else assert.equal(formatVerdict(program(state, point, packet)), verdict);
    });
  }
});

const shape = { pods: 5, policies: 3, hostEndpoints: true };
const resources = arbitraryResources(shape);

describe('property', () => {
  test('program: any cluster -> decides as the oracle', () => {
    fc.assert(
      fc.property(resources, fc.nat(96), (cluster, salt) => assertAgreement(cluster, compiled(cluster), 19, salt)),
      { seed, numRuns: runs },
    );
  });

  test('program: from any cluster to any other, in any order -> decides as the oracle', () => {
    fc.assert(
      fc.property(resources, resources, fc.nat(), (before, after, salt) => {
        const calculation = new PolicyCalculation();
        calculation.apply(everything(before));
        calculation.state();
        for (const some of transition(everything(before), everything(after), salt)) {
          calculation.apply(some);
          if (some.length % 2 === 0) calculation.state();
        }
        assertAgreement(after, calculation.state(), 37, salt);
      }),
      { seed, numRuns: Math.ceil(runs / 2) },
    );
  });
});
