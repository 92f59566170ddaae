import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IPAMConfiguration, IPPool, IPReservation } from '../api/calico.ts';
import type { Node } from '../api/core.ts';
import { hasCode } from '../base/errors.ts';
import { silentLogger } from '../base/log.ts';
import { parseIp } from '../net/ip.ts';
import { type AssignRequest, IpamAllocator } from './ipam-allocator.ts';
import { MemoryBlocks } from './testing/memory-blocks.ts';

const start = Date.parse('2026-01-01T00:00:00Z');

interface World {
  readonly store: MemoryBlocks;
  nowMs: number;
  pools: IPPool[];
  configuration: IPAMConfiguration['spec'];
  reserved: string[];
  host(name: string, labels?: Record<string, string>): IpamAllocator;
}

function world(pools: IPPool[] = [pool('default', '10.0.0.0/24', { blockSize: 28 })]): World {
  const store = new MemoryBlocks();
  const self: World = {
    store,
    nowMs: start,
    pools,
    configuration: { ipCooldownSeconds: 0 },
    reserved: [],
    host: (name, labels = {}) => {
      const node: Node = { metadata: { name, labels } };
      const reservation = (): IPReservation => ({ metadata: { name: 'r' }, spec: { reservedCIDRs: self.reserved } });
      const view = {
        pools: () => self.pools,
        blocks: () => store.list(),
        node: () => node,
        namespace: (namespace: string) => ({ metadata: { name: namespace, labels: { team: namespace } } }),
        configuration: () => ({ metadata: { name: 'default' }, spec: self.configuration }),
        reservations: () => [reservation()],
      };
      const clock = { now: () => self.nowMs, monotonicMs: () => self.nowMs, sleep: async () => {} };
      const cluster = store.client(() => new Promise((resolve) => setImmediate(resolve)));
      return new IpamAllocator(cluster, view, { node: name, clock, random: () => 0.5, logger: silentLogger });
    },
  };
  return self;
}

function pool(name: string, cidr: string, spec: Partial<IPPool['spec']> = {}): IPPool {
  return { metadata: { name }, spec: { cidr, ...spec } };
}

function one(handle: string, more: Partial<AssignRequest> = {}): AssignRequest {
  return { handle, attributes: { pod: handle }, use: 'Workload', namespace: 'default', count4: 1, count6: 0, ...more };
}

const v6pool = pool('six', 'fd00::/112', { blockSize: 124 });

describe('assign: order and reuse', () => {
  it('100 concurrent requests on one node: every address once, few writes', async () => {
    const { store, host } = world([pool('default', '10.0.0.0/16')]);
    const node = host('node1');
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => node.assign(one(`pod${i}`))));
    assert.equal(new Set(answers.map((answer) => answer.v4[0]?.ip)).size, 100);
    assert.equal(store.blocks.size, 2);
    assert.ok(store.writes <= 4, `${store.writes} writes`);
  });

  it('first address of a node: block claimed and address taken in one write', async () => {
    const { store, host } = world();
    const { v4 } = await host('node1').assign(one('pod1'));
    assert.equal(store.writes, 1);
    const [block] = store.list();
    assert.equal(block?.spec.affinity, 'host:node1');
    assert.equal(block?.spec.cidr, v4[0]?.block);
    assert.deepEqual(block?.spec.attributes, [{ handle_id: 'pod1', secondary: { pod: 'pod1' } }]);
  });

  it('freed address: used again last', async () => {
    const { host } = world([pool('default', '10.0.0.0/28', { blockSize: 28 })]);
    const node = host('node1');
    const ips: (string | undefined)[] = [];
    for (let i = 0; i < 18; i++) {
      const { v4 } = await node.assign(one(`pod${i}`));
      ips.push(v4[0]?.ip);
      await node.releaseByHandle(`pod${i}`);
    }
    assert.equal(new Set(ips.slice(0, 16)).size, 16);
    assert.deepEqual(ips.slice(16), ips.slice(0, 2));
  });

  it('configured cool-down: a freed address stays away until it is over', async () => {
    const w = world([pool('default', '10.0.0.0/32', { blockSize: 32 })]);
    w.configuration = { ipCooldownSeconds: 60 };
    const node = w.host('node1');
    await node.assign(one('a'));
    await node.releaseByHandle('a');
    w.nowMs += 59_000;
    await assert.rejects(node.assign(one('b')), { code: 'IPAM_NO_FREE_ADDRESS' });
    w.nowMs += 1_000;
    await node.assign(one('b'));
  });

  it('cool-down not configured: given up when nothing else is free', async () => {
    const w = world([pool('default', '10.0.0.0/31', { blockSize: 31 })]);
    w.configuration = {};
    const node = w.host('node1');
    const { v4 } = await node.assign(one('a'));
    await node.releaseByHandle('a');
    const other = await node.assign(one('b'));
    assert.notEqual(other.v4[0]?.ip, v4[0]?.ip);
    assert.equal((await node.assign(one('c'))).v4[0]?.ip, v4[0]?.ip);
  });
});

describe('assign: beyond the own blocks', () => {
  it('other node owns the last block: borrowed; strict affinity: refused as Calico words it', async () => {
    const w = world([pool('default', '10.0.0.0/28', { blockSize: 28 })]);
    await w.host('node1').assign(one('a'));
    const borrowed = await w.host('node2').assign(one('b'));
    assert.equal(borrowed.v4[0]?.block, '10.0.0.0/28');
    w.configuration = { strictAffinity: true, ipCooldownSeconds: 0 };
    await assert.rejects(w.host('node3').assign(one('c')), {
      code: 'IPAM_NO_FREE_ADDRESS',
      message:
        /^failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No more free affine blocks and strict affinity enabled/,
    });
  });

  it('empty block of another node: taken over once it is a minute old', async () => {
    const w = world([pool('default', '10.0.0.0/28', { blockSize: 28 })]);
    w.configuration = { strictAffinity: true, ipCooldownSeconds: 0 };
    await w.host('node1').claimBlockAhead();
    await assert.rejects(w.host('node2').assign(one('a')), { code: 'IPAM_NO_FREE_ADDRESS' });
    w.nowMs += 60_000;
    await w.host('node2').assign(one('a'));
    assert.equal(w.store.list()[0]?.spec.affinity, 'host:node2');
  });

  it('block limit: borrows, and says so when there is nothing to borrow', async () => {
    const w = world([pool('default', '10.0.0.0/24', { blockSize: 31 })]);
    w.configuration = { maxBlocksPerHost: 1, ipCooldownSeconds: 0 };
    const node = w.host('node1');
    await node.assign(one('a', { count4: 2 }));
    await assert.rejects(node.assign(one('b')), {
      code: 'IPAM_BLOCK_LIMIT',
      message: /per host block limit: node node1 owns 1 of 1/,
    });
    const other = await w.host('node2').assign(one('c'));
    assert.equal((await node.assign(one('b'))).v4[0]?.block, other.v4[0]?.block);
  });
});

describe('assign: all or nothing', () => {
  it('reserved addresses: never assigned, unless asked for by address', async () => {
    const w = world([pool('default', '10.0.0.0/29', { blockSize: 29 })]);
    w.reserved = ['10.0.0.0/30', '10.0.0.5'];
    const node = w.host('node1');
    const { v4 } = await node.assign(one('a', { count4: 3 }));
    assert.deepEqual(
      v4.map((address) => address.ip),
      ['10.0.0.4', '10.0.0.6', '10.0.0.7'],
    );
    await assert.rejects(node.assign(one('b')), { code: 'IPAM_NO_FREE_ADDRESS' });
    await node.assignSpecific({ ip: parseIp('10.0.0.5'), handle: 'c', attributes: {} });
  });

  it('dual stack: both or none', async () => {
    const w = world([pool('four', '10.0.0.0/24', { blockSize: 28 }), v6pool]);
    const node = w.host('node1');
    const both = await node.assign(one('a', { count6: 1 }));
    assert.match(both.v6[0]?.ip ?? '', /^fd00::/);
    w.pools = w.pools.slice(0, 1);
    await assert.rejects(node.assign(one('b', { count6: 1 })), {
      code: 'IPAM_NO_POOL',
      message: /^failed to request IPv6 addresses: Assigned 0 out of 1 .*no configured Calico pools for node node1/,
    });
    assert.deepEqual(node.addressesOfHandle('b'), []);
  });

  it('more than there is: nothing is kept', async () => {
    const w = world([pool('default', '10.0.0.0/30', { blockSize: 31 })]);
    const node = w.host('node1');
    await assert.rejects(node.assign(one('a', { count4: 5 })), { message: /Assigned 4 out of 5/ });
    assert.deepEqual(node.addressesOfHandle('a'), []);
    await node.assign(one('b', { count4: 4 }));
  });

  it('release while the request is in flight: waits and releases', async () => {
    const { host, store } = world();
    const node = host('node1');
    const assigning = node.assign(one('a'));
    assert.equal((await node.releaseByHandle('a')).length, 1);
    await assigning;
    assert.ok(store.list()[0]?.spec.allocations.every((slot) => slot === null));
  });
});

describe('pools', () => {
  const pools = [
    pool('a-zone', '10.1.0.0/24', { nodeSelector: 'zone == "a"' }),
    pool('b-team', '10.2.0.0/24', { namespaceSelector: 'team == "blue"' }),
    pool('c-manual', '10.3.0.0/24', { assignmentMode: 'Manual' }),
    pool('d-off', '10.4.0.0/24', { disabled: true }),
    pool('e-tunnel', '10.5.0.0/24', { allowedUses: ['Tunnel'] }),
  ];
  const cases: {
    name: string;
    labels?: Record<string, string>;
    ask: Partial<AssignRequest>;
    from?: string;
    code?: string;
  }[] = [
    { name: 'node label matches -> that pool', labels: { zone: 'a' }, ask: {}, from: '10.1.0' },
    { name: 'namespace label matches -> that pool', ask: { namespace: 'blue' }, from: '10.2.0' },
    { name: 'tunnel use -> tunnel pool', ask: { use: 'Tunnel' }, from: '10.5.0' },
    { name: 'manual pool by name -> taken', ask: { pools4: ['c-manual'] }, from: '10.3.0' },
    { name: 'pool by CIDR -> taken', ask: { pools4: ['10.3.0.0/24'] }, from: '10.3.0' },
    { name: 'selectors are ignored for a pool asked for', ask: { pools4: ['a-zone'] }, from: '10.1.0' },
    { name: 'nothing matches -> IPAM_NO_POOL', ask: {}, code: 'IPAM_NO_POOL' },
    { name: 'disabled pool asked for -> IPAM_POOL_UNUSABLE', ask: { pools4: ['d-off'] }, code: 'IPAM_POOL_UNUSABLE' },
    { name: 'wrong use -> IPAM_POOL_UNUSABLE', ask: { pools4: ['e-tunnel'] }, code: 'IPAM_POOL_UNUSABLE' },
    { name: 'unknown pool -> IPAM_UNKNOWN_POOL', ask: { pools4: ['nope'] }, code: 'IPAM_UNKNOWN_POOL' },
    {
      name: 'other IP version -> IPAM_UNKNOWN_POOL',
      ask: { count4: 0, count6: 1, pools6: ['a-zone'] },
      code: 'IPAM_UNKNOWN_POOL',
    },
  ];
  for (const { name, labels, ask, from, code } of cases) {
    it(name, async () => {
      const assigning = world(pools).host('node1', labels).assign(one('x', ask));
      if (code !== undefined) return assert.rejects(assigning, { code });
      assert.ok((await assigning).v4[0]?.ip.startsWith(`${from}.`));
    });
  }
});

describe('assignSpecific', () => {
  const ip = parseIp('10.0.0.20');
  const ask = (handle: string, address = ip) => ({ ip: address, handle, attributes: {} });

  it('free address: its block is claimed; same handle again: same address', async () => {
    const { host, store } = world();
    const node = host('node1');
    assert.deepEqual(await node.assignSpecific(ask('a')), { ip, block: '10.0.0.16/28' });
    assert.deepEqual(await node.assignSpecific(ask('a')), { ip, block: '10.0.0.16/28' });
    assert.equal(store.writes, 1);
  });

  it('taken -> IPAM_ADDRESS_IN_USE, outside -> IPAM_OUTSIDE_POOLS, strict -> IPAM_STRICT_AFFINITY', async () => {
    const w = world();
    const node = w.host('node1');
    await node.assignSpecific(ask('a'));
    await assert.rejects(node.assignSpecific(ask('b')), { code: 'IPAM_ADDRESS_IN_USE', message: /handle a/ });
    await assert.rejects(node.assignSpecific(ask('b', parseIp('10.9.0.1'))), { code: 'IPAM_OUTSIDE_POOLS' });
    w.configuration = { strictAffinity: true };
    const neighbour = w.host('node2').assignSpecific(ask('b', parseIp('10.0.0.21')));
    await assert.rejects(neighbour, { code: 'IPAM_STRICT_AFFINITY', message: /belongs to node node1/ });
  });
});

describe('release', () => {
  it('handle without addresses: success; address given anew: refused', async () => {
    const w = world([pool('default', '10.0.0.0/32', { blockSize: 32 })]);
    const node = w.host('node1');
    assert.deepEqual(await node.releaseByHandle('nobody'), []);
    const ip = parseIp('10.0.0.0');
    await node.assign(one('a'));
    await node.releaseByHandle('a');
    await node.assign(one('b'));
    assert.deepEqual(await node.releaseAddresses([{ ip, handle: 'a' }]), { released: [], absent: [], refused: [ip] });
    const sequenceNumber = (w.store.list()[0]?.spec.sequenceNumberForAllocation?.['0'] ?? 0) - 1;
    assert.deepEqual((await node.releaseAddresses([{ ip, sequenceNumber }])).refused, [ip]);
    assert.deepEqual((await node.releaseAddresses([{ ip, handle: 'b' }])).released, [ip]);
    assert.deepEqual((await node.releaseAddresses([{ ip }])).absent, [ip]);
  });

  it('answer of the write lost: the release reads the block and finds the address', async () => {
    const w = world();
    const node = w.host('node1');
    const put = w.store.put.bind(w.store);
    w.store.put = (block, mustExist) => {
      put(block, mustExist);
      w.store.put = put;
      throw Object.assign(new Error('reset'), { code: 'API_UNREACHABLE' });
    };
    await assert.rejects(node.assign(one('a')), (error) => !hasCode(error, 'API_CONFLICT'));
    assert.equal((await node.releaseByHandle('a')).length, 1);
  });
});

describe('claimBlockAhead', () => {
  it('no room -> a block; room -> nothing; concurrent calls -> one block', async () => {
    const { host, store } = world();
    const node = host('node1');
    await Promise.all([node.claimBlockAhead(), node.claimBlockAhead()]);
    await node.claimBlockAhead();
    assert.equal(store.writes, 1);
    await node.assign(one('a', { count4: 13 }));
    await node.claimBlockAhead();
    assert.equal(store.blocks.size, 2);
  });

  it('pool no longer selects the node: its empty block is given up', async () => {
    const w = world();
    const node = w.host('node1');
    await node.claimBlockAhead();
    w.pools = [pool('default', '10.0.0.0/24', { blockSize: 28, nodeSelector: 'zone == "b"' })];
    await node.claimBlockAhead();
    assert.equal(w.store.blocks.size, 0);
  });
});
