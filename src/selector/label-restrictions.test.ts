import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type LabelRestriction, labelRestrictions } from './label-restrictions.ts';
import { matchSelector } from './match-selector.ts';
import { parseSelector } from './parse-selector.ts';

type Restrictions = Readonly<Record<string, LabelRestriction>>;

const cases: readonly [selector: string, restrictions: Restrictions][] = [
  ['all()', {}],
  ["app != 'web'", {}],
  ["!(app == 'web')", {}],
  ["app starts with 'w'", { app: { mustBePresent: true } }],
  ['!has(app)', { app: { mustBeAbsent: true } }],
  ['app in {}', { app: { mustBePresent: true, mustHaveOneOfValues: [] } }],
  ["app == 'b' || app == 'a'", { app: { mustBePresent: true, mustHaveOneOfValues: ['a', 'b'] } }],
  ["app == 'a' || has(app)", { app: { mustBePresent: true } }],
  ["app == 'a' || zone == 'z'", {}],
  ["(app == 'a' || app == 'b') && app in {'b', 'c'}", { app: { mustBePresent: true, mustHaveOneOfValues: ['b'] } }],
  ['has(app) || !has(app)', {}],
  [
    "has(a) && app contains 'x' && !has(b)",
    { a: { mustBePresent: true }, app: { mustBePresent: true }, b: { mustBeAbsent: true } },
  ],
];

describe('labelRestrictions', () => {
  for (const [selector, restrictions] of cases) {
    test(`${selector}: -> ${JSON.stringify(restrictions)}`, () =>
      assert.deepEqual(Object.fromEntries(labelRestrictions(parseSelector(selector))), restrictions));
  }

  test('restrictions: of every selector that matches a label set -> kept by that set', () => {
    const sets = [{}, { app: 'a' }, { app: 'b', zone: 'z' }, { app: 'wx', a: '' }, { b: '1' }];
    for (const [text] of cases) {
      const selector = parseSelector(text);
      for (const labels of sets.filter((set) => matchSelector(selector, set))) {
        for (const [label, restriction] of labelRestrictions(selector)) {
          const value = (labels as Record<string, string>)[label];
          if (restriction.mustBePresent) assert.notEqual(value, undefined, text);
          if (restriction.mustBeAbsent) assert.equal(value, undefined, text);
          if (restriction.mustHaveOneOfValues !== undefined) {
            assert.ok(restriction.mustHaveOneOfValues.includes(value ?? ''), text);
          }
        }
      }
    }
  });
});

const conformanceFile = new URL('../../../shared/conformance/selectors.json', import.meta.url);

test('conformance: restrictions of every selector -> equal', { skip: !existsSync(conformanceFile) }, () => {
  const { labelRestrictions: entries } = JSON.parse(readFileSync(conformanceFile, 'utf8')) as {
    readonly labelRestrictions: readonly { selector: string; restrictions: Restrictions | null }[];
  };
  for (const { selector, restrictions } of entries) {
    assert.deepEqual(Object.fromEntries(labelRestrictions(parseSelector(selector))), restrictions ?? {}, selector);
  }
});
