import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IPAMBlock } from '../api/calico.ts';
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { allocateAddress, allocateAddresses, freeAddressCount } from './allocate.ts';
import { newBlock } from './new-block.ts';
import { releaseAddresses, releaseHandle } from './release.ts';
import { nextSequence } from './sequence.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const later = (seconds: number, cooldownSeconds = 60) => ({
  nowMs: nowMs + seconds * 1000,
  cooldownSeconds,
  reserved: [],
});
const owner = (handle: string) => ({ handle, attributes: { pod: handle } });

function allocated(handles: readonly string[]): IPAMBlock {
  let block = newBlock(parseCidr('10.0.0.0/30'), 'node-a', nowMs);
  for (const handle of handles) block = allocateAddresses(block, owner(handle), 1, later(0)).block;
  return block;
}

describe('stored form', () => {
  it('new block with one address: as Calico writes it', () => {
    const { spec } = allocateAddresses(
      newBlock(parseCidr('192.168.1.64/26'), 'node-a', nowMs),
      owner('net.C'),
      1,
      later(0),
    ).block;
    assert.equal(spec.affinity, 'host:node-a');
    assert.deepEqual(spec.allocations, [0, ...Array(63).fill(null)]);
    assert.deepEqual(
      spec.unallocated,
      Array.from({ length: 63 }, (_, index) => index + 1),
    );
    assert.deepEqual(spec.attributes, [{ handle_id: 'net.C', secondary: { pod: 'net.C' } }]);
    assert.deepEqual(spec.sequenceNumberForAllocation, { 0: spec.sequenceNumber });
  });

  it('release with cool-down: the slot keeps only releasedAt, sequence stays, ordinal is not free', () => {
    const { block } = releaseHandle(allocated(['a', 'b']), 'a', later(0));
    assert.deepEqual(block.spec.allocations, [1, 0, null, null]);
    assert.deepEqual(block.spec.attributes, [
      { handle_id: 'b', secondary: { pod: 'b' } },
      { releasedAt: '2026-01-01T00:00:00.000Z' },
    ]);
    assert.deepEqual(block.spec.unallocated, [2, 3]);
    assert.equal(freeAddressCount(block, later(59)), 2);
    assert.equal(freeAddressCount(block, later(60)), 3);
  });

  it('cool-down over: ordinal goes to the end, its sequence number and attribute go, the rest is renumbered', () => {
    const cooling = releaseHandle(allocated(['a', 'b']), 'a', later(0)).block;
    const { block } = allocateAddresses(cooling, owner('c'), 1, later(60));
    assert.deepEqual(block.spec.allocations, [null, 0, 1, null]);
    assert.deepEqual(block.spec.unallocated, [3, 0]);
    assert.deepEqual(Object.keys(block.spec.sequenceNumberForAllocation ?? {}), ['1', '2']);
  });

  it('several cool-downs over at once: longest released first', () => {
    let block = allocated(['a', 'b', 'c']);
    for (const [index, handle] of ['c', 'a', 'b'].entries()) block = releaseHandle(block, handle, later(index)).block;
    assert.deepEqual(allocateAddresses(block, owner('d'), 4, later(100)).ips, [
      '10.0.0.3',
      '10.0.0.2',
      '10.0.0.0',
      '10.0.0.1',
    ]);
  });

  it('sequence numbers beyond 2^53 (from Calico): still grow', () => {
    assert.ok(nextSequence(1_767_225_600_000_000_000) > 1_767_225_600_000_000_000);
    assert.equal(nextSequence(7), 8);
  });
});

describe('release', () => {
  const block = allocated(['a', 'b']);
  const sequence = block.spec.sequenceNumberForAllocation?.['0'] ?? 0;
  const cases = [
    {
      name: 'right handle and sequence',
      release: { ip: '10.0.0.0', handle: 'a', sequenceNumber: sequence },
      outcome: 'released',
    },
    { name: 'no belief', release: { ip: '10.0.0.0' }, outcome: 'released' },
    { name: 'other handle', release: { ip: '10.0.0.0', handle: 'b' }, outcome: 'refused' },
    {
      name: 'stale sequence',
      release: { ip: '10.0.0.0', handle: 'a', sequenceNumber: sequence - 1 },
      outcome: 'refused',
    },
    { name: 'free address', release: { ip: '10.0.0.3' }, outcome: 'absent' },
    { name: 'address of another block', release: { ip: '10.0.0.9' }, outcome: 'absent' },
  ] as const;
  for (const { name, release, outcome } of cases) {
    it(`${name} -> ${outcome}`, () => {
      const ip = parseIp(release.ip);
      const result = releaseAddresses(block, [{ ...release, ip }], later(0));
      assert.deepEqual(result[outcome], [ip]);
      assert.equal(result.block === block, outcome !== 'released');
    });
  }

  it('released twice -> absent the second time', () => {
    const once = releaseAddresses(block, [{ ip: parseIp('10.0.0.0') }], later(0)).block;
    assert.deepEqual(releaseAddresses(once, [{ ip: parseIp('10.0.0.0') }], later(1)).absent, ['10.0.0.0']);
  });
});

describe('wanted address', () => {
  const block = releaseHandle(allocated(['a', 'b']), 'a', later(0)).block;
  it('cooling -> given', () => {
    const outcome = allocateAddress(block, owner('c'), parseIp('10.0.0.0'), later(1));
    assert.ok(outcome !== undefined && 'ips' in outcome);
    assert.equal(outcome.block.spec.attributes[outcome.block.spec.allocations[0] ?? 9]?.handle_id, 'c');
  });
  it('held by another -> its handle is named', () => {
    const outcome = allocateAddress(block, owner('c'), parseIp('10.0.0.1'), later(1));
    assert.deepEqual(outcome, { kind: 'in use', handle: 'b' });
  });
});
