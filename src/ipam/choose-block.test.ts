import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseCidr } from '../net/cidr.ts';
import { blockNumbered, firstFreeBlock, poolBlockCount } from './choose-block.ts';
import { fnv1, hostStart } from './host-seed.ts';
import { type Pool, readPool } from './pool.ts';

function pool(cidr: string, blockSize: number): Pool {
  const read = readPool({ metadata: { name: 'p' }, spec: { cidr, blockSize } });
  assert.ok(read);
  return read;
}

it('pool 192.168.0.0/16 with /26 blocks: 1024 blocks of 64', () => {
  const wide = pool('192.168.0.0/16', 26);
  assert.equal(poolBlockCount(wide), 1024);
  assert.equal(blockNumbered(wide, 1), '192.168.0.64/26');
  assert.equal(blockNumbered(wide, 1023), '192.168.255.192/26');
});

const cases = [
  { name: 'nothing taken -> block at the start', start: 2, taken: [], reserved: [], block: '10.0.0.32/28' },
  { name: 'start taken -> next', start: 2, taken: ['10.0.0.32/28'], reserved: [], block: '10.0.0.48/28' },
  { name: 'end reached -> wraps', start: 3, taken: ['10.0.0.48/28'], reserved: [], block: '10.0.0.0/28' },
  {
    name: 'bigger block of old size -> passed over',
    start: 0,
    taken: ['10.0.0.0/27'],
    reserved: [],
    block: '10.0.0.32/28',
  },
  {
    name: 'smaller block of old size -> passed over',
    start: 0,
    taken: ['10.0.0.8/30'],
    reserved: [],
    block: '10.0.0.16/28',
  },
  { name: 'block all reserved -> passed over', start: 0, taken: [], reserved: ['10.0.0.0/28'], block: '10.0.0.16/28' },
  {
    name: 'reserved in two halves -> passed over',
    start: 0,
    taken: [],
    reserved: ['10.0.0.0/29', '10.0.0.8/29'],
    block: '10.0.0.16/28',
  },
  { name: 'reserved in part -> taken', start: 0, taken: [], reserved: ['10.0.0.0/29'], block: '10.0.0.0/28' },
  { name: 'reservation holds the pool -> none', start: 1, taken: [], reserved: ['10.0.0.0/8'], block: undefined },
  { name: 'all taken -> none', start: 1, taken: ['10.0.0.0/27', '10.0.0.32/27'], reserved: [], block: undefined },
  {
    name: 'other pools do not matter',
    start: 1,
    taken: ['10.0.1.16/28', 'fd00::/122'],
    reserved: [],
    block: '10.0.0.16/28',
  },
];
for (const { name, start, taken, reserved, block } of cases) {
  it(`firstFreeBlock: ${name}`, () => {
    const small = pool('10.0.0.0/26', 28);
    assert.equal(firstFreeBlock(small, start, taken.map(parseCidr), reserved.map(parseCidr)), block);
  });
}

it('firstFreeBlock: huge IPv6 pool with a huge reservation -> found at once', () => {
  const six = pool('fd00::/48', 122);
  assert.equal(firstFreeBlock(six, 0, [parseCidr('fd00::/122')], [parseCidr('fd00::/100')]), 'fd00::1000:0/122');
});

it('fnv1: published vectors', () => {
  assert.equal(fnv1(''), 0x811c9dc5);
  assert.equal(fnv1('a'), 0x050c5d7e);
  assert.equal(fnv1('foobar'), 0x31f0b262);
});

it('hostStart: 200 similar names over 1024 blocks -> well spread', () => {
  const starts = new Set(Array.from({ length: 200 }, (_, index) => hostStart(`node${index}`, 1024)));
  assert.ok(starts.size > 170, `${starts.size} different starts`);
});
