import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Pod } from '../../src/api/core.ts';
import { ipOf, LabFixture } from './support/lab-fixture.ts';
import type { IpRoute } from './support/scenarios.ts';

const modes = [
  { mode: 'ipip', device: 'tunl0', filter: 'ip proto 4', wire: /proto IPIP \(4\)/ },
  { mode: 'vxlan', device: 'vxlan.calico', filter: 'udp port 4789', wire: /VXLAN, .*vni 4096/ },
] as const;

for (const { mode, device, filter, wire } of modes) {
  describe(`${mode} CrossSubnet`, () => {
    let lab: LabFixture;
    let near: Pod;
    let middle: Pod;
    let far: Pod;
    before(async () => {
      lab = await LabFixture.start(`x${mode}`, '--mode', mode, '--cross-subnet');
      // master and node1 share a subnet, node2 is behind the router.
      [near, middle, far] = await Promise.all([
        lab.run('near', 'master'),
        lab.run('middle', 'node1'),
        lab.run('far', 'node2'),
      ]);
    });
    after(() => lab?.stop());

    test('routes of node1: direct to the same subnet, by tunnel across', async () => {
      const routes = await lab.ip<IpRoute[]>('node1', 'route');
      const [nearBlock] = await lab.blocks('master');
      const [farBlock] = await lab.blocks('node2');
      const direct = routes.find((one) => one.dst === nearBlock);
      assert.equal(direct?.dev, 'eth0');
      assert.equal(direct?.gateway, lab.address('master'));
      assert.equal(routes.find((one) => one.dst === farBlock)?.dev, device);
    });

    test('same subnet: no encapsulation on the wire', async () => {
      const seen = await lab.capture('node1', 'eth0', `host ${ipOf(near)} and icmp`, 1, () =>
        lab.in(middle, 'ping', '-c1', '-W2', ipOf(near)),
      );
      assert.ok(seen.includes(`${ipOf(middle)} > ${ipOf(near)}: ICMP echo request`), seen);
    });

    test('across subnets: encapsulated, both ways, TTL 62', async () => {
      for (const [from, to] of [
        [middle, far],
        [far, middle],
      ] as const) {
        const node = from.spec.nodeName ?? '';
        let reply = '';
        const seen = await lab.capture(node, 'eth0', filter, 1, async () => {
          reply = await lab.in(from, 'ping', '-c1', '-W2', ipOf(to));
        });
        assert.match(seen, wire);
        assert.match(reply, /ttl=62 /);
      }
    });

    test('router: forwards outer packets only, knows no pod', async () => {
      assert.doesNotMatch(await lab.on('router', 'ip', 'route'), /10\.24\./);
    });
  });
}

describe('bgp across subnets', () => {
  let lab: LabFixture;
  let near: Pod;
  let far: Pod;
  before(async () => {
    lab = await LabFixture.start('xbgp', '--mode', 'bgp', '--cross-subnet');
    [near, far] = await Promise.all([lab.run('near', 'node1'), lab.run('far', 'node2')]);
  });
  after(() => lab?.stop());

  test('routes of node1: by the nodes of the same subnet, else by the router, learned by BGP', async () => {
    const routes = await lab.ip<IpRoute[]>('node1', 'route');
    const router = lab.state.topology.segments[0]?.gateway;
    for (const [node, gateway] of [
      ['master', lab.address('master')],
      ['node2', router],
    ] as const) {
      const [block] = await lab.blocks(node);
      const route = routes.find((one) => one.dst === block);
      assert.deepEqual([route?.gateway, route?.dev, route?.protocol], [gateway, 'eth0', 'bird'], node);
    }
  });

  test('router: every block by its own node', async () => {
    const routes = await lab.ip<IpRoute[]>('router', 'route');
    for (const node of ['master', 'node1', 'node2']) {
      const [block] = await lab.blocks(node);
      assert.equal(routes.find((one) => one.dst === block)?.gateway, lab.address(node), node);
    }
  });

  test('across subnets: the packets of the pods themselves on both wires, TTL 61', async () => {
    for (const node of ['node1', 'node2']) {
      let reply = '';
      const seen = await lab.capture(node, 'eth0', `host ${ipOf(far)}`, 1, async () => {
        reply = await lab.in(near, 'ping', '-c1', '-W2', ipOf(far));
      });
      assert.ok(seen.includes(`${ipOf(near)} > ${ipOf(far)}: ICMP echo request`), seen);
      assert.match(reply, /ttl=61 /);
    }
  });

  test('outside: reaches a pod without the help of a node', async () => {
    assert.match(await lab.on('external', 'ping', '-c1', '-W2', ipOf(far)), /ttl=62 /);
  });
});
