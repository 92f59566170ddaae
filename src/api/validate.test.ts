import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IPPool } from './calico.ts';
import { poolsOverlap } from './ip-pool.ts';
import { calicoKinds, nodes } from './kinds.ts';
import type { KubernetesObject } from './meta.ts';
import { validateObject } from './validate.ts';

type Spec = Readonly<Record<string, unknown>>;
const pool = (spec: Spec, name = 'p'): KubernetesObject => ({ metadata: { name }, spec }) as KubernetesObject;
describe('validateObject', () => {
  test('metadata: wrong name, label, annotation -> all three', () => {
    const metadata = { name: 'Bad', labels: { a: '-x' }, annotations: { 'a b': '' } };
    const wrong = validateObject(nodes, { metadata }).map(({ field }) => field);
    assert.deepEqual(wrong, ['metadata.name', 'metadata.labels', 'metadata.annotations']);
  });

  test('hostile shapes: null, lists and numbers where objects belong -> errors, no exception', () => {
    const shapes: readonly unknown[] = [{}, { metadata: null }, { metadata: { name: 1, labels: [] }, spec: [] }];
    for (const kind of calicoKinds) {
      for (const shape of shapes) assert.notEqual(validateObject(kind, shape as KubernetesObject).length, 0);
    }
  });
});

test('poolsOverlap: same network under another name -> that pool, itself -> none', () => {
  const mine = pool({ cidr: '10.0.0.0/16' }, 'mine') as IPPool;
  const other = pool({ cidr: '10.0.1.0/24' }, 'other') as IPPool;
  assert.equal(poolsOverlap(mine, [mine, other]), other);
  assert.equal(poolsOverlap(mine, [mine]), undefined);
});
