import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasCode } from '../base/errors.ts';
import { type Port, parsePort } from './port.ts';

const range = (low: number, high = low): Port => ({ kind: 'range', low, high });

const read: readonly [value: string | number, port: Port][] = [
  [80, range(80)],
  ['80', range(80)],
  ['0080', range(80)],
  [0, range(0)],
  ['8000:8080', range(8000, 8080)],
  ['1:65535', range(1, 65_535)],
  ['http', { kind: 'name', name: 'http' }],
  ['8080-tcp', { kind: 'name', name: '8080-tcp' }],
  ['a'.repeat(128), { kind: 'name', name: 'a'.repeat(128) }],
];

const refused: readonly [value: string | number, message: string][] = [
  [65_536, 'cannot unmarshal number 65536 into Go value of type uint16'],
  [-1, 'cannot unmarshal number -1 into Go value of type uint16'],
  [1.5, 'cannot unmarshal number 1.5 into Go value of type uint16'],
  ['65536', 'invalid port number (65536)'],
  ['1:65536', 'invalid maximum port number in range (1:65536)'],
  ['65536:65537', 'invalid minimum port number in range (65536:65537)'],
  ['2:1', 'minimum port number (2) is greater than maximum port number (1) in port range'],
  ['', 'invalid name for named port ()'],
  ['1:', 'invalid name for named port (1:)'],
  ['ht tp', 'invalid name for named port (ht tp)'],
  ['a'.repeat(129), `invalid name for named port (${'a'.repeat(129)})`],
];

describe('parsePort', () => {
  for (const [value, port] of read) {
    test(`${JSON.stringify(value).slice(0, 20)}: -> ${port.kind}`, () => assert.deepEqual(parsePort(value), port));
  }
  for (const [value, message] of refused) {
    test(`${JSON.stringify(value).slice(0, 20)}: -> ${message.slice(0, 60)}`, () =>
      assert.throws(
        () => parsePort(value),
        (error) => hasCode(error, 'NET_BAD_PORT') && error.message === message,
      ));
  }
});
