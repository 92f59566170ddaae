import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from './duration.ts';

const table: readonly [text: string, ms: number | undefined][] = [
  ['0', 0],
  ['15m', 900_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['250ms', 250],
  ['500us', 0.5],
  ['', undefined],
  ['10', undefined],
  ['-1s', undefined],
  ['1s x', undefined],
  ['5d', undefined],
];
for (const [text, ms] of table) {
  test(`duration: "${text}" -> ${ms}`, () => assert.equal(parseDuration(text), ms));
}
