import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasPorts, type Protocol, parseProtocol, protocolNumber } from './protocol.ts';

const cases: readonly [value: string | number, protocol: Protocol | undefined, number?: number, ports?: boolean][] = [
  ['TCP', 'TCP', 6, true],
  ['UDP', 'UDP', 17, true],
  ['SCTP', 'SCTP', 132, true],
  ['ICMPv6', 'ICMPv6', 58, false],
  ['UDPLite', 'UDPLite', 136, false],
  [6, 6, 6, true],
  ['17', 17, 17, true],
  [255, 255, 255, false],
  [0, undefined],
  [256, undefined],
  ['0', undefined],
  ['256', undefined],
  [1.5, undefined],
  [-6, undefined],
  ['', undefined],
  ['tcpfoo', undefined],
  ['tcp', undefined],
  ['UDPLITE', undefined],
  ['99999999999999999999', undefined],
];

describe('parseProtocol', () => {
  for (const [value, protocol, number, ports] of cases) {
    test(`${JSON.stringify(value)}: -> ${protocol}`, () => {
      assert.equal(parseProtocol(value), protocol);
      if (protocol === undefined) return;
      assert.equal(protocolNumber(protocol), number);
      assert.equal(hasPorts(protocol), ports);
    });
  }
});
