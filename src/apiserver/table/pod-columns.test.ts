import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { summarizePod } from './pod-columns.ts';

const now = Date.parse('2026-01-01T01:00:00Z');
const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const one = { name: 'a', image: 'x', imageID: '', restartCount: 0 };
const up = { ...one, ready: true, state: running };
const ended = (exitCode: number, reason?: string) => ({
  ...one,
  ready: false,
  state: { terminated: { exitCode, ...(reason !== undefined && { reason }) } },
});
const waiting = (reason: string) => ({ ...one, ready: false, state: { waiting: { reason } } });
const two = [{ name: 'i1' }, { name: 'i2' }];
const sidecar = [{ name: 'i1', restartPolicy: 'Always' }];

const cases: readonly [name: string, pod: Pod, expected: { status: string; ready?: string; restarts?: string }][] = [
  ['no status', {}, { status: 'Pending', ready: '0/1', restarts: '0' }],
  ['running and ready', { status: { phase: 'Running', containerStatuses: [up] } }, { status: 'Running', ready: '1/1' }],
  [
    'pulling',
    { status: { phase: 'Pending', containerStatuses: [waiting('ContainerCreating')] } },
    { status: 'ContainerCreating', ready: '0/1' },
  ],
  [
    'crash loop, restarted five minutes ago',
    {
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            ...waiting('CrashLoopBackOff'),
            restartCount: 3,
            lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:55:00Z' } },
          },
        ],
      },
    },
    { status: 'CrashLoopBackOff', restarts: '3 (5m ago)' },
  ],
  [
    'completed',
    { status: { phase: 'Succeeded', containerStatuses: [ended(0, 'Completed')] } },
    { status: 'Completed' },
  ],
  [
    'one completed, one running, ready',
    {
      status: {
        phase: 'Running',
        containerStatuses: [ended(0, 'Completed'), up],
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    },
    { status: 'Running', ready: '1/1' },
  ],
  [
    'one completed, one running, not ready',
    { status: { phase: 'Running', containerStatuses: [ended(0, 'Completed'), up] } },
    { status: 'NotReady' },
  ],
  ['ended without a reason', { status: { phase: 'Failed', containerStatuses: [ended(2)] } }, { status: 'ExitCode:2' }],
  [
    'ended by a signal',
    { status: { containerStatuses: [{ ...one, ready: false, state: { terminated: { exitCode: 137, signal: 9 } } }] } },
    { status: 'Signal:9' },
  ],
  [
    'first init container runs',
    {
      spec: { containers: [], initContainers: two },
      status: { initContainerStatuses: [{ ...up, name: 'i1', ready: false }] },
    },
    { status: 'Init:0/2' },
  ],
  [
    'second init container fails',
    {
      spec: { containers: [], initContainers: two },
      status: {
        initContainerStatuses: [
          { ...ended(0), name: 'i1' },
          { ...ended(1, 'Error'), name: 'i2' },
        ],
      },
    },
    { status: 'Init:Error' },
  ],
  [
    'init container ended without a reason',
    { spec: { containers: [], initContainers: two }, status: { initContainerStatuses: [{ ...ended(3), name: 'i1' }] } },
    { status: 'Init:ExitCode:3' },
  ],
  [
    'init container cannot pull',
    {
      spec: { containers: [], initContainers: two },
      status: { initContainerStatuses: [{ ...waiting('ErrImagePull'), name: 'i1' }] },
    },
    { status: 'Init:ErrImagePull' },
  ],
  [
    'init containers done',
    {
      spec: { containers: [{ name: 'a' }], initContainers: two },
      status: {
        phase: 'Running',
        initContainerStatuses: [
          { ...ended(0), name: 'i1' },
          { ...ended(0), name: 'i2' },
        ],
        containerStatuses: [up],
      },
    },
    { status: 'Running', ready: '1/1' },
  ],
  [
    'sidecar counts as a container',
    {
      spec: { containers: [{ name: 'a' }], initContainers: sidecar },
      status: {
        phase: 'Running',
        initContainerStatuses: [{ ...up, name: 'i1', started: true }],
        containerStatuses: [up],
      },
    },
    { status: 'Running', ready: '2/2' },
  ],
  ['evicted', { status: { phase: 'Failed', reason: 'Evicted' } }, { status: 'Evicted' }],
  [
    'scheduling gated',
    {
      status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
    },
    { status: 'SchedulingGated' },
  ],
  [
    'being deleted',
    { metadata: { deletionTimestamp: '2026-01-01T01:00:00Z' }, status: { phase: 'Running', containerStatuses: [up] } },
    { status: 'Terminating', ready: '1/1' },
  ],
  [
    'being deleted, finished',
    {
      metadata: { deletionTimestamp: '2026-01-01T01:00:00Z' },
      status: { phase: 'Succeeded', containerStatuses: [ended(0, 'Completed')] },
    },
    { status: 'Completed' },
  ],
  [
    'node lost',
    { metadata: { deletionTimestamp: '2026-01-01T01:00:00Z' }, status: { phase: 'Running', reason: 'NodeLost' } },
    { status: 'Unknown' },
  ],
];

for (const [name, pod, expected] of cases) {
  test(`pod columns: ${name} -> ${expected.status}`, () => {
    const { status, ready, total, restarts } = summarizePod({ spec: { containers: [{ name: 'a' }] }, ...pod }, now);
    assert.equal(status, expected.status);
    if (expected.ready !== undefined) assert.equal(`${ready}/${total}`, expected.ready);
    if (expected.restarts !== undefined) assert.equal(restarts, expected.restarts);
  });
}
