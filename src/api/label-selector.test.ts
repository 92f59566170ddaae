import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatLabelSelector,
  formatRequirement,
  matchLabelSelector,
  matchRequirements,
  parseLabelSelector,
} from './label-selector.ts';

const labels = { app: 'web', tier: '', 'example.org/a': 'x', weight: '10' };
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
  ['weight>9', true],
  ['weight > 10', false],
  ['weight<11', true],
  ['weight<10', false],
  ['app>0', false],
  ['other<1', false],
];
for (const [text, matches] of table) {
  test(`labelSelector "${text}": app=web -> ${matches}`, () => {
    const requirements = parseLabelSelector(text);
    assert.equal(matchRequirements(requirements, labels), matches);
    const again = parseLabelSelector(requirements.map(formatRequirement).join(','));
    assert.deepEqual(again, requirements);
  });
}

for (const text of [
  'app=web,',
  '=web',
  'app in web',
  'a b',
  'app in (web',
  'app=we b',
  ',',
  'a/b/c',
  'A/b',
  `a=${'x'.repeat(64)}`,
  'a>b',
  'a>',
]) {
  test(`labelSelector "${text}": malformed -> refused`, () => {
    assert.throws(() => parseLabelSelector(text), /Cannot read label selector/);
  });
}

test('formatLabelSelector: both parts -> as in kubectl', () => {
  const matchExpressions = [{ key: 'tier', operator: 'NotIn' as const, values: ['a', 'b'] }];
  assert.equal(formatLabelSelector({ matchLabels: { app: 'web' }, matchExpressions }), 'app=web,tier notin (a,b)');
});

test('matchLabelSelector: absent -> nothing, empty -> everything, both parts -> and', () => {
  assert.equal(matchLabelSelector(undefined, labels), false);
  assert.equal(matchLabelSelector({}, labels), true);
  const both = { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'gone', operator: 'Exists' as const }] };
  assert.equal(matchLabelSelector(both, labels), false);
});
