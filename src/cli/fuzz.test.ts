import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { WeftError } from '../base/errors.ts';
import { compileTemplate } from './go-template/execute-template.ts';
import { compileJsonPathTemplate } from './json-path-template.ts';
import { decodeText } from './manifest/decode-text.ts';
import { readManifests } from './manifest/read-manifests.ts';

const seed = 42;
const data = { kind: 'List', items: [{ metadata: { name: 'a' } }, 1, null, 'x'] };
const pieces = [
  '{{',
  '}}',
  '{{-',
  '.items',
  'range',
  'end',
  'if',
  'else',
  '$x',
  ':=',
  '|',
  '"a"',
  '(',
  ')',
  ' ',
  'index',
  '.',
  '1',
  'printf',
  '/*',
  '*/',
];
const pathPieces = [
  '{',
  '}',
  '.items',
  '[*]',
  '[',
  ']',
  '?(',
  '@',
  '==',
  '"a"',
  "'",
  'range',
  'end',
  ' ',
  '..',
  '$',
  '\\',
  '-1',
  ':',
  ',',
];
const yamlPieces = [
  'a: ',
  '- ',
  '\n',
  '  ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '&x ',
  '*x',
  '---\n',
  '|',
  '#',
  ': ',
  ',',
  'kind: Pod\n',
  '\t',
  '!!',
  '<<: ',
];

const made = (from: readonly string[]) =>
  fc.oneof(
    fc.array(fc.constantFrom(...from), { maxLength: 30 }).map((parts) => parts.join('')),
    fc.string({ maxLength: 60 }),
  );

/** Runs; an error of this program is fine, any other is not, nor is taking long. */
async function survives(action: () => unknown): Promise<void> {
  const start = performance.now();
  try {
    await action();
  } catch (error) {
    assert.ok(error instanceof WeftError, String(error));
  }
  assert.ok(performance.now() - start < 1000);
}

describe('any text', () => {
  test('go-template: -> output or a clear error', async () => {
    await fc.assert(
      fc.asyncProperty(made(pieces), (text) => survives(() => compileTemplate(text)(data))),
      { seed, numRuns: 2000 },
    );
  });
  test('jsonpath: -> output or a clear error', async () => {
    await fc.assert(
      fc.asyncProperty(made(pathPieces), (text) => survives(() => compileJsonPathTemplate(text)(data))),
      { seed, numRuns: 2000 },
    );
  });
  test('manifest: -> resources or a clear error', async () => {
    const options = { recursive: false, skipEmpty: false };
    const read = (text: string) =>
      survives(() => readManifests(['-'], { readInput: () => Promise.resolve(text) }, options));
    await fc.assert(fc.asyncProperty(made(yamlPieces), read), { seed, numRuns: 1500 });
  });
  test('bytes: -> text or a clear error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), (bytes) => survives(() => decodeText('x', bytes))),
      { seed, numRuns: 500 },
    );
  });
});
