import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IPPool } from './calico.ts';
import { poolConflict } from './pool-conflict.ts';
import { tierDeletionProblem } from './tier-deletion.ts';

const pool = (name: string, cidr: string, blockSize?: number): IPPool => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'IPPool',
  metadata: { name },
  spec: { cidr, ...(blockSize !== undefined && { blockSize }) },
});
const block = (cidr: string) => ({ spec: { cidr, allocations: [], unallocated: [], attributes: [] } });

const conflicts: readonly [
  name: string,
  pool: IPPool,
  pools: IPPool[],
  blocks: string[],
  reason: RegExp | undefined,
][] = [
  ['nothing there', pool('a', '10.0.0.0/16'), [], [], undefined],
  ['itself', pool('a', '10.0.0.0/16'), [pool('a', '10.0.0.0/16')], [], undefined],
  ['beside others', pool('a', '10.0.0.0/16'), [pool('b', '10.1.0.0/16')], ['10.1.0.0/26'], undefined],
  [
    'inside another',
    pool('a', '10.0.1.0/24'),
    [pool('b', '10.0.0.0/16')],
    [],
    /IPPool\(a\) CIDR overlaps with IPPool\(b\) CIDR 10\.0\.0\.0\/16/,
  ],
  ['blocks of its size', pool('a', '10.0.0.0/16'), [], ['10.0.0.64/26'], undefined],
  [
    'blocks of another size',
    pool('a', '10.0.0.0/16', 28),
    [],
    ['10.0.0.64/26'],
    /block size 28.*existing block 10\.0\.0\.64\/26/,
  ],
  ['IPv6 blocks of the default size', pool('a', 'fd00::/64'), [], ['fd00::/122'], undefined],
  ['CIDR that is none', pool('a', 'x'), [pool('b', '10.0.0.0/16')], [], undefined],
];
for (const [name, own, pools, blocks, reason] of conflicts) {
  test(`pool conflict: ${name} -> ${reason?.source ?? 'none'}`, () => {
    const found = poolConflict(own, pools, blocks.map(block));
    if (reason === undefined) assert.equal(found, undefined);
    else assert.match(found?.reason ?? '', reason);
  });
}

const deletions: readonly [name: string, tiers: (string | undefined)[], problem: string | undefined][] = [
  ['mine', [], undefined],
  ['mine', ['other', undefined], undefined],
  ['mine', ['mine'], 'Cannot delete a non-empty tier'],
  ['default', [], 'Cannot delete default tier'],
  ['kube-admin', [], 'Cannot delete kube-admin tier'],
];
for (const [name, tiers, problem] of deletions) {
  test(`tier deletion: ${name} with policies in ${JSON.stringify(tiers)} -> ${problem ?? 'allowed'}`, () =>
    assert.equal(tierDeletionProblem(name, tiers), problem));
}
