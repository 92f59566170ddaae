import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  bgpFilter,
  bgpPool,
  bgpState,
  filterRule,
  meshSession,
  outsideSession,
} from '../../test/support/bgp-states.ts';
import { type BirdRouter, BirdRouters } from '../../test/support/bird-routers.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { BgpState } from '../routing/bgp-state.ts';

const one = '192.168.122.20';
const two = '192.168.122.21';
const tor = '192.168.122.1';
const toTor = 'Global_192_168_122_1';

const cidr = (text: string) => text as Cidr;
const cidrs = (...texts: readonly string[]) => texts.map(cidr);

const pools = [
  bgpPool('default-pool', '10.24.0.0/16'),
  bgpPool('silent', '10.25.0.0/16', { exported: false }),
  bgpPool('tunnelled', '10.26.0.0/16', { kernelRoutes: 'agent' }),
  bgpPool('six', 'fd00:24::/48'),
];
const services = cidrs('10.96.0.0/12');

function nodeState(address: string, address6: string, changes: Partial<BgpState>): BgpState {
  const both = { routerId: address as Ip, nodeAddress4: address as Ip, nodeAddress6: address6 as Ip, pools };
  return bgpState({ ...both, clusterAsNumbers: [64512, 64513], ...changes });
}

const stateOne = nodeState(one, 'fd00:122::20', {
  blocks: cidrs('10.24.1.0/26', '10.25.1.0/26', '10.26.1.0/26', 'fd00:24::/122'),
  services: { announced: cidrs('10.96.0.10/32'), passedOn: [], all: services },
  communities: [{ cidr: cidr('10.26.0.0/16'), communities: ['64512:26', '64512:2:6'] }],
  farNodes: cidrs('192.168.123.5/32'),
  sessions: [
    meshSession(two, one),
    meshSession('fd00:122::21', 'fd00:122::20'),
    outsideSession(tor, one, { distance: 'direct' }),
  ],
});
const stateTwo = nodeState(two, 'fd00:122::21', {
  blocks: cidrs('10.24.2.0/26', 'fd00:24::40/122'),
  services: { announced: [], passedOn: [], all: services },
  sessions: [meshSession(one, two), meshSession('fd00:122::20', 'fd00:122::21')],
});

/** A router that says what it should not: only 203.0.113.0/24 and the block that began in AS 64513 may be believed. */
const torConfiguration = `
log stderr all;
router id ${tor};
protocol device {}
protocol direct { ipv4; }
protocol static told {
  ipv4;
  route 0.0.0.0/0 blackhole;
  route 10.0.0.0/8 blackhole;
  route 10.24.0.0/16 blackhole;
  route 10.24.50.0/24 blackhole;
  route 10.24.60.0/26 blackhole;
  route 10.24.1.0/26 blackhole;
  route 10.24.1.32/27 blackhole;
  route 128.0.0.0/1 blackhole;
  route ${two}/32 blackhole;
  route 192.168.122.0/25 blackhole;
  route 192.168.123.5/32 blackhole;
  route 169.254.169.254/32 blackhole;
  route 203.0.113.0/24 blackhole;
}
protocol bgp node1 {
  local ${tor} as 65001;
  neighbor ${one} as 64512;
  connect delay time 1;
  ipv4 {
    import all;
    export filter {
      if net = 10.24.60.0/26 then bgp_path.prepend(64513);
      if proto = "told" then accept;
      reject;
    };
  };
}
`;

/** Metric 0, as the agent writes, is none at all. */
const pod = (address: string, metric: number) => `ip route add ${address} dev cali0 metric ${metric} proto boot`;

const routers = new BirdRouters();
let node1: BirdRouter;
let node2: BirdRouter;
let rack: BirdRouter;

before(async () => {
  node1 = routers.add(`${one}/24`, 'fd00:122::20/64');
  node2 = routers.add(`${two}/24`, 'fd00:122::21/64');
  rack = routers.add(`${tor}/24`);
  node2.netns.run('ip link add cali0 type veth peer name vxlan.calico && ip link set cali0 up');
  node2.netns.run('ip link set vxlan.calico up && ip address add 10.24.77.0/32 dev vxlan.calico');
  // Pods: in the own block, with an address borrowed from node 1, on the move.
  for (const command of [pod('10.24.2.3', 1024), pod('10.24.2.4', 0), pod('10.24.1.9', 0), pod('10.24.2.7', 512)])
    node2.netns.run(command);
  // Routes of the agent, and one of the host's own.
  node2.netns.run('ip route add 10.24.9.0/26 dev vxlan.calico proto 80');
  node2.netns.run('ip route add blackhole 10.24.2.0/26 proto 80');
  node2.netns.run(`ip route add 10.24.8.0/26 via ${one} dev eth0 proto static`);
  await Promise.all([node1.configure(stateOne), node2.configure(stateTwo), rack.configure(torConfiguration)]);
  await node1.until(() => assert.equal(node1.routes(`protocol ${toTor}`).length, 2));
  await node1.until(() => assert.equal(node1.kernelRoutes().length, 5));
  await node2.until(() => assert.ok(node2.kernelRoutes(6).length > 0));
});
after(() => routers.remove());

test('mesh: blocks and borrowed addresses -> in the kernel, proto bird, metric of the priority', async () => {
  await node1.until(() =>
    assert.deepEqual(node1.kernelRoutes(4, 'proto bird'), [
      `10.24.1.9 via ${two} dev eth0 metric 1024`,
      `10.24.2.0/26 via ${two} dev eth0 metric 1024`,
      `10.24.2.7 via ${two} dev eth0 metric 512`,
      `10.24.60.0/26 via ${tor} dev eth0 metric 1024`,
      `203.0.113.0/24 via ${tor} dev eth0 metric 1024`,
    ]),
  );
  assert.deepEqual(node1.kernelRoutes(6), ['fd00:24::40/122 via fd00:122::21 dev eth0 metric 1024 pref medium']);
  assert.deepEqual(node2.kernelRoutes(6), ['fd00:24::/122 via fd00:122::20 dev eth0 metric 1024 pref medium']);
});

test("mesh: what is not told -> a pod inside its node's block, the agent's and the host's routes, tunnel addresses", () => {
  const told = node1.routes('protocol Mesh_192_168_122_21');
  assert.deepEqual(told, ['10.24.1.9/32', '10.24.2.0/26', '10.24.2.7/32']);
});

test('mesh: agent-owned pools and services -> known to peers, never in a kernel; disableBGPExport -> not known', () => {
  const known = node2.routes('protocol Mesh_192_168_122_20');
  assert.deepEqual(known, ['10.24.1.0/26', '10.24.60.0/26', '10.26.1.0/26', '10.96.0.10/32']);
  assert.deepEqual(node2.kernelRoutes(4, 'proto bird'), [
    `10.24.1.0/26 via ${one} dev eth0 metric 1024`,
    `10.24.60.0/26 via ${tor} dev eth0 metric 1024`,
  ]);
  // Nor do the blackholes that announce blocks and services get into the kernel.
  assert.deepEqual(node1.kernelRoutes(4, 'type blackhole'), []);
});

test('outside: default route and half of one, cover of a pool, foreign route into a pool, own block, nodes -> refused and shown', () => {
  assert.deepEqual(node1.routes(`filtered protocol ${toTor}`), [
    '0.0.0.0/0',
    '10.0.0.0/8',
    '10.24.0.0/16',
    '10.24.1.0/26',
    '10.24.1.32/27',
    '10.24.50.0/24',
    '128.0.0.0/1',
    '169.254.169.254/32',
    '192.168.122.0/25',
    `${two}/32`,
    '192.168.123.5/32',
  ]);
});

test('outside: -> learns blocks with communities, borrowed addresses and services', () => {
  const expected = ['10.24.1.0/26', '10.24.1.9/32', '10.24.2.0/26', '10.24.2.7/32', '10.26.1.0/26', '10.96.0.10/32'];
  assert.deepEqual(rack.routes('protocol node1'), expected);
  const tunnelled = rack.ask('show route all 10.26.1.0/26');
  assert.match(tunnelled, /BGP.community: \(64512,26\)/);
  assert.match(tunnelled, /BGP.large_community: \(64512, 2, 6\)/);
  assert.doesNotMatch(rack.ask('show route all 10.24.1.0/26 protocol node1'), /community/);
});

test('reconfigured: another block, another service, another BGPFilter -> no route of the kernel is touched', async () => {
  const before = node1.kernelRoutes();
  const sockets = () => node1.netns.run('cat /proc/net/netlink').split('\n').length;
  const listening = sockets();
  const monitor = node1.netns.start('timeout 1.5 ip monitor route || true');
  await node1.until(() => assert.ok(sockets() > listening));
  const acceptsDefault = bgpFilter('wide', {
    importV4: [filterRule('Accept', { cidr: { network: cidr('0.0.0.0/0'), operator: 'Equal' } })],
  });
  await node1.configure({
    ...stateOne,
    blocks: [...stateOne.blocks, cidr('10.24.88.0/26')],
    services: { ...stateOne.services, all: cidrs('10.96.0.0/12', '10.112.0.0/16') },
    filters: [acceptsDefault],
    sessions: stateOne.sessions.map((one) => (one.name === toTor ? { ...one, filters: ['wide'] } : one)),
  });
  // The one that the BGPFilter lets in is all that changes.
  const added = `default via ${tor} dev eth0 metric 1024`;
  await node1.until(() => assert.deepEqual(node1.kernelRoutes(), [...before, added].sort()));
  const changes = (await monitor).split('\n').filter((line) => line !== '' && !line.includes('local '));
  assert.deepEqual(
    changes.map((line) => line.trim()),
    [`default via ${tor} dev eth0 proto bird metric 1024`],
  );
  await node2.until(() => assert.ok(node2.kernelRoutes().some((line) => line.startsWith('10.24.88.0/26'))));
});

test('a pool goes to the agent -> its routes leave the kernel, the others stay', async () => {
  const owned = pools.map((pool) =>
    pool.name === 'default-pool' ? { ...pool, kernelRoutes: 'agent' as const } : pool,
  );
  await node2.configure({ ...stateTwo, pools: owned });
  await node2.until(() => assert.deepEqual(node2.kernelRoutes(), []));
  await node2.configure(stateTwo);
  await node2.until(() => assert.equal(node2.kernelRoutes().length, 3));
});
