import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileJsonPath } from './json-path.ts';

const data = {
  metadata: { name: 'web', annotations: { 'a.b/c': 'x' }, labels: { a: '1', b: '2' } },
  items: [
    { type: 'Ready', status: 'True', count: 3 },
    { type: 'Other', status: 'False', count: 5 },
  ],
  zero: 0,
  nothing: null,
};

const found: readonly [name: string, path: string, expected: readonly unknown[]][] = [
  ['field', '.metadata.name', ['web']],
  ['field without leading dot', 'metadata.name', ['web']],
  ['braces', '{.metadata.name}', ['web']],
  ['root sign', '$.metadata.name', ['web']],
  ['root alone', '.', [data]],
  ['quoted name', ".metadata.annotations['a.b/c']", ['x']],
  ['double-quoted name', '.metadata.annotations["a.b/c"]', ['x']],
  ['escaped dot', '.metadata.annotations.a\\.b/c', ['x']],
  ['index', '.items[0].type', ['Ready']],
  ['negative index', '.items[-1].type', ['Other']],
  ['index past the end', '.items[7].type', []],
  ['slice', '.items[1:].type', ['Other']],
  ['every item', '.items[*].type', ['Ready', 'Other']],
  ['every member', '.metadata.labels.*', ['1', '2']],
  ['descendants', '..status', ['True', 'False']],
  ['filter equal', '.items[?(@.type=="Ready")].status', ['True']],
  ['filter single quotes and spaces', ".items[?( @.type == 'Ready' )].status", ['True']],
  ['filter unequal', '.items[?(@.type!="Ready")].status', ['False']],
  ['filter by number', '.items[?(@.count>3)].type', ['Other']],
  ['filter by presence', '.items[?(@.count)].type', ['Ready', 'Other']],
  ['zero is a value', '.zero', [0]],
  ['null is a value', '.nothing', [null]],
  ['absent', '.metadata.nothing.here', []],
  ['inherited names are absent', '.metadata.constructor', []],
];

for (const [name, path, expected] of found) {
  test(`json path: ${name} -> ${JSON.stringify(expected).slice(0, 40)}`, () => {
    assert.deepEqual(compileJsonPath(path)(data), expected);
  });
}

for (const path of ['.items[', '.items[x]', '.a b', '.items[?(@.type==Ready)]', '.a..', '{.a']) {
  test(`json path: ${path} -> refused`, () => {
    assert.throws(() => compileJsonPath(path), { code: 'JSON_PATH' });
  });
}
