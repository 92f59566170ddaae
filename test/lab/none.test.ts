import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type IpRoute,
  testBulk,
  testOwnBlock,
  testPaths,
  testPlainWire,
  testPodWiring,
  worldOf,
} from './support/scenarios.ts';

const world = worldOf('none', '--mode', 'none');

test('direct routes: remote blocks via the node on the underlay, no tunnel device', async () => {
  const routes = await world().lab.ip<IpRoute[]>('node1', 'route');
  for (const node of ['node2']) {
    const [block] = await world().lab.blocks(node);
    const route = routes.find((one) => one.dst === block);
    assert.equal(route?.gateway, world().lab.address(node));
    assert.equal(route?.dev, 'eth0');
  }
  assert.doesNotMatch(await world().lab.on('node1', 'ip', '-br', 'link'), /tunl0|vxlan/);
});

testPlainWire(world);
testPodWiring(world, 1500);
testPaths(world, undefined);
testBulk(world, undefined);
testOwnBlock(world);
