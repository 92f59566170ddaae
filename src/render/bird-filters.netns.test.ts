import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bgpFilter, bgpState, filterRule, meshSession, outsideSession } from '../../test/support/bgp-states.ts';
import { type BirdRouter, BirdRouters } from '../../test/support/bird-routers.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { BgpFilterOperation, BgpState } from '../routing/bgp-state.ts';

const one = '192.168.122.20';
const two = '192.168.122.21';
const torA = '192.168.122.1';
const torB = '192.168.122.2';
const toA = 'Global_192_168_122_1';

const cidr = (text: string) => text as Cidr;
const operations = (...changes: readonly BgpFilterOperation[]) => changes;

const rack = bgpFilter('rack', {
  importV4: [
    filterRule('Reject', {
      cidr: { network: cidr('198.51.100.0/24'), operator: 'In' },
      prefixLength: { min: 26, max: 32 },
    }),
    filterRule('Accept', {
      cidr: { network: cidr('198.51.100.0/25'), operator: 'Equal' },
      operations: operations({ kind: 'set priority', value: 700 }, { kind: 'add community', value: '64512:7' }),
    }),
    // Routes from another AS have the normal priority.
    filterRule('Reject', { priority: 512 }),
    filterRule('Reject', { priority: 1024, communities: ['65001:666'] }),
    filterRule('Reject', { communities: ['65001:6:66'] }),
    filterRule('Reject', { asPathPrefix: [65001, 65099] }),
    filterRule('Reject', { peerType: 'iBGP' }),
  ],
  exportV4: [
    filterRule('Reject', { interface: 'cal?9', cidr: { network: cidr('10.24.0.0/16'), operator: 'In' } }),
    filterRule('Accept', {
      fromRemotePeers: true,
      priority: 512,
      operations: operations({ kind: 'prepend AS path', path: [64999, 64998] }),
    }),
    filterRule('Reject', { fromRemotePeers: true, cidr: { network: cidr('10.24.0.0/16'), operator: 'NotEqual' } }),
  ],
});

const stateOne: BgpState = bgpState({
  filters: [rack],
  sessions: [
    meshSession(two, one),
    outsideSession(torA, one, { distance: 'direct', filters: ['rack'], password: { key: 'bgp/rack', version: '1' } }),
    outsideSession(torB, one, { distance: 'direct' }),
  ],
});
const stateTwo = bgpState({
  node: 'node-2',
  routerId: two as Ip,
  nodeAddress4: two as Ip,
  blocks: [cidr('10.24.2.0/26')],
  sessions: [meshSession(one, two)],
});
const passwords = new Map([['bgp/rack', 'open "sesame'.replace('"', '; }')]]);

/** A router in AS 65001. */
function tor(address: string, session: string): string {
  return `
log stderr all;
router id ${address};
protocol device {}
protocol direct { ipv4; }
protocol static told {
  ipv4;
  route 203.0.113.0/24 blackhole;
  route 198.51.100.0/25 blackhole;
  route 198.51.100.128/25 blackhole;
  route 198.51.100.192/26 blackhole;
  route 100.64.1.0/24 blackhole { bgp_community.add((65001, 666)); };
  route 100.64.2.0/24 blackhole { bgp_large_community.add((65001, 6, 66)); };
  route 100.64.3.0/24 blackhole { bgp_path.prepend(65099); };
  route 100.64.4.0/24 blackhole { bgp_path.prepend(65098); };
}
protocol bgp node1 {
  local ${address} as 65001;
  neighbor ${one} as 64512;
  connect delay time 1;
  ${session}
  ipv4 { import all; export where proto = "told"; };
}
`;
}

const routers = new BirdRouters();
let node1: BirdRouter;
let node2: BirdRouter;
let rackA: BirdRouter;
let rackB: BirdRouter;

before(async () => {
  node1 = routers.add(`${one}/24`);
  node2 = routers.add(`${two}/24`);
  rackA = routers.add(`${torA}/24`);
  rackB = routers.add(`${torB}/24`);
  for (const node of [node1, node2]) {
    node.netns.run('ip link add cali0 type veth peer name cali9 && ip link set cali0 up && ip link set cali9 up');
  }
  // Pods of node 1: with borrowed addresses, one of them on a device that a filter knows; and one that is leaving.
  node1.netns.run('ip route add 10.24.2.5 dev cali0 metric 1024 proto boot');
  node1.netns.run('ip route add 10.24.2.6 dev cali9 metric 1024 proto boot');
  node1.netns.run('ip route add 10.24.1.7 dev cali0 metric 1024 proto boot');
  node1.netns.run('ip route add 10.24.1.8 dev cali0 metric 1024 proto boot');
  // Pods of node 2: one has arrived from node 1, one claims an address that node 1 has a pod with.
  node2.netns.run('ip route add 10.24.1.7 dev cali0 metric 512 proto boot');
  node2.netns.run('ip route add 10.24.1.8 dev cali0 metric 1024 proto boot');
  await Promise.all([
    node1.configure(stateOne, passwords),
    node2.configure(stateTwo),
    rackA.configure(tor(torA, `password "${passwords.get('bgp/rack')}";`)),
    // A router that cannot be asked to say everything again.
    rackB.configure(tor(torB, 'enable route refresh off;')),
  ]);
  await node1.until(() => assert.equal(node1.ask('show protocols').match(/Established/g)?.length, 3));
  await node1.until(() => assert.ok(node1.kernelRoutes().length >= 9));
});
after(() => routers.remove());

test('import: cidr with lengths, communities, AS path, priority -> refused or accepted; a password of TCP-MD5 -> session up', async () => {
  await node1.until(() => {
    const refused = ['100.64.1.0/24', '100.64.2.0/24', '100.64.3.0/24', '198.51.100.192/26'];
    assert.deepEqual(node1.routes(`filtered protocol ${toA}`), refused);
    const accepted = ['100.64.4.0/24', '198.51.100.0/25', '198.51.100.128/25', '203.0.113.0/24'];
    assert.deepEqual(node1.routes(`protocol ${toA}`), accepted);
  });
});

test('import: setPriority, addCommunity -> metric in the kernel, community on the route', async () => {
  await node1.until(() => assert.ok(node1.kernelRoutes().includes(`198.51.100.0/25 via ${torA} dev eth0 metric 700`)));
  assert.match(node1.ask(`show route all 198.51.100.0/25 protocol ${toA}`), /BGP.community: \(64512,7\)/);
});

test('two equal paths -> one kernel route with two next hops', async () => {
  await node1.until(() => {
    const merged = node1.kernelRoutes().find((line) => line.startsWith('203.0.113.0/24'));
    assert.match(`${merged}`, /metric 1024 .*via 192\.168\.122\.1 dev eth0.*via 192\.168\.122\.2 dev eth0/);
  });
});

test('a pod that has arrived elsewhere with a better priority -> beats the one here; the same priority -> does not', () => {
  assert.ok(node1.kernelRoutes().includes(`10.24.1.7 via ${two} dev eth0 metric 512`));
  assert.ok(!node1.kernelRoutes().some((line) => line.startsWith('10.24.1.8')));
});

test('export: interface, source, priority -> refused or accepted; prependASPath -> in order, behind our own AS', async () => {
  await rackA.until(() => {
    const learned = ['10.24.1.0/26', '10.24.1.7/32', '10.24.2.5/32'];
    assert.deepEqual(rackA.routes('protocol node1'), learned);
  });
  assert.match(rackA.ask('show route all 10.24.1.7/32'), /BGP.as_path: 64512 64999 64998/);
  assert.deepEqual(rackB.routes('protocol node1'), [
    '10.24.1.0/26',
    '10.24.1.7/32',
    '10.24.2.0/26',
    '10.24.2.5/32',
    '10.24.2.6/32',
  ]);
});

test('another own block, other BGPFilters -> sessions stay, even with a router without route refresh', async () => {
  const since = () => node1.ask('show protocols').match(/^Global_.*/gm);
  const before = since();
  const changed = bgpFilter('rack', { importV4: [filterRule('Reject')] });
  const sessions = stateOne.sessions.map((one) => (one.outside ? { ...one, filters: ['rack'] } : one));
  await node1.configure({ ...stateOne, sessions, blocks: [cidr('10.24.88.0/26')], filters: [changed] }, passwords);
  await node1.until(() => assert.deepEqual(node1.routes('protocol Global_192_168_122_2'), []));
  assert.equal(node1.routes('filtered protocol Global_192_168_122_2').length, 8);
  await node1.configure(stateOne, passwords);
  await node1.until(() => assert.equal(node1.routes('protocol Global_192_168_122_2').length, 8));
  assert.deepEqual(since(), before);
});

test('a BGPFilter that does not exist -> nothing in, nothing out, the session stays', async () => {
  await node1.configure({ ...stateOne, filters: [bgpFilter('rack', { missing: true })] }, passwords);
  await rackA.until(() => assert.deepEqual(rackA.routes('protocol node1'), []));
  await node1.until(() => assert.deepEqual(node1.routes(`protocol ${toA}`), []));
  assert.match(node1.ask(`show protocols ${toA}`), /Established/);
});
