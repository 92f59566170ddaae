import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Deployment, PodTemplate, ReplicaSet } from '../api/core.ts';
import { deploymentStatus } from './deployment-status.ts';
import { planRollout, revisionAnnotation, rolloutSets } from './plan-rollout.ts';
import { templateHash } from './template-hash.ts';

const template = (image: string): PodTemplate => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image }] },
});

function deployment(replicas: number, image = 'v1', more: Record<string, unknown> = {}): Deployment {
  const spec = { replicas, selector: { matchLabels: { app: 'web' } }, template: template(image), ...more };
  return { metadata: { name: 'web', namespace: 'default', uid: 'd', generation: 1 }, spec };
}

function set(image: string, replicas: number, available: number, revision: number): ReplicaSet {
  const plan = planRollout(deployment(replicas, image), [], false);
  assert.ok(plan.create);
  return {
    ...plan.create,
    metadata: { ...plan.create.metadata, uid: image, annotations: { [revisionAnnotation]: String(revision) } },
    spec: { ...plan.create.spec, replicas },
    status: { replicas, readyReplicas: available, ...{ availableReplicas: available } },
  };
}

const cases: {
  name: string;
  deployment: Deployment;
  sets: ReplicaSet[];
  create?: number;
  scale?: Record<string, number>;
}[] = [
  { name: 'new -> set with all replicas', deployment: deployment(3), sets: [], create: 3 },
  { name: 'as wanted -> nothing', deployment: deployment(3), sets: [set('v1', 3, 3, 1)] },
  { name: 'scaled up -> current set', deployment: deployment(5), sets: [set('v1', 3, 3, 1)], scale: { v1: 5 } },
  { name: 'scaled down -> current set', deployment: deployment(1), sets: [set('v1', 3, 3, 1)], scale: { v1: 1 } },
  { name: 'scaled to 0', deployment: deployment(0), sets: [set('v1', 3, 3, 1)], scale: { v1: 0 } },
  {
    name: 'new template, 4 replicas: one more, one fewer',
    deployment: deployment(4, 'v2'),
    sets: [set('v1', 4, 4, 1)],
    create: 1,
    scale: { v1: 3 },
  },
  {
    name: 'new template, 1 replica: surge only',
    deployment: deployment(1, 'v2'),
    sets: [set('v1', 1, 1, 1)],
    create: 1,
  },
  {
    name: 'new pods not available -> old ones stay',
    deployment: deployment(4, 'v2'),
    sets: [set('v1', 3, 3, 1), set('v2', 2, 0, 2)],
  },
  {
    name: 'new pods available -> next step',
    deployment: deployment(4, 'v2'),
    sets: [set('v1', 3, 3, 1), set('v2', 2, 2, 2)],
    scale: { v1: 1 },
  },
  {
    name: 'old pods that are not available go first',
    deployment: deployment(4, 'v3'),
    sets: [set('v1', 3, 3, 1), set('v2', 2, 0, 2)],
    create: 0,
    scale: { v2: 0 },
  },
  {
    name: 'all new available -> old to 0',
    deployment: deployment(4, 'v2'),
    sets: [set('v1', 1, 1, 1), set('v2', 4, 4, 2)],
    scale: { v1: 0 },
  },
  {
    name: 'paused -> template is not rolled',
    deployment: deployment(4, 'v2', { paused: true }),
    sets: [set('v1', 4, 4, 1)],
  },
  {
    name: 'paused -> replicas are',
    deployment: deployment(5, 'v2', { paused: true }),
    sets: [set('v1', 4, 4, 1)],
    scale: { v1: 5 },
  },
  {
    name: 'maxSurge 0, maxUnavailable 1 -> down before up',
    deployment: deployment(2, 'v2', {
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    }),
    sets: [set('v1', 2, 2, 1)],
    create: 0,
    scale: { v1: 1 },
  },
];
describe('planRollout: one step', () => {
  for (const { name, deployment: wanted, sets, create, scale = {} } of cases) {
    it(name, () => {
      const plan = planRollout(wanted, sets, false);
      assert.equal(plan.create?.spec.replicas, create);
      const scaled = plan.scale.map(({ set: one, replicas }) => [one.metadata.uid, replicas]);
      assert.deepEqual(Object.fromEntries(scaled), scale);
    });
  }
});

describe('planRollout: whole rollouts', () => {
  it('Recreate: old pods first to 0, new ones only when they are gone', () => {
    const wanted = deployment(2, 'v2', { strategy: { type: 'Recreate' } });
    const first = planRollout(wanted, [set('v1', 2, 2, 1)], true);
    assert.equal(first.create?.spec.replicas, 0);
    assert.deepEqual(
      first.scale.map(({ replicas }) => replicas),
      [0],
    );
    const second = planRollout(wanted, [set('v1', 0, 0, 1), set('v2', 0, 0, 2)], false);
    assert.deepEqual(
      second.scale.map(({ replicas }) => replicas),
      [2],
    );
  });

  it('back to the first template: its set again, with a new revision', () => {
    const plan = planRollout(deployment(2, 'v1'), [set('v1', 0, 0, 1), set('v2', 2, 2, 2)], false);
    assert.equal(plan.create, undefined);
    assert.equal(plan.revision, '3');
    assert.deepEqual(
      plan.annotate.map(({ set: one, revision }) => [one.metadata.uid, revision]),
      [['v1', '3']],
    );
  });

  it('more old versions than revisionHistoryLimit: the oldest go', () => {
    const sets = [set('v1', 0, 0, 1), set('v2', 0, 0, 2), set('v3', 1, 1, 3)];
    const plan = planRollout(deployment(1, 'v3', { revisionHistoryLimit: 1 }), sets, false);
    assert.deepEqual(
      plan.remove.map((one) => one.metadata.uid),
      ['v1'],
    );
  });

  it('any interleaving of steps ends with the new template; never too few available, never too many', () => {
    for (let replicas = 0; replicas <= 9; replicas++) {
      const sets = [set('v1', replicas, replicas, 1)];
      const wanted = deployment(replicas, 'v2');
      for (let step = 0; step < 60; step++) {
        const plan = planRollout(wanted, sets, false);
        if (plan.create !== undefined) sets.push(withReplicas(set('v2', 0, 0, 2), plan.create.spec.replicas ?? 0, 0));
        for (const { set: one, replicas: count } of plan.scale) {
          const at = sets.findIndex((known) => known.metadata.uid === one.metadata.uid);
          sets[at] = withReplicas(one, count, Math.min(count, availableOf(one)));
        }
        const total = sets.reduce((sum, one) => sum + (one.spec.replicas ?? 0), 0);
        const available = sets.reduce((sum, one) => sum + availableOf(one), 0);
        assert.ok(total <= replicas + Math.ceil(replicas / 4), `${total} pods of ${replicas}`);
        assert.ok(available >= replicas - Math.floor(replicas / 4), `${available} available of ${replicas}`);
        // One pod becomes available per step.
        const late = sets.findIndex((one) => availableOf(one) < (one.spec.replicas ?? 0));
        const one = sets[late];
        if (one !== undefined) sets[late] = withReplicas(one, one.spec.replicas ?? 0, availableOf(one) + 1);
      }
      assert.deepEqual(
        sets.map((one) => one.spec.replicas),
        [0, replicas],
      );
    }
  });
});

describe('deploymentStatus', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const status = (wanted: Deployment, sets: ReplicaSet[], old = {}, at = now) =>
    deploymentStatus(wanted, rolloutSets(wanted, sets), old, at).status;
  const reasonOf = (found: ReturnType<typeof status>, type: string) =>
    found.conditions.find((one) => one.type === type)?.reason;

  it('rolling -> ReplicaSetUpdated and unavailable; done -> NewReplicaSetAvailable', () => {
    const rolling = status(deployment(2), [set('v1', 2, 0, 1)]);
    assert.equal(reasonOf(rolling, 'Progressing'), 'ReplicaSetUpdated');
    assert.equal(reasonOf(rolling, 'Available'), 'MinimumReplicasUnavailable');
    assert.equal(rolling.unavailableReplicas, 2);
    const done = status(deployment(2), [set('v1', 2, 2, 1)], rolling);
    assert.equal(reasonOf(done, 'Progressing'), 'NewReplicaSetAvailable');
    assert.equal(reasonOf(done, 'Available'), 'MinimumReplicasAvailable');
    assert.equal(done.unavailableReplicas, undefined);
    assert.deepEqual([done.replicas, done.updatedReplicas, done.availableReplicas], [2, 2, 2]);
  });

  it('no progress for progressDeadlineSeconds -> ProgressDeadlineExceeded', () => {
    const wanted = deployment(2, 'v1', { progressDeadlineSeconds: 60 });
    const rolling = status(wanted, [set('v1', 2, 1, 1)]);
    const later = status(wanted, [set('v1', 2, 1, 1)], rolling, now + 59_000);
    assert.equal(reasonOf(later, 'Progressing'), 'ReplicaSetUpdated');
    const late = status(wanted, [set('v1', 2, 1, 1)], later, now + 60_000);
    assert.equal(reasonOf(late, 'Progressing'), 'ProgressDeadlineExceeded');
  });
});

it('templateHash: order of fields and the label itself do not matter, the image does', () => {
  const { spec, metadata } = template('v1');
  const labels = { 'pod-template-hash': 'x', ...metadata?.labels };
  assert.equal(templateHash({ spec, metadata: { labels } }), templateHash(template('v1')));
  assert.notEqual(templateHash(template('v1')), templateHash(template('v2')));
  assert.match(templateHash(template('v1')), /^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
});

function withReplicas(one: ReplicaSet, replicas: number, available: number): ReplicaSet {
  const status = { replicas, readyReplicas: available, ...{ availableReplicas: available } };
  return { ...one, spec: { ...one.spec, replicas }, status };
}

function availableOf(one: ReplicaSet): number {
  return one.status?.readyReplicas ?? 0;
}
