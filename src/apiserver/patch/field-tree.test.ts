import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { schemaOf } from '../openapi/schema-node.ts';
import { builtInResource } from '../resource.ts';
import { compareFields, fieldsOf } from './field-set.ts';
import {
  type FieldTree,
  formatPath,
  intersectTrees,
  isEmptyTree,
  pathsOf,
  readFieldTree,
  subtractTree,
  uniteTrees,
} from './field-tree.ts';

const seed = 20_263;
const steps = fc.constantFrom('f:a', 'f:b', 'f:c', 'k:{"name":"x"}', 'v:1');
/** Sets of paths, as the texts of the paths and as a tree made one field at a time. */
const sets = fc.uniqueArray(
  fc.array(steps, { minLength: 1, maxLength: 4 }).map((path) => path.join('|')),
  { maxLength: 8 },
);
const treeOf = (paths: readonly string[]): FieldTree =>
  paths.reduce<FieldTree>(
    (tree, path) =>
      uniteTrees(
        tree,
        path.split('|').reduceRight<FieldTree>((below, step) => ({ [step]: below }), {}),
      ),
    {},
  );
const textsOf = (tree: FieldTree) =>
  pathsOf(tree)
    .map((path) => path.join('|'))
    .sort();

test('field sets: union, difference and intersection are those of the paths', () => {
  fc.assert(
    fc.property(sets, sets, (a, b) => {
      assert.deepEqual(textsOf(treeOf(a)), a.toSorted());
      assert.deepEqual(textsOf(uniteTrees(treeOf(a), treeOf(b))), [...new Set([...a, ...b])].sort());
      assert.deepEqual(textsOf(subtractTree(treeOf(a), treeOf(b))), a.filter((path) => !b.includes(path)).sort());
      assert.deepEqual(textsOf(intersectTrees(treeOf(a), treeOf(b))), a.filter((path) => b.includes(path)).sort());
    }),
    { seed, numRuns: 2000 },
  );
});

test('field sets: what is no FieldsV1 -> undefined', () => {
  for (const value of [undefined, null, 1, [], { 'f:a': 1 }, { a: {} }, { 'f:a': { x: {} } }]) {
    assert.equal(readFieldTree(value), undefined);
  }
  assert.deepEqual(readFieldTree({ 'f:a': { '.': {} } }), { 'f:a': { '.': {} } });
});

const pod = schemaOf(builtInResource('Pod'));

test('fields of a pod: keyed lists by item, sets by value, atomic ones whole; conflicts name them readably', () => {
  const fields = fieldsOf(pod, {
    metadata: { finalizers: ['f'], labels: { 'a/b': '1' } },
    spec: {
      containers: [{ name: 'a', ports: [{ containerPort: 1 }], args: ['x', 'y'], env: [] }],
      tolerations: [{ key: 'k' }],
    },
  });
  assert.deepEqual(pathsOf(fields).map(formatPath), [
    '.metadata.finalizers[="f"]',
    '.metadata.labels.a/b',
    '.spec.containers[name="a"]',
    '.spec.containers[name="a"].name',
    '.spec.containers[name="a"].ports[containerPort=1,protocol="TCP"]',
    '.spec.containers[name="a"].ports[containerPort=1,protocol="TCP"].containerPort',
    '.spec.containers[name="a"].args',
    '.spec.containers[name="a"].env',
    '.spec.tolerations',
  ]);
});

const containers = (...images: readonly string[]) => ({
  spec: { containers: images.map((image, index) => ({ name: `c${index}`, image })) },
});
const changes: readonly [name: string, before: object, after: object, changed: string[], removed: string[]][] = [
  ['nothing', containers('a'), containers('a'), [], []],
  ['value in an item', containers('a', 'b'), containers('a', 'c'), ['.spec.containers[name="c1"].image'], []],
  [
    'order of items',
    containers('a', 'b'),
    { spec: { containers: containers('a', 'b').spec.containers.toReversed() } },
    [],
    [],
  ],
  [
    'item gone',
    containers('a', 'b'),
    containers('a'),
    [],
    ['.spec.containers[name="c1"]', '.spec.containers[name="c1"].name', '.spec.containers[name="c1"].image'],
  ],
  ['map appears with a key', {}, { metadata: { labels: { a: '1' } } }, ['.metadata.labels', '.metadata.labels.a'], []],
  [
    'key of a map',
    { metadata: { labels: { a: '1', b: '1' } } },
    { metadata: { labels: { a: '2' } } },
    ['.metadata.labels.a'],
    ['.metadata.labels.b'],
  ],
  [
    'atomic list',
    { spec: { tolerations: [{ key: 'a' }] } },
    { spec: { tolerations: [{ key: 'b' }] } },
    ['.spec.tolerations'],
    [],
  ],
  [
    'list with equal items is taken whole',
    { spec: { containers: [{ name: 'a' }, { name: 'a' }] } },
    { spec: { containers: [{ name: 'a' }, { name: 'a', image: 'x' }] } },
    ['.spec.containers'],
    [],
  ],
  [
    'value becomes another type',
    { spec: { hostname: 'a' } },
    { spec: { hostname: { a: 1 } } },
    ['.spec.hostname.a'],
    [],
  ],
];
for (const [name, before, after, changed, removed] of changes) {
  test(`changes: ${name} -> ${changed.join(' ')} / ${removed.join(' ')}`, () => {
    const found = compareFields(pod, { ...before }, { ...after });
    assert.deepEqual(pathsOf(found.changed).map(formatPath), changed);
    assert.deepEqual(pathsOf(found.removed).map(formatPath), removed);
  });
}

test('changes: from nothing -> what the value sets and its maps; to itself -> none', () => {
  const values = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 });
  fc.assert(
    fc.property(values, values, (a, b) => {
      assert.deepEqual(compareFields(undefined, a, a), { changed: {}, removed: {} });
      const { changed, removed } = compareFields(undefined, a, b);
      assert.ok(isEmptyTree(intersectTrees(changed, removed)));
      assert.ok(isEmptyTree(subtractTree(changed, fieldsOf(undefined, b))), 'only what is there is changed');
    }),
    { seed, numRuns: 500 },
  );
});
