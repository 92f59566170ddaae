import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { hasCode } from '../base/errors.ts';
import { formatSelector, selectorId } from './format-selector.ts';
import { matchSelector } from './match-selector.ts';
import { parseSelector } from './parse-selector.ts';
import type { Labels } from './selector.ts';
import { tokenize } from './tokenize.ts';

const matching: readonly [selector: string, labels: Labels, matches: boolean][] = [
  ['', {}, true],
  ['\t', { app: 'web' }, true],
  ["app == 'web'", { app: 'web' }, true],
  ["app == 'web'", {}, false],
  ["app != 'web'", {}, true],
  ["app not in {'web'}", {}, true],
  ["app notin {'web'}", { app: 'web' }, false],
  ['app in {}', { app: 'web' }, false],
  ['app not in {}', { app: 'web' }, true],
  ["app contains ''", {}, false],
  ["app starts with 'w' && app ends with 'b'", { app: 'web' }, true],
  ['has(a) || has(b) && has(c)', { a: '' }, true],
  ['(has(a) || has(b)) && has(c)', { a: '' }, false],
  ['!has(a) && has(b)', { b: '' }, true],
  ["!app == 'web'", { app: 'db' }, true],
  ["not == 'x'", { not: 'x' }, true],
  ["in in {'in'}", { in: 'in' }, true],
  ["all == 'x'", { all: 'x' }, true],
  ['has(constructor)', {}, false],
  ["toString != 'x'", {}, true],
  ["app in {'a', 'b',}", { app: 'b' }, true],
];

describe('matchSelector', () => {
  for (const [selector, labels, matches] of matching) {
    test(`${selector}: labels ${JSON.stringify(labels)} -> ${matches}`, () => {
      assert.equal(matchSelector(parseSelector(selector), labels), matches);
    });
  }
});

const refused: readonly [selector: string, offset: number][] = [
  ['a', 1],
  ['a = "b"', 2],
  ['a == b', 5],
  ['a == "b', 5],
  ['a == "b" &', 9],
  ['a == "b" && ', 12],
  ['(has(a)', 7],
  ['has(a))', 6],
  ['has()', 0],
  ['has(a) has(b)', 7],
  ['a in "b"', 5],
  ['a in {"b"', 9],
  ['a\n== "b"', 1],
  ['ä == "b"', 0],
  [`${'('.repeat(100_000)}has(a)${')'.repeat(100_000)}`, 200],
];

describe('parseSelector', () => {
  for (const [selector, offset] of refused) {
    test(`${selector.slice(0, 20)}: malformed -> SELECTOR_SYNTAX at offset ${offset}`, () => {
      assert.throws(
        () => parseSelector(selector),
        (error) => hasCode(error, 'SELECTOR_SYNTAX') && error.message.includes(`at offset ${offset}:`),
      );
    });
  }

  test('canonical text: parsed again -> the same text', () => {
    for (const [selector] of matching) {
      const canonical = formatSelector(parseSelector(selector));
      assert.equal(formatSelector(parseSelector(canonical)), canonical);
    }
  });
});

test('selectorId: published vectors -> equal', () => {
  assert.equal(selectorId(parseSelector('all()')), 's:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug');
  assert.equal(selectorId(parseSelector("app=='web'")), 's:oy593DLyi5BRwxLRqXScOfE9YMyW5S4KAhmzFg');
});

interface Conformance {
  readonly evaluate: readonly { selector: string; matches: readonly Labels[]; nonMatches: readonly Labels[] }[];
  readonly reject: readonly string[];
  readonly canonicalise: readonly { input: string; canonical: string; uid?: string }[];
  readonly tokens: readonly { input: string; tokenizes: boolean; tokens?: readonly string[] }[];
}

const conformanceFile = new URL('../../../shared/conformance/selectors.json', import.meta.url);

describe('conformance', { skip: !existsSync(conformanceFile) }, () => {
  const load = (): Conformance => JSON.parse(readFileSync(conformanceFile, 'utf8'));

  test('evaluate: every label set -> the same answer', () => {
    for (const { selector, matches, nonMatches } of load().evaluate) {
      for (const labels of matches) assert.equal(matchSelector(parseSelector(selector), labels), true, selector);
      for (const labels of nonMatches) assert.equal(matchSelector(parseSelector(selector), labels), false, selector);
    }
  });

  test('reject: every text -> refused', () => {
    for (const text of load().reject) assert.throws(() => parseSelector(text), text);
  });

  test('canonicalise: every text -> the same text and id', () => {
    for (const { input, canonical, uid } of load().canonicalise) {
      assert.equal(formatSelector(parseSelector(input)), canonical);
      if (uid !== undefined) assert.equal(selectorId(parseSelector(input)), uid);
    }
  });

  test('tokens: every text -> the same tokens, or refused alike', () => {
    const kindOf = new Map<string, string>();
    for (const { input, tokenizes, tokens = [] } of load().tokens) {
      if (!tokenizes) {
        assert.throws(() => tokenize(input), input);
        continue;
      }
      const own = tokenize(input);
      assert.equal(own.length, tokens.length, input);
      for (const [index, token] of tokens.entries()) {
        const [number = '', ...text] = token.split(':');
        const { kind = '', text: ownText = '' } = own[index] ?? {};
        // Kinds have numbers there and names here; what counts is that they correspond one to one.
        assert.equal(kindOf.get(number) ?? kind, kind, input);
        kindOf.set(number, kind);
        if (text.length > 0) assert.equal(ownText, text.join(':'), input);
      }
    }
    assert.equal(new Set(kindOf.values()).size, kindOf.size);
  });
});
