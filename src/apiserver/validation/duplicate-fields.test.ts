import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { duplicateFields } from './duplicate-fields.ts';

const json = 'application/json';
const yaml = 'application/yaml';
const cases: readonly [name: string, mediaType: string, text: string, found: readonly string[]][] = [
  ['none', json, '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}', []],
  ['at the root', json, '{"a":1,"b":2,"a":3}', ['a']],
  ['below', json, '{"spec":{"replicas":1,"x":{},"replicas":2}}', ['spec.replicas']],
  ['in a list', json, '{"c":[1,[{}],{"i":"a","i":"b"}]}', ['c[2].i']],
  ['three times -> once', json, '{"a":1,"a":2,"a":3}', ['a']],
  ['values that look like keys', json, '{"a":"b","b":"a","c":"{\\"a\\":1,\\"a\\":2}"}', []],
  ['escaped quotes and backslashes', json, '{"a\\\\":1,"a\\"":2,"\\u0061":3,"a":4}', ['a']],
  ['spaces', json, '{ "a" : 1 ,\n "a" : 2 }', ['a']],
  ['JSON under a YAML type', yaml, ' {"a":1,"a":2}', ['a']],
  [
    'YAML',
    yaml,
    'spec:\n  replicas: 1\n  list:\n  - x: 1\n    x: 2\n  replicas: 2\n',
    ['spec.list[0].x', 'spec.replicas'],
  ],
  ['YAML without', yaml, 'a: 1\nb: &x {a: 1}\nc: *x\n', []],
  ['broken text', json, '{"a":"', []],
  ['a list as the body', json, '[{"op":"add","op":"x"}]', ['[0].op']],
];
for (const [name, mediaType, text, found] of cases) {
  test(`duplicate fields: ${name} -> ${JSON.stringify(found)}`, () =>
    assert.deepEqual(duplicateFields({ mediaType, text }), found));
}

test('duplicate fields: whatever JSON.stringify writes -> none', () => {
  fc.assert(
    fc.property(fc.json(), (text) => assert.deepEqual(duplicateFields({ mediaType: json, text }), [])),
    { seed: 7, numRuns: 500 },
  );
});

test('duplicate fields: 3 MB of JSON -> in less than 0.3 s', () => {
  const item = { name: 'x'.repeat(20), labels: { a: 'b', c: 'd\\"' }, n: [1, 2, 3] };
  const text = JSON.stringify({ items: Array.from({ length: 40_000 }, () => item) });
  const started = performance.now();
  assert.deepEqual(duplicateFields({ mediaType: json, text }), []);
  assert.ok(performance.now() - started < 300, `${text.length} bytes in ${performance.now() - started} ms`);
});
