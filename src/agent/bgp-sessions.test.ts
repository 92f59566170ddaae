import assert from 'node:assert/strict';
import { test } from 'node:test';
import { birdSession, desiredSession } from '../../test/support/bgp-sessions.ts';
import type { BirdSession } from '../bird/bird-session.ts';
import { nextRecords, type SessionRecord } from './bgp-sessions.ts';

const desired = [desiredSession('Global_10_0_1_1')];
const up = birdSession('Global_10_0_1_1', true);
const down = birdSession('Global_10_0_1_1', false);
const refused = { ...down, lastError: 'Socket: Connection refused' };

/** One look per second. */
function walk(looks: readonly (readonly BirdSession[])[]): SessionRecord {
  let records: ReadonlyMap<string, SessionRecord> = new Map();
  looks.forEach((protocols, second) => {
    const at = (second + 1) * 1000;
    records = nextRecords(records, desired, protocols, {
      monotonicMs: at,
      nowMs: at + 1_000_000,
      serverTime: `2026-01-31 12:00:1${second}.000`,
    });
  });
  const record = records.get('Global_10_0_1_1');
  assert.ok(record !== undefined);
  return record;
}

const cases: readonly {
  readonly name: string;
  readonly looks: readonly (readonly BirdSession[])[];
  readonly expected: Partial<SessionRecord>;
}[] = [
  {
    name: 'BIRD has it not yet -> down, no flap',
    looks: [[]],
    expected: { established: false, sinceMs: 1000, flaps: 0 },
  },
  {
    name: 'found established -> no flap',
    looks: [[up], [up]],
    expected: { established: true, sinceMs: 1000, flaps: 0 },
  },
  { name: 'comes up -> since then', looks: [[down], [down], [up]], expected: { sinceMs: 3000, flaps: 0 } },
  { name: 'lost and back -> one flap', looks: [[up], [down], [up]], expected: { established: true, flaps: 1 } },
  {
    name: 'down and up between two looks -> one flap, since now',
    looks: [[up], [{ ...up, since: '12:00:10.900' }]],
    expected: { established: true, sinceMs: 2000, flaps: 1 },
  },
  {
    name: 'its time written a millisecond off -> no flap',
    looks: [[{ ...up, since: '12:00:00.001' }], [{ ...up, since: '11:59:59.999' }], [{ ...up, since: '12:00:00.001' }]],
    expected: { established: true, sinceMs: 1000, flaps: 0 },
  },
  {
    name: 'its time written as a date -> no flap',
    looks: [[{ ...up, since: '12:00:12' }], [{ ...up, since: '2026-01-30' }]],
    expected: { established: true, sinceMs: 1000, flaps: 0 },
  },
  { name: 'BIRD gone -> lost', looks: [[up], []], expected: { established: false, flaps: 1 } },
  {
    name: 'error, then recovered -> the error stays with the time it was first seen',
    looks: [[refused], [refused], [up]],
    expected: { established: true, lastError: { text: 'Socket: Connection refused', at: 1_001_000 } },
  },
  {
    name: 'another error -> the newest',
    looks: [[refused], [{ ...down, lastError: 'Received: Cease' }]],
    expected: { lastError: { text: 'Received: Cease', at: 1_002_000 } },
  },
];

for (const { name, looks, expected } of cases) {
  test(`session: ${name}`, () => assert.partialDeepStrictEqual(walk(looks), expected));
}

test('session: not wanted any more -> gone', () => {
  const times = { monotonicMs: 1, nowMs: 1, serverTime: '2026-01-31 12:00:10.000' };
  const records = nextRecords(new Map(), desired, [up], times);
  assert.equal(nextRecords(records, [], [up], times).size, 0);
});
