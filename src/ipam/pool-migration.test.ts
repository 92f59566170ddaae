import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pod } from '../api/core.ts';
import { parseCidr } from '../net/cidr.ts';
import { nextReplacements, poolPods, poolWishes } from './pool-migration.ts';

const pool = parseCidr('10.24.0.0/16');
const ready = [{ type: 'Ready', status: 'True' as const }];

/** `old`: address of the pool; `new`: another one; `none`: none yet. */
function pod(name: string, where: 'old' | 'new' | 'none', more: Partial<Pod['metadata']> = {}, isReady = true): Pod {
  const ip = { old: '10.24.0.5', new: '10.48.0.5', none: undefined }[where];
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u1', controller: true };
  return {
    metadata: { name, namespace: 'd', ownerReferences: [owner], ...more },
    spec: { containers: [] },
    status: { phase: 'Running', ...(ip && { podIP: ip, podIPs: [{ ip }] }), ...(isReady && { conditions: ready }) },
  };
}
const owner = (kind: string) => [{ apiVersion: 'x', kind, name: 'o', uid: 'u2', controller: true }];

describe('nextReplacements: pods of an owner', () => {
  const table: readonly [
    name: string,
    pods: readonly Pod[],
    replicas: number | undefined,
    max: number,
    next: readonly string[],
  ][] = [
    ['three ready, one may go', [pod('a', 'old'), pod('b', 'old'), pod('c', 'old')], 3, 1, ['a']],
    ['three ready, two may go', [pod('a', 'old'), pod('b', 'old'), pod('c', 'old')], 3, 2, ['a', 'b']],
    ['one is being made: wait', [pod('a', 'old'), pod('b', 'old'), pod('c', 'none', {}, false)], 3, 1, []],
    ['one is missing: wait', [pod('a', 'old'), pod('b', 'old')], 3, 1, []],
    ['one is missing, two may be away', [pod('a', 'old'), pod('b', 'old')], 3, 2, ['a']],
    ['the new one is ready: go on', [pod('a', 'old'), pod('b', 'new')], 2, 1, ['a']],
    ['an old one is not ready: goes at once', [pod('a', 'old', {}, false), pod('b', 'old')], 2, 1, ['a']],
    ['replicas unknown', [pod('a', 'old'), pod('b', 'old')], undefined, 1, ['a']],
    ['scaled down meanwhile', [pod('a', 'old'), pod('b', 'old')], 1, 1, ['a']],
    ['all moved', [pod('a', 'new')], 1, 1, []],
  ];
  for (const [name, pods, replicas, max, next] of table) {
    test(`${name}: -> ${next.join(', ') || 'none'}`, () => {
      const group = { owner: { apiVersion: '', kind: 'ReplicaSet', name: 'web', uid: 'u1' }, namespace: 'd', pods };
      assert.deepEqual(
        nextReplacements(group, pool, replicas, max).map(({ metadata }) => metadata.name),
        next,
      );
    });
  }
});

test('poolPods: owners, bare pods, jobs, pods that go, other networks -> sorted', () => {
  const found = poolPods(
    [
      pod('a', 'old'),
      pod('b', 'new'),
      pod('c', 'none', {}, false),
      pod('bare', 'old', { ownerReferences: [] }),
      pod('job', 'old', { ownerReferences: owner('Job') }),
      pod('mirror', 'old', { ownerReferences: owner('Node') }),
      pod('going', 'old', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      pod('elsewhere', 'new', { ownerReferences: owner('StatefulSet') }),
      { ...pod('host', 'old', { ownerReferences: owner('DaemonSet') }), spec: { containers: [], hostNetwork: true } },
      { ...pod('done', 'old'), status: { phase: 'Succeeded', podIP: '10.24.0.9' } },
    ],
    pool,
  );
  assert.deepEqual(
    found.owners.map(({ pods }) => pods.map(({ metadata }) => metadata.name)),
    [['a', 'b', 'c']],
  );
  assert.deepEqual(found.stuck, [
    { name: 'd/bare', reason: 'no controller makes it again' },
    { name: 'd/job', reason: 'it does the work of Job o' },
    { name: 'd/mirror', reason: 'Node o may not make it again' },
  ]);
  assert.deepEqual([found.movable, found.leaving], [1, 1]);
});

test('poolWishes: pod or namespace asks for the pool or an address of it -> named; others -> nothing', () => {
  const asks = (key: string, value: string) => ({ annotations: { [`cni.projectcalico.org/${key}`]: value } });
  const wishes = poolWishes(
    [
      pod('by-name', 'old', asks('ipv4pools', '["main"]')),
      pod('by-cidr', 'old', asks('ipv4pools', '["10.24.0.0/16"]')),
      pod('by-address', 'old', asks('ipAddrs', '["10.24.7.7"]')),
      pod('other', 'old', asks('ipv4pools', '["else"]')),
      pod('broken', 'old', asks('ipAddrs', 'x')),
      pod('bare', 'old', { ownerReferences: [], ...asks('ipv4pools', '["main"]') }),
    ],
    [{ metadata: { name: 'shop', ...asks('ipv4pools', '["main"]') } }],
    { name: 'main', cidr: pool },
  );
  assert.deepEqual(
    wishes.map(({ name }) => name),
    ['namespace shop', 'd/by-name', 'd/by-cidr', 'd/by-address'],
  );
});
