import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Pod } from '../../src/api/core.ts';
import { LabFixture } from './support/lab-fixture.ts';

const modes = [
  { mode: 'vxlan', wire: /VXLAN, .*vni 4096/, filter: 'udp port 4789 or ip6 proto 17' },
  { mode: 'none', wire: /ICMP6, echo request/, filter: 'icmp6[icmp6type] == icmp6-echo' },
] as const;

for (const { mode, wire, filter } of modes) {
  describe(`${mode}, two families`, () => {
    let lab: LabFixture;
    let a: Pod;
    let b: Pod;
    before(async () => {
      lab = await LabFixture.start(`dual${mode}`, '--mode', mode, '--ipv6');
      [a, b] = await Promise.all([lab.run('a', 'node1'), lab.run('b', 'node2')]);
    });
    after(() => lab?.stop());

    test('pod: one address of each family', () => {
      const ips = a.status?.podIPs?.map((one) => one.ip) ?? [];
      assert.equal(ips.length, 2);
      assert.match(ips[0] ?? '', /^10\.24\./);
      assert.match(ips[1] ?? '', /^fd00:10:24:/);
    });

    test('IPv6 across nodes: ping and HTTP; the packet on the underlay', async () => {
      const target = b.status?.podIPs?.[1]?.ip ?? '';
      const seen = await lab.capture('node1', 'eth0', filter, 1, () => lab.in(a, 'ping', '-6', '-c1', '-W2', target));
      assert.match(seen, wire);
      const code = 'fetch(process.argv[1]).then(r=>r.text()).then(t=>console.log(t))';
      assert.match(await lab.in(a, process.execPath, '-e', code, `http://[${target}]/`), /pod=b\n/);
    });

    test('IPv4 across nodes: ping', async () => {
      await lab.in(a, 'ping', '-c1', '-W2', b.status?.podIP ?? '');
    });
  });
}
