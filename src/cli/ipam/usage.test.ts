import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IPAMBlock, IPPool, IPReservation } from '../../api/calico.ts';
import { formatUsage, poolUsage } from './usage.ts';

const pool = (cidr: string): IPPool => ({ metadata: { name: cidr }, spec: { cidr } });
const block = (cidr: string, allocations: (number | null)[], attributes: object[] = [{}]): IPAMBlock => ({
  metadata: { name: cidr },
  spec: { cidr, allocations, unallocated: [], attributes },
});
const reservation = (...reservedCIDRs: string[]): IPReservation => ({
  metadata: { name: 'r' },
  spec: { reservedCIDRs },
});

test('show --show-blocks: pools, blocks, reservations, cooling addresses -> box of calicoctl', () => {
  const usage = poolUsage(
    [pool('fd00::/64'), pool('10.24.0.0/16')],
    [
      block('10.24.0.64/26', [0, null, 0]),
      block('10.24.0.0/26', [0, 1, null], [{}, { releasedAt: '2026-01-01T00:00:00Z' }]),
    ],
    [reservation('10.24.0.0/30', '10.24.0.1', '10.99.0.0/16')],
  );
  assert.equal(
    formatUsage(usage, true),
    `
+----------+---------------+------------+------------+--------------+-------------------+
| GROUPING |     CIDR      | IPS TOTAL  | IPS IN USE | IPS RESERVED |     IPS FREE      |
+----------+---------------+------------+------------+--------------+-------------------+
| IP Pool  | 10.24.0.0/16  |      65536 | 3 (0%)     | 4 (0%)       | 65529 (100%)      |
| Block    | 10.24.0.0/26  |         64 | 1 (2%)     | 4 (6%)       | 59 (92%)          |
| Block    | 10.24.0.64/26 |         64 | 2 (3%)     | 0 (0%)       | 62 (97%)          |
| IP Pool  | fd00::/64     | 1.8447e+19 | 0 (0%)     | 0 (0%)       | 1.8447e+19 (100%) |
+----------+---------------+------------+------------+--------------+-------------------+
`.trimStart(),
  );
});
