import assert from 'node:assert/strict';
import { it } from 'node:test';
import { blockName } from '../api/names.ts';
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { addressAt, blockAddressCount, blockHolding, ordinalOf } from './block-address.ts';

const cases = [
  { block: '192.168.1.64/26', name: '192-168-1-64-26', ip: '192.168.1.70', ordinal: 6, count: 64 },
  { block: '10.0.0.0/26', name: '10-0-0-0-26', ip: '10.0.0.0', ordinal: 0, count: 64 },
  { block: '255.255.255.192/26', name: '255-255-255-192-26', ip: '255.255.255.255', ordinal: 63, count: 64 },
  { block: '10.0.0.7/32', name: '10-0-0-7-32', ip: '10.0.0.7', ordinal: 0, count: 1 },
  { block: 'fd00::/122', name: 'fd00---122', ip: 'fd00::3f', ordinal: 63, count: 64 },
];
for (const { block, name, ip, ordinal, count } of cases) {
  it(`${block}: ordinal ${ordinal} <-> ${ip}, name ${name}`, () => {
    const cidr = parseCidr(block);
    assert.equal(blockName(cidr), name);
    assert.equal(addressAt(cidr, ordinal), ip);
    assert.equal(ordinalOf(cidr, parseIp(ip)), ordinal);
    assert.equal(blockHolding(parseIp(ip), Number(block.split('/')[1])), block);
    assert.equal(blockAddressCount(cidr), count);
  });
}

for (const outside of ['192.168.1.63', '192.168.1.128', 'fd00::1', '0.0.0.0']) {
  it(`${outside}: not in 192.168.1.64/26 -> no ordinal`, () => {
    assert.equal(ordinalOf(parseCidr('192.168.1.64/26'), parseIp(outside)), undefined);
  });
}
