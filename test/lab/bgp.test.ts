import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../src/api/core.ts';
import { pods } from '../../src/api/kinds.ts';
import { hostCidr, parseCidr } from '../../src/net/cidr.ts';
import { ipPlus, parseIp } from '../../src/net/ip.ts';
import { assertMeshStands, nodeStatus } from './support/bgp.ts';
import { ipOf, LabFixture, until } from './support/lab-fixture.ts';
import {
  deviceOf,
  type IpRoute,
  testBulk,
  testOwnBlock,
  testPaths,
  testPlainWire,
  testPodWiring,
  worldOf,
} from './support/scenarios.ts';

const world = worldOf('bgp', '--mode', 'bgp');

test('A1 full mesh: every session Established in node status', async () => {
  for (const { name } of world().lab.state.topology.nodes) await assertMeshStands(world().lab, name);
});

test('C1 remote blocks: via the node on the underlay, protocol bird; no tunnel device', async () => {
  const { lab } = world();
  for (const [node, other] of [
    ['node1', 'node2'],
    ['node2', 'node1'],
  ] as const) {
    const [block = ''] = await lab.blocks(other);
    const shown = await until(`the route of ${block} on ${node}`, async () => {
      const text = await lab.on(node, 'ip', 'route', 'show', block);
      return text === '' ? undefined : text;
    });
    assert.match(shown, new RegExp(`^${block} via ${lab.address(other)} dev eth0 proto bird metric 1024 *\n$`));
    assert.doesNotMatch(await lab.on(node, 'ip', '-br', 'link'), /tunl0|vxlan/);
  }
});

test("C3 an address out of another node's block: /32 by BGP on the others, the pods reach each other", async () => {
  const { lab, a1 } = world();
  const [block = ''] = await lab.blocks('node1');
  const address = ipPlus(parseIp(block.slice(0, block.indexOf('/'))), 40);
  await lab.cluster.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'borrower',
      namespace: 'default',
      annotations: { 'cni.projectcalico.org/ipAddrs': JSON.stringify([address]) },
    },
    spec: { nodeName: 'node2', containers: [{ name: 'main', image: 'nginx' }] },
  });
  const borrower = await lab.ready('borrower');
  assert.equal(ipOf(borrower), address);
  for (const node of ['master', 'node1']) {
    const [route] = await until(`the route to ${address} on ${node}`, async () => {
      const found = await lab.ip<IpRoute[]>(node, 'route', 'show', hostCidr(address), 'proto', 'bird');
      return found.length === 0 ? undefined : found;
    });
    assert.equal(route?.gateway, lab.address('node2'));
    assert.equal(route?.dev, 'eth0');
  }
  assert.match(await lab.in(a1, 'ping', '-c1', '-W2', address), /ttl=62 /);
  await lab.cluster.delete(pods, 'borrower', 'default');
  await until(`no route to ${address} on node1`, async () => {
    const found = await lab.on('node1', 'ip', 'route', 'show', hostCidr(address));
    return found === '' ? true : undefined;
  });
});

test("C4 pods' neighbour entries on the host are permanent, with the MAC of the pod", async () => {
  const { lab, a1, a2 } = world();
  const macOf = async (pod: Pod) => JSON.parse(await lab.in(pod, 'ip', '-j', 'link', 'show', 'eth0'))[0].address;
  for (const pod of [a1, a2]) {
    const device = await deviceOf(lab, pod);
    const shown = await lab.on('node1', 'ip', 'neigh', 'show', 'nud', 'permanent', 'dev', device);
    assert.ok(shown.includes(`${ipOf(pod)} lladdr ${await macOf(pod)} PERMANENT`), shown);
  }
});

test('C4 another block size: a /23 for each node; both families by BGP', async () => {
  const file = { mode: 'bgp', nodes: 2, pool: '172.20.0.0/16', blockSize: 23, ipv6: true };
  const lab = await LabFixture.startFrom('bgp23', file);
  try {
    const [one, two] = await Promise.all([lab.run('one', 'master'), lab.run('two', 'node1')]);
    const [block = ''] = await lab.blocks('node1');
    assert.equal(parseCidr(block).endsWith('/23'), true, block);
    await until(`the route of ${block}`, async () => {
      const text = await lab.on('master', 'ip', 'route', 'show', block);
      return text.startsWith(`${block} via ${lab.address('node1')} dev eth0 proto bird`) ? true : undefined;
    });
    assert.match(await lab.in(one, 'ping', '-c1', '-W2', ipOf(two)), /ttl=62 /);
    const ip6 = two.status?.podIPs?.map(({ ip }) => ip).find((ip) => ip.includes(':')) ?? '';
    await until('an IPv6 route by BIRD', async () => {
      const text = await lab.on('master', 'ip', '-6', 'route', 'show', 'proto', 'bird');
      return /^fd00:10:24:\S+\/122 via fd00:192:168:122::21 dev eth0 metric 1024/m.test(text) ? true : undefined;
    });
    assert.match(await lab.in(one, 'ping', '-6', '-c1', '-W2', ip6), /ttl=62 /);
    const row = /^\| fd00:192:168:122::21 \| node-to-node mesh \| up +\| \S+ +\| Established \|$/m;
    assert.match(await nodeStatus(lab, 'master'), row);
  } finally {
    await lab.stop();
  }
});

testPlainWire(world);
testPodWiring(world, 1500);
testPaths(world, undefined);
testBulk(world, undefined);
testOwnBlock(world, 3000);
