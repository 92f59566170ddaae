import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Pod, ReplicaSet } from '../api/core.ts';
import { planReplicaSet } from './plan-replica-set.ts';

interface Looks {
  node?: string;
  ready?: boolean;
  age?: number;
  app?: string;
  owner?: string | null;
  deleting?: boolean;
  phase?: 'Pending' | 'Running' | 'Failed';
}

function pod(
  name: string,
  { node = 'n1', ready = true, age = 0, app = 'web', owner = 'rs', deleting, phase = 'Running' }: Looks = {},
): Pod {
  return {
    metadata: {
      name,
      labels: { app },
      creationTimestamp: new Date(1_700_000_000_000 - age * 1000).toISOString(),
      ...(deleting === true && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      ...(owner !== null && {
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }],
      }),
    },
    spec: { nodeName: node, containers: [] },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

function replicaSet(replicas: number): ReplicaSet {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [] } };
  return {
    metadata: { name: 'rs', uid: 'rs' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template },
  };
}

const cases: {
  name: string;
  replicas: number;
  pods: Pod[];
  create?: number;
  remove?: string[];
  adopt?: string[];
  release?: string[];
}[] = [
  { name: 'none there -> all made', replicas: 3, pods: [], create: 3 },
  {
    name: 'deleted and failed ones do not count',
    replicas: 2,
    pods: [pod('a', { deleting: true }), pod('b', { phase: 'Failed' })],
    create: 2,
  },
  { name: "another set's pods do not count", replicas: 1, pods: [pod('a', { owner: 'other' })], create: 1 },
  {
    name: 'surplus: not ready goes first',
    replicas: 2,
    pods: [pod('a'), pod('b', { ready: false }), pod('c')],
    remove: ['b'],
  },
  {
    name: 'surplus: not bound goes before not ready',
    replicas: 1,
    pods: [pod('a', { ready: false }), pod('b', { node: '' })],
    remove: ['b'],
  },
  {
    name: 'surplus: from the crowded node',
    replicas: 2,
    pods: [pod('a', { node: 'n2' }), pod('b'), pod('c', { age: 9 })],
    remove: ['b'],
  },
  {
    name: 'surplus: youngest goes first',
    replicas: 1,
    pods: [pod('old', { age: 60 }), pod('young', { age: 1 })],
    remove: ['young'],
  },
  { name: 'orphan that matches -> adopted', replicas: 1, pods: [pod('a', { owner: null })], adopt: ['a'] },
  {
    name: 'own pod relabelled -> released and replaced',
    replicas: 1,
    pods: [pod('a', { app: 'debug' })],
    create: 1,
    release: ['a'],
  },
];
for (const { name, replicas, pods, create = 0, remove = [], adopt = [], release = [] } of cases) {
  it(`planReplicaSet: ${name}`, () => {
    const plan = planReplicaSet(replicaSet(replicas), pods);
    const names = (list: readonly Pod[]) => list.map((one) => one.metadata.name);
    assert.equal(plan.create, create);
    assert.deepEqual([names(plan.remove), names(plan.adopt), names(plan.release)], [remove, adopt, release]);
  });
}
