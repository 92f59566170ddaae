import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseIp } from '../net/ip.ts';
import { allChanges } from './all-changes.ts';
import { PolicyCalculation } from './calculation.ts';
import type { PolicyChange } from './policy-input.ts';
import type { PolicyState } from './policy-state.ts';
import { resolveHostEndpoints } from './resolve-host-endpoints.ts';
import type { PolicyResources } from './resources.ts';
import { arbitraryResources, nodeName } from './testing/arbitrary-resources.ts';
import { stateContent } from './testing/state-content.ts';

const seed = 20_261_121;
const numRuns = Number(process.env.POLICY_RUNS ?? 25);

const cluster = arbitraryResources({ pods: 4, policies: 3, hostEndpoints: true });
const interfaces = [
  { name: 'eth0', addresses: [parseIp('172.16.1.1')] },
  { name: 'eth1', addresses: [] },
];

/** A cluster, and that this node has every second of its pods. */
function changesOf(resources: PolicyResources): readonly PolicyChange[] {
  const pods = resources.pods.filter((_, index) => index % 2 === 0);
  return [
    ...allChanges(resources),
    ...resolveHostEndpoints(resources.hostEndpoints, nodeName, interfaces),
    ...pods.map(({ metadata: { namespace, name } }, index): PolicyChange => {
      const endpoint = `${namespace}/${name}`;
      return { kind: 'local', key: `c${index}`, value: { device: `cali${index}`, endpoint, name: endpoint } };
    }),
  ];
}

const keyOf = ({ kind, key }: PolicyChange) => `${kind} ${key}`;

/** From one cluster to another: what is new, and what is no longer there. */
function changesBetween(before: readonly PolicyChange[], after: readonly PolicyChange[]): readonly PolicyChange[] {
  const kept = new Set(after.map(keyOf));
  return [...after, ...before.filter((one) => !kept.has(keyOf(one))).map((one) => ({ ...one, value: undefined }))];
}

function fromScratch(changes: readonly PolicyChange[]): PolicyState {
  const calculation = new PolicyCalculation();
  calculation.apply(changes);
  return calculation.state();
}

/** What has been given so far, the last of each key. */
function latest(changes: readonly PolicyChange[]): readonly PolicyChange[] {
  return [...new Map(changes.map((one) => [keyOf(one), one])).values()];
}

const order = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));

test('calculation: random clusters one after the other, in random order and pieces -> as from scratch', () => {
  fc.assert(
    fc.property(
      fc.array(cluster, { minLength: 2, maxLength: 3 }),
      order,
      fc.integer({ min: 1, max: 12 }),
      (clusters, numbers, size) => {
        const calculation = new PolicyCalculation();
        const given: PolicyChange[] = [];
        let before: readonly PolicyChange[] = [];
        for (const resources of clusters) {
          const after = changesOf(resources);
          const changes = changesBetween(before, after)
            .map((change) => ({ change, at: numbers.next().value }))
            .sort((a, b) => a.at - b.at)
            .map(({ change }) => change);
          for (let from = 0; from < changes.length; from += size) {
            const some = changes.slice(from, from + size);
            given.push(...some);
            calculation.apply(some);
            // Every intermediate state would take too long.
            if (numbers.next().value < 0.1)
              assert.deepEqual(stateContent(calculation.state()), stateContent(fromScratch(latest(given))));
          }
          assert.deepEqual(stateContent(calculation.state()), stateContent(fromScratch(after)));
          before = after;
        }
      },
    ),
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
