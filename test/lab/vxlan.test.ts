import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cidrContainsIp, parseCidr } from '../../src/net/cidr.ts';
import { parseIp } from '../../src/net/ip.ts';
import { nodeStatus } from './support/bgp.ts';
import { ipOf } from './support/lab-fixture.ts';
import {
  type IpAddress,
  type IpRoute,
  testBulk,
  testOwnBlock,
  testPaths,
  testPodWiring,
  worldOf,
} from './support/scenarios.ts';

const world = worldOf('vxlan', '--mode', 'vxlan');

async function vxlanDevice(node: string): Promise<IpAddress | undefined> {
  const [device] = await world().lab.ip<IpAddress[]>(node, '-d', 'addr', 'show', 'vxlan.calico');
  return device;
}

test('B1 no BGP process, and node status says so in the words people know', async () => {
  const { lab } = world();
  for (const { name } of lab.state.topology.nodes) {
    assert.doesNotMatch(await lab.on(name, 'ps', '-eo', 'comm'), /bird|gobgpd/, name);
    assert.equal(
      await nodeStatus(lab, name),
      'Calico process is running.\n\nNone of the BGP backend processes (BIRD or GoBGP) are running.\n\n',
    );
  }
});

test('B2 vxlan.calico: VNI 4096, UDP 4789, nolearning, MTU 1450, one /32 out of a local block', async () => {
  for (const node of ['master', 'node1', 'node2']) {
    const device = await vxlanDevice(node);
    const data = device?.linkinfo?.info_data;
    assert.equal(data?.id, 4096);
    assert.equal(data?.port, 4789);
    assert.equal(data?.learning, false);
    assert.equal(data?.local, world().lab.address(node));
    assert.equal(device?.mtu, 1450);
    const addresses = device?.addr_info.filter((one) => one.family === 'inet') ?? [];
    assert.equal(addresses.length, 1);
    assert.equal(addresses[0]?.prefixlen, 32);
    const blocks = await world().lab.blocks(node);
    assert.ok(blocks.some((one) => cidrContainsIp(parseCidr(one), parseIp(addresses[0]?.local ?? ''))));
  }
});

test('B3 node1: route, PERMANENT neighbour and FDB entry to node2', async () => {
  const { lab } = world();
  const remote = await vxlanDevice('node2');
  const tunnel = remote?.addr_info.find((one) => one.family === 'inet')?.local;
  const [block] = await lab.blocks('node2');
  const route = (await lab.ip<IpRoute[]>('node1', 'route')).find((one) => one.dst === block);
  assert.equal(route?.gateway, tunnel);
  assert.equal(route?.dev, 'vxlan.calico');
  assert.deepEqual(route?.flags, ['onlink']);
  const neighbours = await lab.ip<{ dst: string; lladdr: string; state: string[] }[]>(
    'node1',
    'neigh',
    'show',
    'dev',
    'vxlan.calico',
  );
  const neighbour = neighbours.find((one) => one.dst === tunnel);
  assert.equal(neighbour?.lladdr, remote?.address);
  assert.deepEqual(neighbour?.state, ['PERMANENT']);
  const fdb = await lab.on('node1', 'bridge', 'fdb', 'show', 'dev', 'vxlan.calico');
  assert.match(fdb, new RegExp(`^${remote?.address} dst ${lab.address('node2')} self permanent`, 'm'));
});

test('B4 ping across nodes: on the underlay UDP 4789, VNI 4096, the two MACs, inner TTL 63; 62 at the pod', async () => {
  const { lab, a1, b1 } = world();
  let reply = '';
  const seen = await lab.capture('node1', 'eth0', 'udp port 4789', 2, async () => {
    reply = await lab.in(a1, 'ping', '-c1', '-W2', ipOf(b1));
  });
  const [local, remote] = await Promise.all([vxlanDevice('node1'), vxlanDevice('node2')]);
  assert.match(reply, /ttl=62 /);
  assert.match(seen, new RegExp(`${lab.address('node1')}\\.\\d+ > ${lab.address('node2')}\\.4789: VXLAN.*vni 4096`));
  assert.match(seen, new RegExp(`${local?.address} > ${remote?.address}, ethertype IPv4 .*ttl 63,`));
  assert.ok(seen.includes(`${ipOf(a1)} > ${ipOf(b1)}: ICMP echo request`), seen);
});

testPodWiring(world, 1450);
testPaths(world, 'IPv4VXLANTunnelAddr');
testBulk(world, 1450);
testOwnBlock(world);
