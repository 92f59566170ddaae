import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allChanges } from './all-changes.ts';
import { PolicyCalculation } from './calculation.ts';
import type { PolicyChange } from './policy-input.ts';
import type { PolicyState } from './policy-state.ts';
import type { PolicyResources } from './resources.ts';
import { arbitraryResources } from './testing/arbitrary-resources.ts';
import { localChanges } from './testing/local-changes.ts';
import { stateContent } from './testing/state-content.ts';
import { transition } from './testing/transition.ts';

const seed = 20_261_121;
const numRuns = Number(process.env.WEFT_POLICY_CALCULATION_RUNS ?? 25);

const cluster = arbitraryResources({ pods: 4, policies: 3, hostEndpoints: true });

/** A cluster, and that this node has every second of its pods. */
function changesOf(resources: PolicyResources): readonly PolicyChange[] {
  const pods = resources.pods.filter((_, index) => index % 2 === 0);
  return [...allChanges(resources), ...localChanges({ ...resources, pods })];
}

function fromScratch(changes: readonly PolicyChange[]): PolicyState {
  const calculation = new PolicyCalculation();
  calculation.apply(changes);
  return calculation.state();
}

/** What has been given so far, the last of each key. */
function latest(changes: readonly PolicyChange[]): readonly PolicyChange[] {
  return [...new Map(changes.map((one) => [`${one.kind} ${one.key}`, one])).values()];
}

test('calculation: random clusters one after the other, in random order and pieces -> as from scratch', () => {
  fc.assert(
    fc.property(fc.array(cluster, { minLength: 2, maxLength: 3 }), fc.nat(), (clusters, salt) => {
      const calculation = new PolicyCalculation();
      const given: PolicyChange[] = [];
      let before: readonly PolicyChange[] = [];
      for (const resources of clusters) {
        const after = changesOf(resources);
        for (const [i, some] of transition(before, after, salt).entries()) {
          given.push(...some);
          calculation.apply(some);
          // Every intermediate state would take too long.
          if ((salt + i) % 10 === 0)
            assert.deepEqual(stateContent(calculation.state()), stateContent(fromScratch(latest(given))));
        }
        assert.deepEqual(stateContent(calculation.state()), stateContent(fromScratch(after)));
        before = after;
      }
    }),
    { seed, numRuns },
  );
});

test('calculation: everything given again -> the same state, the same parts', () => {
  fc.assert(
    fc.property(cluster, (resources) => {
      const calculation = new PolicyCalculation();
      calculation.apply(changesOf(resources));
      const state = calculation.state();
      calculation.apply(changesOf(JSON.parse(JSON.stringify(resources))));
      assert.equal(calculation.state(), state);
    }),
    { seed, numRuns },
  );
});

test('calculation: everything taken away -> nothing is left', () => {
  fc.assert(
    fc.property(cluster, (resources) => {
      const calculation = new PolicyCalculation();
      const changes = changesOf(resources);
      calculation.apply(changes);
      calculation.apply(changes.map((one) => ({ ...one, value: undefined })));
      assert.deepEqual(stateContent(calculation.state()), stateContent(fromScratch([])));
    }),
    { seed, numRuns },
  );
});
