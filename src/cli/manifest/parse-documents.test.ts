import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseDocuments } from './parse-documents.ts';
import { splitJson } from './split-json.ts';

/** Document number, value or problems with their places, and where the field `b` stands. */
function read(text: string): unknown {
  return parseDocuments(text).map(({ number, value, problems, find }) => {
    const at = find('b');
    return problems.length === 0
      ? [number, value, `${at?.line}:${at?.column}`]
      : [number, ...problems.map(({ message, position }) => `${position?.line}:${position?.column} ${message}`)];
  });
}

describe('parseDocuments', () => {
  const table: readonly [name: string, text: string, seen: unknown][] = [
    ['YAML, empty documents between', '---\n---\n# c\n---\nb: 1\n', [[3, { b: 1 }, '5:1']]],
    ['CRLF', 'a: 1\r\nb: 2\r\n', [[1, { a: 1, b: 2 }, '2:1']]],
    [
      'JSON one behind the other',
      '{"b":1}\n {"a":"}{","b":2}{"b":3}',
      [
        [1, { b: 1 }, '1:2'],
        [2, { a: '}{', b: 2 }, '2:12'],
        [3, { b: 3 }, '2:19'],
      ],
    ],
    [
      'JSON between YAML',
      'b: 1\n---\n{"b": 2}\n---\nb: 3\n',
      [
        [1, { b: 1 }, '1:1'],
        [2, { b: 2 }, '3:2'],
        [3, { b: 3 }, '5:1'],
      ],
    ],
    [
      'broken JSON: said once',
      '{"b":[1}\n{"c":2}',
      [[1, '1:8 Flow sequence in block collection must be sufficiently indented and end with a ]']],
    ],
    ['two keys twice', 'b: 1\nb: 2\nc: 1\nc: 2', [[1, '2:1 duplicate field "b"', '4:1 duplicate field "c"']]],
    [
      'alias of another document',
      'b: &x 1\n---\nb:\n  c: *x\n',
      [
        [1, { b: 1 }, '1:1'],
        [2, '4:6 alias "*x" found, an anchor "&x" before it in the same document needed'],
      ],
    ],
    ['alias of the same document', 'a: &x [1]\nb: *x\n', [[1, { a: [1], b: [1] }, '2:1']]],
  ];
  for (const [name, text, seen] of table)
    test(`${name}: -> ${JSON.stringify(seen)}`, () => assert.deepEqual(read(text), seen));
});

describe('splitJson', () => {
  const whole: readonly string[] = ['', 'a: {}\n', '{a: 1}', '{"a":1} x', '{"a":{}', '{}}', '{"a":"\\"{"}'];
  for (const text of whole) {
    test(`${text}: no row of values -> whole`, () => assert.deepEqual(splitJson(text), [{ start: 0, text }]));
  }
});
