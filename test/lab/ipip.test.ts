import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cidrContainsIp, parseCidr } from '../../src/net/cidr.ts';
import { parseIp } from '../../src/net/ip.ts';
import { assertMeshStands } from './support/bgp.ts';
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

const world = worldOf('ipip', '--mode', 'ipip');

test('A1 full mesh: agent and BIRD on every node, every session Established in node status', async () => {
  const { lab } = world();
  for (const { name } of lab.state.topology.nodes) {
    const processes = await lab.on(name, 'ps', '-eo', 'args');
    assert.match(processes, /^\S*bird /m, name);
    assert.match(processes, / agent /, name);
    await assertMeshStands(lab, name);
  }
});

test("A2 tunnel routes are the agent's: none of them comes from BIRD", async () => {
  for (const node of ['master', 'node1', 'node2']) {
    assert.equal(await world().lab.on(node, 'ip', 'route', 'show', 'proto', 'bird'), '', node);
  }
});

test('A3 tunl0: on every node up, NOARP, MTU 1480, one /32 out of a local block', async () => {
  for (const node of ['master', 'node1', 'node2']) {
    const [found] = await world().lab.ip<IpAddress[]>(node, 'addr', 'show', 'tunl0');
    assert.ok(found, node);
    const tunl0: IpAddress = found;
    assert.ok(tunl0.flags.includes('UP'), node);
    assert.ok(tunl0.flags.includes('NOARP'), node);
    assert.equal(tunl0.mtu, 1480);
    const addresses = tunl0.addr_info.filter((one) => one.family === 'inet');
    assert.equal(addresses.length, 1);
    assert.equal(addresses[0]?.prefixlen, 32);
    const blocks = await world().lab.blocks(node);
    assert.ok(blocks.some((one) => cidrContainsIp(parseCidr(one), parseIp(addresses[0]?.local ?? ''))));
  }
});

test('A2 remote blocks: via the node, dev tunl0, onlink', async () => {
  const routes = await world().lab.ip<IpRoute[]>('node1', 'route');
  for (const node of ['master', 'node2']) {
    const [block] = await world().lab.blocks(node);
    const route = routes.find((one) => one.dst === block);
    assert.equal(route?.gateway, world().lab.address(node));
    assert.equal(route?.dev, 'tunl0');
    assert.deepEqual(route?.flags, ['onlink']);
  }
});

test('A5 ping across nodes: TTL 62 at the pod', async () => {
  const { lab, a1, b1 } = world();
  assert.match(await lab.in(a1, 'ping', '-c1', '-W2', ipOf(b1)), /ttl=62 /);
});

test('A5 underlay: node addresses, protocol 4, DF, inner packet whole with TTL 63', async () => {
  const { lab, a1, b1 } = world();
  const seen = await lab.capture('node1', 'eth0', 'ip proto 4', 2, () => lab.in(a1, 'ping', '-c1', '-W2', ipOf(b1)));
  assert.match(seen, /flags \[DF\], proto IPIP \(4\), length 104\)/);
  assert.ok(seen.includes(`${lab.address('node1')} > ${lab.address('node2')}: (tos 0x0, ttl 63`), seen);
  assert.ok(seen.includes(`${ipOf(a1)} > ${ipOf(b1)}: ICMP echo request`), seen);
  assert.ok(seen.includes(`${ipOf(b1)} > ${ipOf(a1)}: ICMP echo reply`), seen);
});

test('A5 tunl0: the inner packet in both directions', async () => {
  const { lab, a1, b1 } = world();
  const seen = await lab.capture('node1', 'tunl0', 'icmp', 2, () => lab.in(a1, 'ping', '-c1', '-W2', ipOf(b1)));
  assert.ok(seen.includes(`${ipOf(a1)} > ${ipOf(b1)}: ICMP echo request`), seen);
  assert.ok(seen.includes(`${ipOf(b1)} > ${ipOf(a1)}: ICMP echo reply`), seen);
});

testPodWiring(world, 1480);
testPaths(world, 'IPv4IPIPTunnelAddr');
testBulk(world, 1480);
testOwnBlock(world);
