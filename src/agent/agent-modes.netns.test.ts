import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { eventually, sh, TestNode } from '../../test/support/test-node.ts';
import { ipamBlocks, ipPools, nodes } from '../api/kinds.ts';
import { podDeviceName } from '../api/names.ts';

if (inPrivateNamespace(import.meta.filename)) {
  const node = new TestNode();
  // The other nodes are objects without agents: none announces what it is asked for.
  node.handOver = { peerMs: 200, successorMs: 400, graceMs: 500, deviceMs: 300 };
  const remote = '10.24.200.0/26';

  before(async () => {
    await node.setUp();
    sh('ip link add eth1 type veth peer name wire1; ip addr add 198.51.100.11/24 dev eth1; ip link set eth1 up');
    await node.addPool('pool4', { cidr: '10.24.0.0/16', ipipMode: 'Always', natOutgoing: true, blockSize: 26 });
  });
  after(() => node.tearDown());

  const setPool = async (ipipMode: 'Always' | 'Never', vxlanMode: 'Always' | 'Never'): Promise<void> => {
    await node.cluster.patch(ipPools, 'pool4', undefined, 'merge', { spec: { ipipMode, vxlanMode } });
  };

  test('start: Node missing in the API -> not ready with that reason; when it comes, the agent goes on', async () => {
    await node.startAgent();
    await eventually('reason', () => node.agent?.readiness.text().includes('node "node1" does not exist'));
    const error = await node.refused(node.podRequest('ADD', 'early', 'early', node.netns('early')));
    assert.equal(error.code, 11);
    assert.match(error.msg, /does not exist in the API/);
    const status = await node.refused(node.request({ command: 'STATUS' }));
    assert.equal(status.code, 50);
    await node.cluster.create(nodes, { metadata: { name: 'node1' } });
  });

  test('start: two addresses and no InternalIP -> refused with both candidates, nothing written to the kernel', async () => {
    const text = await eventually('reason', () => {
      const reasons = node.agent?.readiness.text() ?? '';
      return reasons.includes('2 candidates') ? reasons : undefined;
    });
    assert.match(text, /192\.0\.2\.11\/24 on eth0, 198\.51\.100\.11\/24 on eth1/);
    assert.doesNotMatch(sh('nft list tables; ip link'), /weft|tunl0/);
  });

  test('start: InternalIP is set later -> chosen without a restart, IPIP tunnel made of eBPF', async () => {
    const found = await node.cluster.get(nodes, 'node1');
    assert.ok(found !== undefined);
    const addresses = [{ type: 'InternalIP', address: '192.0.2.11' }];
    await node.cluster.updateStatus(nodes, { ...found, status: { addresses } });
    await node.addNode('node2', '192.0.2.12', {
      'projectcalico.org/IPv4Address': '192.0.2.12/24',
      'projectcalico.org/IPv4VXLANTunnelAddr': '10.24.200.1',
    });
    await node.cluster.create(ipamBlocks, {
      metadata: { name: '10-24-200-0-26' },
      spec: {
        cidr: remote,
        affinity: 'host:node2',
        allocations: new Array<null>(64).fill(null),
        unallocated: Array.from({ length: 64 }, (_, i) => i),
        attributes: [],
      },
    });
    await eventually('ready', () => node.agent?.readiness.ready);
    await eventually('tunnel address', () => /inet 10\.24\.\d+\.\d+\/32/.test(sh('ip addr show dev tunl0')));
    assert.match(sh('ip link show tunl0'), /mtu 1480/);
    await eventually('route', () => sh(`ip route show ${remote}`).includes('via 192.0.2.12 dev tunl0 proto 80 onlink'));
  });

  test('pool: IPIP -> VXLAN -> none -> IPIP on the running node -> routes and devices follow, pods keep their address', async () => {
    await node.addPod('stays');
    const netns = node.netns('stays');
    const result = await node.add('stays', 'stays', netns);
    const ip = result.ips[0]?.address.split('/')[0];
    assert.equal(result.interfaces[1]?.mtu, 1480);
    const reaches = () => assert.match(sh(`ping -c 1 -W 2 ${ip}`), / 0% packet loss/);
    reaches();
    await setPool('Never', 'Always');
    await eventually('vxlan route', () => sh(`ip route show ${remote}`).includes('dev vxlan.calico'));
    await eventually('tunl0 gone', () => !sh('ip link').includes('tunl0'));
    await eventually('vxlan address', () => sh('ip addr show dev vxlan.calico').includes('/32'));
    reaches();
    await setPool('Never', 'Never');
    await eventually('direct route', () => sh(`ip route show ${remote}`).includes('via 192.0.2.12 dev eth0 proto 80'));
    await eventually('vxlan gone', () => !sh('ip link').includes('vxlan.calico'));
    await eventually('tunnel addresses released', async () => {
      const annotations = (await node.cluster.get(nodes, 'node1'))?.metadata.annotations ?? {};
      return !Object.keys(annotations).some((key) => key.endsWith('TunnelAddr'));
    });
    reaches();
    await setPool('Always', 'Never');
    await eventually('tunnel route', () => sh(`ip route show ${remote}`).includes('dev tunl0'));
    reaches();
    await node.podRequest('DEL', 'stays', 'stays', netns);
  });

  test('dual stack: IPv6 pool added -> new pods get both addresses and reach their node by both', async () => {
    await node.addPool('pool6', { cidr: 'fd00:10:24::/64', blockSize: 122 });
    await node.addPod('both');
    const netns = node.netns('both');
    const result = await eventually('both', async () => {
      const added = await node.add('both', 'both', netns);
      if (added.ips.length === 2) return added;
      await node.podRequest('DEL', 'both', 'both', netns);
      return undefined;
    });
    const [v4, v6] = result.ips.map(({ address }) => address);
    assert.match(v4 ?? '', /^10\.24\..*\/32$/);
    assert.match(v6 ?? '', /^fd00:10:24:.*\/128$/);
    const device = podDeviceName('default', 'both');
    assert.match(sh(`ip -6 route show dev ${device}`), new RegExp(`^${v6?.split('/')[0]} `, 'm'));
    sh('ip addr add 2001:db8::1/128 dev lo');
    await eventually('IPv6', () => sh(`nsenter --net=${netns} ping -c 1 -W 1 2001:db8::1`).includes(' 0% packet loss'));
    assert.deepEqual(await node.podRequest('CHECK', 'both', 'both', netns), { ok: true });
    await eventually('at rest', () => node.agent?.readiness.ready);
    await node.podRequest('DEL', 'both', 'both', netns);
    assert.doesNotMatch(sh('ip -6 route'), new RegExp(device));
  });

  test('node address changed -> annotation, tunnel and routes follow', async () => {
    sh(
      'ip addr add 192.0.2.33/24 dev eth0; ip addr del 192.0.2.11/24 dev eth0; ip addr add 192.0.2.33/24 dev eth0 || true',
    );
    const found = await node.cluster.get(nodes, 'node1');
    assert.ok(found !== undefined);
    const addresses = [{ type: 'InternalIP', address: '192.0.2.33' }];
    await node.cluster.updateStatus(nodes, { ...found, status: { ...found.status, addresses } });
    await eventually('annotation', async () => {
      const annotations = (await node.cluster.get(nodes, 'node1'))?.metadata.annotations ?? {};
      return annotations['projectcalico.org/IPv4Address'] === '192.0.2.33/24';
    });
    await eventually('route', () => sh(`ip route show ${remote}`).includes('via 192.0.2.12 dev tunl0'));
    await eventually('at rest', () => node.agent?.readiness.ready);
  });

  test('CNI configuration emptied by others -> written again', async () => {
    const folder = join(node.directory, 'net.d');
    const [file = ''] = readdirSync(folder);
    writeFileSync(join(folder, file), '');
    await eventually('restored', () => readFileSync(join(folder, file), 'utf8').includes('k8s-pod-network'));
  });

  test('another node has our address -> a starting agent is refused by name, one that runs goes on', async () => {
    await node.addNode('twin', '192.0.2.33', { 'projectcalico.org/IPv4Address': '192.0.2.33/24' });
    assert.deepEqual(await node.request({ command: 'STATUS' }), { ok: true });
    await node.stopAgent();
    const annotations = { 'projectcalico.org/IPv4Address': null };
    await node.cluster.patch(nodes, 'node1', undefined, 'merge', { metadata: { annotations } });
    await node.startAgent();
    await eventually('refused', () => node.agent?.readiness.text().includes("Calico node 'twin' is already using it"));
    await node.cluster.delete(nodes, 'twin');
    await eventually('goes on', () => node.agent?.readiness.ready);
  });
}
