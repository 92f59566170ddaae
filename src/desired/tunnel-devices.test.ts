import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedPool, seedSnapshot } from '../../test/support/seed-cluster.ts';
import { computeNodeState } from './compute.ts';
import { announcedTunnels, usedTunnels } from './tunnel-devices.ts';

const vxlan = seedSnapshot({ vxlan: 'Always' });
const both = ['tunl0', 'vxlan.calico'];

test('tunnels in use: pool with VXLAN, routes by IPIP left over -> both devices', () => {
  const { routes } = computeNodeState(seedSnapshot({ ipip: 'Always' }));
  assert.deepEqual([...usedTunnels(vxlan, routes)].sort(), both);
});

test('tunnels in use: pool without encapsulation -> none', () => {
  const none = seedSnapshot({});
  assert.deepEqual([...usedTunnels(none, computeNodeState(none).routes)], []);
});

test('announced tunnels: address out of a pool, whatever its mode -> its device', () => {
  const snapshot = { ...vxlan, pools: [seedPool('p', '10.24.0.0/16')] };
  assert.deepEqual([...announcedTunnels(snapshot, both)], ['vxlan.calico']);
});

test('announced tunnels: the pool of the address is gone -> none', () => {
  const snapshot = { ...vxlan, pools: [seedPool('p', '10.99.0.0/16')] };
  assert.deepEqual([...announcedTunnels(snapshot, both)], []);
});
