import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameSince } from './is-same-since.ts';

const cases: readonly [before: string, later: string, same: boolean][] = [
  ['12:00:07.123', '12:00:07.123', true],
  ['12:00:07.123', '12:00:07.124', true],
  ['12:00:07.124', '12:00:07.123', true],
  ['12:00:59.999', '12:01:00.000', true],
  ['12:00:07', '12:00:07', true],
  ['12:00:07.123', '12:00:08.700', false],
  ['12:00:07.123', '2026-01-31', true],
  ['2026-01-31', '2026-01-31', true],
  ['2026-01-31', '12:00:07.123', false],
  ['2026-01-31', '2026-02-01', false],
  ['2026-01-31 12:00:07.123', '2026-01-31 12:00:07.124', true],
  ['2026-01-31 23:59:59.999', '2026-02-01 00:00:00.000', true],
  ['2026-01-31 12:00:07.123', '2026-02-01 12:00:07.123', false],
];
for (const [before, later, same] of cases) {
  test(`since ${before}, then ${later}: -> ${same ? 'the same' : 'another time'}`, () => {
    assert.equal(isSameSince(before, later), same);
  });
}
