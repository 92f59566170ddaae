import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Cidr } from '../net/cidr.ts';
import { all, any, number, operation, word } from './expressions.ts';
import { formatBirdConfiguration } from './format.ts';
import { formatExpression } from './format-expression.ts';
import type { BirdConfiguration } from './model.ts';
import { quotePattern, quoteText } from './quote.ts';
import type { BirdExpression, BirdPrefix } from './statement.ts';

const prefix = (cidr: string, shortest: number, longest: number): BirdPrefix => ({
  cidr: cidr as Cidr,
  shortest,
  longest,
});
const prefixes = (...of: readonly BirdPrefix[]): BirdExpression => ({ kind: 'prefixes', prefixes: of });
const isOne = operation('net.len', '=', number(1));

describe('BIRD expression', () => {
  const good: readonly (readonly [expression: BirdExpression, text: string])[] = [
    [prefixes(prefix('10.0.0.0/8', 8, 8), prefix('10.0.0.0/8', 8, 32)), '[10.0.0.0/8, 10.0.0.0/8+]'],
    [prefixes(prefix('10.0.0.0/8', 0, 8), prefix('10.0.0.0/8', 9, 24)), '[10.0.0.0/8-, 10.0.0.0/8{9,24}]'],
    [prefixes(prefix('fd00::/64', 64, 128), prefix('fd00::/64', 65, 128)), '[fd00::/64+, fd00::/64{65,128}]'],
    [prefixes(prefix('0.0.0.0/0', 0, 0)), '[0.0.0.0/0]'],
    [{ kind: 'path beginning', path: [1, 2] }, '[= 1 2 * =]'],
    [{ kind: 'community', parts: [65535, 0] }, '(65535, 0)'],
    [{ kind: 'community', parts: [4294967295, 0, 1] }, '(4294967295, 0, 1)'],
    [all(isOne, any(isOne, word('same_as'))), '(net.len = 1) && ((net.len = 1) || same_as)'],
    [all(all(isOne)), 'net.len = 1'],
    [all(), 'true'],
    [all(isOne, any()), '(net.len = 1) && false'],
    [{ kind: 'not', of: any(isOne) }, '!(net.len = 1)'],
    [{ kind: 'not', of: word('same_as') }, '!same_as'],
  ];
  for (const [expression, text] of good) {
    test(`${text} -> written so`, () => assert.equal(formatExpression(expression), text));
  }

  const bad: readonly (readonly [name: string, expression: BirdExpression])[] = [
    ['an empty set', prefixes()],
    ['lengths that no network has', prefixes(prefix('10.0.0.0/8', 30, 20))],
    ['a length beyond the family', prefixes(prefix('10.0.0.0/8', 8, 33))],
    ['a number of 33 bits', number(4294967296)],
    ['half a number', number(0.5)],
    ['no number', number(Number.NaN)],
    ['a community of four', { kind: 'community', parts: [1, 2, 3, 4] }],
    ['a community beyond 16 bits', { kind: 'community', parts: [65536, 1] }],
    ['a word with a semicolon', word('accept; reject')],
    ['a name with a space', { kind: 'symbol', name: 'a b' }],
    ['a name of 65 characters', { kind: 'symbol', name: 'a'.repeat(65) }],
    ['text with a quote', { kind: 'text', text: 'a"b' }],
    ['text of two lines', { kind: 'text', text: 'a\nb' }],
  ];
  for (const [name, expression] of bad) {
    test(`${name} -> refused`, () => assert.throws(() => formatExpression(expression), { code: 'BIRD_BAD_TEXT' }));
  }
});

describe('BIRD text', () => {
  test('text: a backslash stands for itself', () => assert.equal(quoteText('a\\b'), '"a\\b"'));
  test('pattern: what cannot be written -> ?, which matches it', () =>
    assert.equal(quotePattern('e"t\\h\n*'), '"e?t?h?*"'));
});

test('BIRD configuration: comments, blocks, filters -> text, and the origin of each line', () => {
  const configuration: BirdConfiguration = {
    parts: [
      {
        comment: ['First', 'break\nout { }'],
        items: [{ kind: 'option', words: ['error wait time', [number(5), number(30)]] }],
      },
      {
        comment: ['Second'],
        origin: 'BGPPeer "rack1"',
        items: [
          {
            kind: 'block',
            head: ['protocol bgp', { kind: 'symbol', name: 'a-b' }],
            items: [
              {
                kind: 'filter',
                role: 'import filter',
                body: [
                  { kind: 'call', name: 'f', values: [word('true')], origin: 'BGPFilter "f"' },
                  {
                    kind: 'if',
                    condition: isOne,
                    body: [{ kind: 'prepend', as: 7 }, { kind: 'accept' }],
                    otherwise: [{ kind: 'reject' }],
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  };
  const { text, originOf } = formatBirdConfiguration(configuration);
  const lines = [
    '# First',
    '# break out { }',
    'error wait time 5, 30;',
    '',
    '# Second',
    "protocol bgp 'a-b' {",
    '  import filter {',
    '    f(true);',
    '    if net.len = 1 then {',
    '      bgp_path.prepend(7);',
    '      accept;',
    '    } else {',
    '      reject;',
    '    }',
    '  };',
    '}',
    '',
  ];
  assert.deepEqual(text.split('\n'), lines);
  assert.deepEqual(
    lines.map((_, i) => originOf(i + 1)),
    [
      ...Array(4).fill(undefined),
      ...Array(3).fill('BGPPeer "rack1"'),
      'BGPFilter "f"',
      ...Array(8).fill('BGPPeer "rack1"'),
      undefined,
    ],
  );
});
