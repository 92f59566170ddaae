import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { runCli } from '../testing/run-cli.ts';

const folder = new URL('../why/testdata/cluster/', import.meta.url);
const documents = ['pods.yaml', 'policies.yaml'].flatMap((file) =>
  parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')).map((document) => document.toJS() as unknown),
);

/** What an engine says of its own mistakes. */
const crash =
  /Cannot read propert|is not a function|is not iterable|is not an? (?:object|string)|circular|Maximum call|undefined/;

/** Paths of everything in a value. */
function* pathsIn(value: unknown, path: readonly (string | number)[] = []): Generator<readonly (string | number)[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const own = [...path, Array.isArray(value) ? Number(key) : key];
    yield own;
    yield* pathsIn(item, own);
  }
}

/** A copy with something else at a path; `undefined` takes it away. */
function replaceAt(value: unknown, [key, ...rest]: readonly (string | number)[], other: unknown): unknown {
  if (key === undefined) return other;
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? ([...value] as never)
    : { ...(value as object) };
  const replaced = replaceAt(copy[key], rest, other);
  if (replaced === undefined && !Array.isArray(copy)) delete copy[key];
  else copy[key] = replaced ?? null;
  return copy;
}

const paths = documents.flatMap((document, index) => [...pathsIn(document)].map((path) => ({ index, path })));
const others = fc.constantFrom<unknown>(
  undefined,
  null,
  '',
  'x',
  0,
  -1,
  70_000,
  true,
  [],
  {},
  [null],
  ['x'],
  { x: null },
  [[]],
);
const commands = [
  ['why', 'shop/api', 'shop/web-1:80'],
  ['why', 'shop/api', 'svc/web.shop'],
  ['why', 'node/node1', 'data/db:sql', '-o', 'json'],
  ['policy', 'matrix', '--port', '80'],
  ['policy', 'chains', 'shop/web-1'],
];

test('why, policy: files with anything anywhere -> an answer or a message, never a crash', async () => {
  const property = fc.asyncProperty(
    fc.constantFrom(...paths),
    others,
    fc.constantFrom(...commands),
    async ({ index, path }, other, command) => {
      const changed = documents.map((document, at) => (at === index ? replaceAt(document, path, other) : document));
      const { err, out, status } = await runCli([...command, '-f', '-'], { input: JSON.stringify(changed) });
      assert.ok([0, 1, 2, 3].includes(status));
      assert.doesNotMatch(err, crash, `${JSON.stringify(path)} = ${JSON.stringify(other)}`);
      assert.doesNotMatch(out, /undefined|\[object|NaN|A defect/, `${JSON.stringify(path)} = ${JSON.stringify(other)}`);
    },
  );
  await fc.assert(property, { seed: 7, numRuns: Number(process.env.FUZZ_RUNS ?? 150) });
});

test('why: any words -> an answer or a message, never a crash', async () => {
  const word = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc
      .array(
        fc.constantFrom('shop', 'web-1', 'api', '/', ':', '.', 'svc', 'pod', 'node', '80', 'http', '[', ']', '::1'),
        { maxLength: 6 },
      )
      .map((parts) => parts.join('')),
  );
  const property = fc.asyncProperty(word, word, async (source, destination) => {
    const argv = ['why', '-f', `${folder.pathname}`, '--', source, destination];
    const { err, status } = await runCli(argv);
    assert.ok([0, 1, 2, 3].includes(status));
    assert.doesNotMatch(err, crash);
  });
  await fc.assert(property, { seed: 8, numRuns: 40 });
});
