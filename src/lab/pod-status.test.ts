import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../api/core.ts';
import { type ContainerFact, computePodStatus } from './pod-status.ts';

type State = ContainerFact['state'];
type Policy = NonNullable<Pod['spec']['restartPolicy']>;
const running: State = { kind: 'running', startedAt: 't0' };
const waiting: State = { kind: 'waiting', reason: 'ContainerCreating' };
const ended = (exitCode: number): State => ({ kind: 'terminated', exitCode, finishedAt: 't1' });

function statusOf(policy: Policy, states: readonly State[], restartCount = 0, before?: Pod['status']) {
  const containers = states.map((_, index) => ({ name: `c${index}` }));
  const pod: Pod = {
    metadata: { name: 'p' },
    spec: { restartPolicy: policy, containers },
    ...(before === undefined ? {} : { status: before }),
  };
  const facts = states.map((state, index) => ({ name: `c${index}`, restartCount, state }));
  return computePodStatus(pod, { hostIp: '10.0.0.1', podIps: ['10.0.0.2'], startTime: 't0', containers: facts }, 'now');
}

const cases: readonly (readonly [string, Policy, readonly State[], number, string, boolean])[] = [
  ['nothing started', 'Always', [waiting], 0, 'Pending', false],
  ['one of two started', 'Always', [running, waiting], 0, 'Pending', false],
  ['all run', 'Always', [running, running], 0, 'Running', true],
  ['ended, will restart', 'Always', [ended(1)], 0, 'Running', false],
  ['waits for its restart', 'Always', [waiting], 3, 'Running', false],
  ['never restarts, all 0', 'Never', [ended(0), ended(0)], 0, 'Succeeded', false],
  ['never restarts, one failed', 'Never', [ended(0), ended(2)], 0, 'Failed', false],
  ['never restarts, one still runs', 'Never', [ended(0), running], 0, 'Running', false],
  ['on failure, failed', 'OnFailure', [ended(1)], 0, 'Running', false],
  ['on failure, all 0', 'OnFailure', [ended(0)], 0, 'Succeeded', false],
];
for (const [name, policy, states, restarts, phase, ready] of cases) {
  test(`pod status: ${name} -> ${phase}`, () => {
    const status = statusOf(policy, states, restarts);
    assert.equal(status.phase, phase);
    assert.equal(status.conditions?.find((one) => one.type === 'Ready')?.status, ready ? 'True' : 'False');
    assert.equal(status.podIPs?.[0]?.ip, '10.0.0.2');
  });
}

test('pod status: condition unchanged -> keeps its transition time', () => {
  const first = statusOf('Always', [running]);
  const old = { ...first, conditions: first.conditions?.map((one) => ({ ...one, lastTransitionTime: 'then' })) ?? [] };
  const ready = (status: Pod['status']) => status?.conditions?.find((one) => one.type === 'Ready');
  assert.equal(ready(statusOf('Always', [running], 0, old))?.lastTransitionTime, 'then');
  assert.equal(ready(statusOf('Always', [ended(1)], 0, old))?.lastTransitionTime, 'now');
});
