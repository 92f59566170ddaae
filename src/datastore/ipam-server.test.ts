import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestServer } from '../../test/support/test-server.ts';
import { ipamBlocks, ipamConfigurations, ipPools } from '../api/kinds.ts';
import { silentLogger } from '../base/log.ts';
import { heldAddresses } from '../ipam/held-address.ts';
import type { HttpCluster } from './http-cluster.ts';
import { IpamAllocator } from './ipam-allocator.ts';
import { WatchCache } from './watch-cache.ts';

async function host(t: TestContext, cluster: HttpCluster, name: string): Promise<IpamAllocator> {
  const blocks = new WatchCache(cluster, ipamBlocks);
  const pools = new WatchCache(cluster, ipPools);
  const configurations = new WatchCache(cluster, ipamConfigurations);
  t.after(() => Promise.all([blocks, pools, configurations].map((cache) => cache.stop())));
  await Promise.all([blocks, pools, configurations].map((cache) => cache.start()));
  const view = {
    pools: () => pools.items(),
    blocks: () => blocks.items(),
    node: () => ({ metadata: { name } }),
    namespace: () => undefined,
    configuration: () => configurations.get('default'),
    reservations: () => [],
  };
  const clock = { now: () => Date.now(), monotonicMs: () => performance.now(), sleep: (ms: number) => sleep(ms) };
  return new IpamAllocator(cluster, view, { node: name, clock, random: Math.random, logger: silentLogger });
}

const ask = (handle: string) => ({
  handle,
  attributes: { pod: handle, namespace: 'default' },
  use: 'Workload' as const,
  count4: 1,
  count6: 0,
});

test('API server: 6 hosts, pool smaller than the demand, 600 assignments and releases -> one owner each, nothing lost', async (t) => {
  const server = await startTestServer();
  t.after(() => server.stop());
  const admin = server.connect();
  await admin.create(ipPools, { metadata: { name: 'default' }, spec: { cidr: '10.24.0.0/25', blockSize: 28 } });
  await admin.create(ipamConfigurations, { metadata: { name: 'default' }, spec: { ipCooldownSeconds: 0 } });
  const hosts = await Promise.all(Array.from({ length: 6 }, (_, index) => host(t, server.connect(), `node${index}`)));
  const owners = new Map<string, string>();
  let full = 0;
  const live = async (allocator: IpamAllocator, who: string): Promise<void> => {
    for (let round = 0; round < 20; round++) {
      const handle = `${who}-${round}`;
      try {
        const { v4 } = await allocator.assign(ask(handle));
        const ip = v4[0]?.ip ?? '';
        assert.equal(owners.get(ip), undefined, `${ip} of ${owners.get(ip)} given to ${handle}`);
        owners.set(ip, handle);
        await sleep(Math.random() * 4);
        owners.delete(ip);
        await allocator.releaseByHandle(handle);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'IPAM_NO_FREE_ADDRESS')) throw error;
        full++;
      }
    }
  };
  await Promise.all(
    hosts.flatMap((one, index) => Array.from({ length: 5 }, (_, pod) => live(one, `h${index}p${pod}`))),
  );
  const { items } = await admin.list(ipamBlocks);
  assert.deepEqual(heldAddresses(items), []);
  assert.ok(items.every((block) => block.spec.unallocated.length === 16));
  assert.ok(full < 300, `${full} refusals`);
});

test('API server: 200 pods at once on one node -> 4 blocks, few writes, each address once', async (t) => {
  const server = await startTestServer();
  t.after(() => server.stop());
  const cluster = server.connect();
  await cluster.create(ipPools, { metadata: { name: 'default' }, spec: { cidr: '10.24.0.0/16' } });
  const node = await host(t, cluster, 'node1');
  const started = performance.now();
  const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => node.assign(ask(`pod${index}`))));
  t.diagnostic(`200 addresses in ${Math.round(performance.now() - started)} ms`);
  assert.equal(new Set(answers.map(({ v4 }) => v4[0]?.ip)).size, 200);
  const { items } = await cluster.list(ipamBlocks);
  assert.equal(items.length, 4);
  const stored = heldAddresses(items).map(({ ip }) => ip);
  assert.deepEqual(new Set(stored), new Set(answers.map(({ v4 }) => v4[0]?.ip)));
});
