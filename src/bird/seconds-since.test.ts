import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsSince } from './seconds-since.ts';

const now = '2026-03-01 00:10:00.500';
const cases: readonly (readonly [string, string, number | undefined])[] = [
  ['time of day, earlier today -> since then', '00:09:30', 30],
  ['time of day with milliseconds -> whole seconds', '00:09:58.700', 1],
  ['time of day later than now -> of yesterday', '23:59:00', 660],
  ['time of day a moment after now -> 0', '00:10:00.900', 0],
  ['date and time -> since then, over the end of a month', '2026-02-28 00:10:00.500', 86_400],
  ['date alone -> since its midnight', '2026-02-28', 87_000],
  ['time in the future by the clock being set -> 0', '2026-03-01 00:11:00', 0],
  ['no time -> undefined', 'never', undefined],
  ['nothing -> undefined', '', undefined],
];

for (const [name, since, seconds] of cases) {
  test(`since: ${name}`, () => assert.equal(secondsSince(since, now), seconds));
}

test('since: a moment after midnight, asked a moment before -> 0', () => {
  assert.equal(secondsSince('00:00:00.100', '2026-03-01 23:59:59.900'), 0);
});

test('since: no server time -> undefined', () => assert.equal(secondsSince('12:00:00', ''), undefined));
