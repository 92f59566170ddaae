import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pod } from '../api/core.ts';
import { formatAge } from './age.ts';
import { lastApplied, threeWayMergePatch, withLastApplied } from './last-applied.ts';
import { podStatusText } from './pod-columns.ts';
import { formatTable } from './table.ts';

test('formatTable: kubectl -> six wide, last column bare; calicoctl -> five wide, padded, empty line', () => {
  const rows = [
    ['A', 'NAME'],
    ['x', 'a-long-name'],
  ];
  assert.equal(formatTable(rows, 'kubectl'), 'A     NAME\nx     a-long-name\n');
  assert.equal(formatTable(rows, 'calicoctl'), 'A    NAME          \nx    a-long-name   \n\n');
});

const ages: readonly [seconds: number, text: string][] = [
  [-5, '0s'],
  [119, '119s'],
  [120, '2m'],
  [312, '5m12s'],
  [601, '10m'],
  [3 * 3600, '3h'],
  [3 * 3600 + 300, '3h5m'],
  [9 * 3600 + 300, '9h'],
  [50 * 3600, '2d2h'],
  [9 * 86_400 + 3600, '9d'],
  [800 * 86_400, '2y70d'],
];
for (const [seconds, text] of ages) {
  test(`age: ${seconds} s -> ${text}`, () =>
    assert.equal(formatAge('2026-01-01T00:00:00Z', Date.UTC(2026) + seconds * 1000), text));
}

describe('pod status', () => {
  const container = (state: object, ready = false) => ({ name: 'c', ready, restartCount: 0, state });
  const pod = (status: object, metadata: object = {}): Pod => ({
    metadata: { name: 'p', ...metadata },
    spec: { containers: [] },
    status,
  });
  const table: readonly [name: string, pod: Pod, text: string][] = [
    ['phase only', pod({ phase: 'Running' }), 'Running'],
    [
      'waiting',
      pod({ phase: 'Pending', containerStatuses: [container({ waiting: { reason: 'ErrImagePull' } })] }),
      'ErrImagePull',
    ],
    ['ended', pod({ phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 3 } })] }), 'ExitCode:3'],
    ['being deleted', pod({ phase: 'Running' }, { deletionTimestamp: 'now' }), 'Terminating'],
  ];
  for (const [name, value, text] of table) test(`${name}: -> ${text}`, () => assert.equal(podStatusText(value), text));
});

test('three-way merge: dropped by the file -> removed, set by others -> kept, lists -> replaced', () => {
  const metadata = { name: 'x' };
  const last = { metadata: { name: 'x', labels: { a: '1', b: '2' } }, spec: { list: [1, 2] } };
  const wanted = { metadata: { name: 'x', labels: { b: '3' } }, spec: { list: [1] } };
  assert.deepEqual(threeWayMergePatch(last, wanted), {
    metadata: { ...metadata, labels: { a: null, b: '3' } },
    spec: { list: [1] },
  });
  const noted = withLastApplied(withLastApplied({ metadata, kind: 'K' }));
  assert.deepEqual(lastApplied(noted), { metadata: { name: 'x', annotations: {} }, kind: 'K' });
});
