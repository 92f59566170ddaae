import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBgpPassword } from './bgp-password.ts';

const cases: readonly (readonly [string, string | Uint8Array, string | undefined])[] = [
  ['plain -> as it is', 's3cret $x #\\', 's3cret $x #\\'],
  ['line feed at the end -> left out', 's3cret\n', 's3cret'],
  ['line feed of another system -> left out', 's3cret\r\n', 's3cret'],
  ['two line feeds -> one left out', 's3cret\n\n', 's3cret\n'],
  ['a line feed alone -> empty', '\n', ''],
  ['letters of several bytes -> kept', 'pässwörd', 'pässwörd'],
  ['bytes that are no text -> none', new Uint8Array([0xff, 0xfe, 0x41]), undefined],
];

for (const [name, value, expected] of cases) {
  test(`password: ${name}`, () => {
    assert.equal(decodeBgpPassword(Buffer.from(value).toString('base64')), expected);
  });
}
