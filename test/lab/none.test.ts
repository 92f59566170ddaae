import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ipOf, LabFixture } from './support/lab-fixture.ts';
import {
  type IpRoute,
  populate,
  testBulk,
  testOwnBlock,
  testPaths,
  testPodWiring,
  type World,
} from './support/scenarios.ts';

let world: World;
const get = () => world;
before(async () => {
  world = await populate(await LabFixture.start('none', '--mode', 'none'));
});
after(() => world?.lab.stop());

test('direct routes: remote blocks via the node on the underlay, no tunnel device', async () => {
  const routes = await world.lab.ip<IpRoute[]>('node1', 'route');
  for (const node of ['node2']) {
    const [block] = await world.lab.blocks(node);
    const route = routes.find((one) => one.dst === block);
    assert.equal(route?.gateway, world.lab.address(node));
    assert.equal(route?.dev, 'eth0');
  }
  assert.doesNotMatch(await world.lab.on('node1', 'ip', '-br', 'link'), /tunl0|vxlan/);
});

test('direct routes: on the underlay the pods speak with their own addresses; TTL 62', async () => {
  const { lab, a1, b1 } = world;
  let reply = '';
  const seen = await lab.capture('node1', 'eth0', `host ${ipOf(b1)}`, 2, async () => {
    reply = await lab.in(a1, 'ping', '-c1', '-W2', ipOf(b1));
  });
  assert.match(reply, /ttl=62 /);
  assert.match(seen, /ttl 63, .*proto ICMP \(1\)/);
  assert.ok(seen.includes(`${ipOf(a1)} > ${ipOf(b1)}: ICMP echo request`), seen);
});

testPodWiring(get, 1500);
testPaths(get, undefined);
testBulk(get, undefined);
testOwnBlock(get);
