import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedNode, seedPool } from '../../test/support/seed-cluster.ts';
import type { IPPool } from '../api/calico.ts';
import { splitFinalizer } from '../api/ip-pool.ts';
import { neededTunnelAddresses } from './node-tunnels.ts';

const cases: readonly {
  readonly name: string;
  readonly pools: readonly IPPool[];
  readonly needs: readonly string[];
}[] = [
  { name: 'no encapsulation', pools: [seedPool('a', '10.24.0.0/16')], needs: [] },
  {
    name: 'one ipip pool',
    pools: [seedPool('a', '10.24.0.0/16', { ipipMode: 'CrossSubnet' })],
    needs: ['ipipTunnelAddress ipip-tunnel-addr-node1 a'],
  },
  {
    name: 'vxlan in both families',
    pools: [
      seedPool('six', 'fd00::/48', { vxlanMode: 'Always' }),
      seedPool('four', '10.24.0.0/16', { vxlanMode: 'Always' }),
    ],
    needs: ['vxlanTunnelAddress vxlan-tunnel-addr-node1 four', 'vxlanV6TunnelAddress vxlan-v6-tunnel-addr-node1 six'],
  },
  {
    name: 'pools for pods only, disabled, for other nodes',
    pools: [
      seedPool('a', '10.1.0.0/16', { vxlanMode: 'Always', allowedUses: ['Workload'] }),
      seedPool('b', '10.2.0.0/16', { vxlanMode: 'Always', disabled: true }),
      seedPool('c', '10.3.0.0/16', { vxlanMode: 'Always', nodeSelector: 'rack == "b"' }),
      seedPool('d', '10.4.0.0/16', { vxlanMode: 'CrossSubnet', nodeSelector: 'all()' }),
    ],
    needs: ['vxlanTunnelAddress vxlan-tunnel-addr-node1 d'],
  },
  {
    name: 'only a disabled pool: the device stays, nothing to ask for',
    pools: [seedPool('b', '10.2.0.0/16', { ipipMode: 'Always', disabled: true })],
    needs: ['ipipTunnelAddress ipip-tunnel-addr-node1 '],
  },
];
for (const { name, pools, needs } of cases) {
  test(`tunnel addresses: ${name} -> ${needs.length} needed`, () => {
    const found = neededTunnelAddresses(pools, 'node1', seedNode('node1', {}));
    assert.deepEqual(
      found.map((need) => `${need.type} ${need.handle} ${need.pools.map((pool) => pool.name).join()}`),
      needs,
    );
  });
}

test('tunnel addresses: pool being split, one part made -> addresses of the whole are kept, new ones come from the part', () => {
  const part = seedPool('part', '10.2.0.0/17', { ipipMode: 'Always' });
  const whole = seedPool('whole', '10.2.0.0/16', { ipipMode: 'Always' });
  const going = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [splitFinalizer] };
  const split = { ...whole, metadata: { ...whole.metadata, ...going } };
  const [need] = neededTunnelAddresses([split, part], 'node1', seedNode('node1', {}));
  const names = [need?.pools, need?.splitPools].map((pools) => pools?.map(({ name }) => name));
  assert.deepEqual(names, [['part'], ['whole']]);
});
