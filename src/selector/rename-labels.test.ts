import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { formatSelector } from './format-selector.ts';
import { parseSelector } from './parse-selector.ts';
import { renameLabels } from './rename-labels.ts';

const cases: readonly [selector: string, renamed: string][] = [
  ['all()', 'all()'],
  ['global()', 'global()'],
  ["app == 'web'", 'pcns.app == "web"'],
  ["!has(a) && (b in {'x'} || c != 'y')", '(!has(pcns.a) && (pcns.b in {"x"} || pcns.c != "y"))'],
];

describe('renameLabels', () => {
  for (const [selector, renamed] of cases) {
    test(`${selector}: prefix pcns. -> ${renamed}`, () =>
      assert.equal(formatSelector(renameLabels(parseSelector(selector), (label) => `pcns.${label}`)), renamed));
  }
});

const conformanceFile = new URL('../../../shared/conformance/selectors.json', import.meta.url);

test('conformance: every visited selector -> the same text', { skip: !existsSync(conformanceFile) }, () => {
  const { prefixVisitor } = JSON.parse(readFileSync(conformanceFile, 'utf8')) as {
    readonly prefixVisitor: readonly { input: string; prefixVisited: string }[];
  };
  for (const { input, prefixVisited } of prefixVisitor) {
    assert.equal(formatSelector(renameLabels(parseSelector(input), (label) => `visited/${label}`)), prefixVisited);
  }
});
