import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLabelSelector, matchLabelSelector, matchRequirements, parseLabelSelector } from './label-selector.ts';

const labels = { app: 'web', tier: '', 'example.org/a': 'x' };
const table: readonly [text: string, matches: boolean][] = [
  ['', true],
  ['app=web', true],
  ['app==web', true],
  ['app = web', true],
  ['app!=web', false],
  ['other!=web', true],
  ['app in (web, db),tier', true],
  ['app notin (web,db)', false],
  ['other notin (web)', true],
  ['!tier', false],
  ['! other', true],
  ['example.org/a=x,tier=', true],
  ['constructor', false],
];
for (const [text, matches] of table) {
  test(`labelSelector "${text}": app=web -> ${matches}`, () => {
    const requirements = parseLabelSelector(text);
    assert.equal(matchRequirements(requirements, labels), matches);
    const again = parseLabelSelector(formatLabelSelector({ matchExpressions: requirements }));
    assert.deepEqual(again, requirements);
  });
}

for (const text of ['app=web,', '=web', 'app in web', 'a b', 'app in (web', 'app=we b', ',']) {
  test(`labelSelector "${text}": malformed -> refused`, () => {
    assert.throws(() => parseLabelSelector(text), /Cannot read label selector/);
  });
}

test('matchLabelSelector: absent -> nothing, empty -> everything, both parts -> and', () => {
  assert.equal(matchLabelSelector(undefined, labels), false);
  assert.equal(matchLabelSelector({}, labels), true);
  const both = { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'gone', operator: 'Exists' as const }] };
  assert.equal(matchLabelSelector(both, labels), false);
});
