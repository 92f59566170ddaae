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
