import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { eventually, sh, TestNode } from '../../test/support/test-node.ts';
import { ipamBlocks, nodes, pods } from '../api/kinds.ts';
import { podDeviceName } from '../api/names.ts';
import { monotonicMs } from '../host/monotonic-ms.ts';

if (inPrivateNamespace(import.meta.filename)) {
  const node = new TestNode();
  const device = podDeviceName('default', 'web');
  const address = (result: { ips: readonly { address: string }[] }): string => result.ips[0]?.address ?? '';

  /** Handles that hold addresses, by what the server has. */
  const handles = async (): Promise<string[]> => {
    const { items } = await node.cluster.list(ipamBlocks);
    return items.flatMap(({ spec }) =>
      spec.allocations.flatMap((slot) => {
        const attribute = slot === null ? undefined : spec.attributes[slot];
        return attribute?.handle_id === undefined || attribute.releasedAt !== undefined ? [] : [attribute.handle_id];
      }),
    );
  };

  before(async () => {
    // What the mounts of this test make stays inside.
    await node.setUp();
    await node.addNode('node1', '192.0.2.11');
    await node.addNode('node2', '192.0.2.12', {
      'projectcalico.org/IPv4Address': '192.0.2.12/24',
      'projectcalico.org/IPv4VXLANTunnelAddr': '10.24.200.0',
    });
    await node.addPool('default-pool', { cidr: '10.24.0.0/16', vxlanMode: 'Always', natOutgoing: true, blockSize: 26 });
    await node.cluster.create(ipamBlocks, {
      metadata: { name: '10-24-200-0-26' },
      spec: {
        cidr: '10.24.200.0/26',
        affinity: 'host:node2',
        allocations: [0, ...new Array<null>(63).fill(null)],
        unallocated: Array.from({ length: 63 }, (_, i) => i + 1),
        attributes: [
          { handle_id: 'vxlan-tunnel-addr-node2', secondary: { node: 'node2', type: 'vxlanTunnelAddress' } },
        ],
      },
    });
    await node.startReadyAgent();
  });
  after(() => node.tearDown());

  test('start: empty node -> registered, tunnel up, filter in place, files written, condition set', async () => {
    const { metadata, status } = await eventually('condition', async () => {
      const found = await node.cluster.get(nodes, 'node1');
      return found?.status?.conditions?.some(({ type }) => type === 'NetworkUnavailable') ? found : undefined;
    });
    const annotations = metadata.annotations ?? {};
    assert.equal(annotations['projectcalico.org/IPv4Address'], '192.0.2.11/24');
    assert.match(annotations['projectcalico.org/IPv4VXLANTunnelAddr'] ?? '', /^10\.24\./);
    assert.match(annotations['projectcalico.org/VXLANTunnelMACAddr'] ?? '', /^66:/);
    assert.match(annotations['projectcalico.org/Interfaces'] ?? '', /"addresses":\["192\.0\.2\.11"/);
    const condition = status?.conditions?.find(({ type }) => type === 'NetworkUnavailable');
    assert.deepEqual([condition?.status, condition?.reason], ['False', 'CalicoIsUp']);
    assert.equal(status?.addresses?.[0]?.address, '192.0.2.11', 'the status of others is kept');
    await eventually('tunnel address on device', () =>
      sh('ip -o addr show dev vxlan.calico').includes(`${annotations['projectcalico.org/IPv4VXLANTunnelAddr']}/32`),
    );
    assert.match(sh('ip -d link show vxlan.calico'), /vxlan id 4096 local 192.0.2.11 dev eth0 .*dstport 4789/);
    assert.match(sh('ip route show 10.24.200.0/26'), /via 10.24.200.0 dev vxlan.calico proto 80 .*onlink/);
    assert.match(sh('ip neigh show dev vxlan.calico'), /10.24.200.0 lladdr 66:.* PERMANENT/);
    assert.match(sh('bridge fdb show dev vxlan.calico'), /dst 192.0.2.12 self permanent/);
    assert.match(sh('nft list table inet weft'), /unknown interface/);
    assert.equal(readFileSync(join(node.directory, 'state', 'nodename'), 'utf8'), 'node1');
    assert.equal(readFileSync(join(node.directory, 'state', 'mtu'), 'utf8'), '1450');
    const [config] = readdirSync(join(node.directory, 'net.d'));
    assert.ok(config?.endsWith('.conflist'));
  });

  test('health: ready agent -> 200 on liveness and readiness, desired and actual state as JSON, metrics', async () => {
    const { health, metrics } = node.agent?.ports ?? { health: 0, metrics: 0 };
    for (const path of ['/liveness', '/readiness', '/debug/desired', '/debug/actual', '/debug/status']) {
      const response = await fetch(`http://127.0.0.1:${health}${path}`);
      assert.equal(response.status, 200, `${path}: ${await response.text()}`);
    }
    const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    assert.match(text, /felix_cluster_num_hosts 2/);
    assert.match(text, /felix_resync_state 3/);
  });

  test('ADD: pod -> wired, routed, in the filter, annotated, recorded; asked again -> the same answer', async () => {
    await node.addPod('web');
    const netns = node.netns('web');
    const result = await node.add('web', 'c1', netns);
    const ip = address(result).split('/')[0];
    assert.match(address(result), /^10\.24\.\d+\.\d+\/32$/);
    assert.equal(result.interfaces[0]?.name, device);
    assert.equal(result.interfaces[1]?.mtu, 1450);
    assert.match(sh(`ip route show dev ${device}`), new RegExp(`^${ip} (proto boot )?scope link`));
    assert.match(sh(`ip link show ${device}`), /ee:ee:ee:ee:ee:ee/);
    assert.match(sh('nft list set inet weft workload-addresses-4'), new RegExp(`"${device}" . ${ip}`));
    assert.match(sh(`nsenter --net=${netns} ping -c 1 -W 2 192.0.2.11`), / 0% packet loss/);
    const pod = await node.cluster.get(pods, 'web', 'default');
    assert.equal(pod?.metadata.annotations?.['cni.projectcalico.org/podIPs'], address(result));
    assert.equal(pod?.metadata.annotations?.['cni.projectcalico.org/containerID'], 'c1');
    assert.ok(existsSync(join(node.run, 'endpoints', 'c1.json')));
    assert.deepEqual(await node.add('web', 'c1', netns), result);
    assert.equal((await handles()).filter((handle) => handle === 'k8s-pod-network.c1').length, 1);
    const checked = await node.podRequest('CHECK', 'web', 'c1', netns);
    assert.ok(checked.ok, JSON.stringify(checked));
  });

  test('restart: agent stopped and started -> nothing that is right changes, counters and handles included', async () => {
    const whole = (): string =>
      sh(
        'nft -a list table inet weft; ip -d -o link; ip -o addr; ip route; ip neigh show nud permanent; bridge fdb show',
      );
    // Pods go on sending, duplicate address detection ends by itself; a flushed table would start at zero.
    const picture = (): string =>
      whole()
        .replaceAll(/packets \d+ bytes \d+/g, 'packets')
        .replaceAll(' tentative', '');
    const counters = (): number[] =>
      whole()
        .match(/(?<=packets )\d+/g)
        ?.map(Number) ?? [];
    await eventually('rest', () => node.agent?.readiness.ready);
    await node.stopAgent();
    const condition = (await node.cluster.get(nodes, 'node1'))?.status?.conditions?.find(
      ({ type }) => type === 'NetworkUnavailable',
    );
    assert.deepEqual([condition?.status, condition?.reason], ['True', 'CalicoIsDown']);
    const [before, counted] = [picture(), counters()];
    node.lines.length = 0;
    await node.startReadyAgent();
    await eventually('condition', async () => {
      const again = await node.cluster.get(nodes, 'node1');
      return again?.status?.conditions?.some(({ reason }) => reason === 'CalicoIsUp');
    });
    assert.equal(picture(), before);
    assert.ok(counters().every((count, i) => count >= (counted[i] ?? 0)) && counted.some((count) => count > 0));
    assert.deepEqual(
      node.lines.filter((line) => line.includes('kernel state')),
      [],
    );
  });

  test('drift: made by others -> repaired on the event, links and routes within 1 s, filter within 10 s', async () => {
    const [pod] = sh(`ip route show dev ${device}`).split(' ');
    const drifts: readonly (readonly [string, () => boolean, number])[] = [
      [`ip route del ${pod}`, () => sh(`ip route show ${pod}`).includes(device), 1000],
      ['ip route del 10.24.200.0/26', () => sh('ip route show 10.24.200.0/26').includes('vxlan.calico'), 1000],
      ['ip link del vxlan.calico', () => sh('ip neigh show dev vxlan.calico').includes('PERMANENT'), 1000],
      [
        'ip link set vxlan.calico address 02:00:00:00:00:01',
        () => sh('ip link show vxlan.calico').includes('66:'),
        1000,
      ],
      [`ip link set ${device} down`, () => sh(`ip route show dev ${device}`).includes(pod ?? '?'), 1000],
      [
        `ip link set ${device} address 02:00:00:00:00:01`,
        () => sh(`ip link show ${device}`).includes('ee:ee:ee'),
        1000,
      ],
      ['nft flush ruleset', () => sh('nft list table inet weft').includes(device), 10_000],
      [
        'nft flush chain inet weft raw-prerouting',
        () => sh('nft list table inet weft').includes('source its own'),
        10_000,
      ],
      ['sysctl -qw net.ipv4.ip_forward=0', () => sh('sysctl -n net.ipv4.ip_forward').trim() === '1', 10_000],
    ];
    for (const [command, isRepaired, withinMs] of drifts) {
      sh(command);
      await eventually(command, isRepaired, withinMs);
    }
  });

  test('ADD: twenty pods at once -> twenty addresses, all wired', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `many${i}`);
    await Promise.all(names.map((name) => node.addPod(name)));
    const results = await Promise.all(names.map((name) => node.add(name, `id-${name}`, node.netns(name))));
    assert.equal(new Set(results.map(address)).size, 20);
    const [first, last] = [results[0], results[19]];
    assert.ok(first !== undefined && last !== undefined);
    const target = address(last).split('/')[0];
    assert.match(
      sh(`nsenter --net=${join(node.directory, 'netns', 'many0')} ping -c 1 -W 2 ${target}`),
      / 0% packet loss/,
    );
    await Promise.all(names.map((name) => node.podRequest('DEL', name, `id-${name}`)));
    assert.deepEqual(
      (await handles()).filter((handle) => handle.includes('many')),
      [],
    );
    assert.doesNotMatch(sh('ip route'), new RegExp(`^${target} `, 'm'));
  });

  test('DEL: of an old container after its pod was made again -> the new one stays whole', async () => {
    await node.addPod('again');
    const [old, fresh] = [node.netns('again-old'), node.netns('again-new')];
    await node.add('again', 'old', old);
    const second = await node.add('again', 'new', fresh);
    const target = address(second).split('/')[0];
    const deleted = await node.podRequest('DEL', 'again', 'old', old);
    assert.ok(deleted.ok);
    assert.match(sh(`ping -c 1 -W 2 ${target}`), / 0% packet loss/);
    const left = (await handles()).filter((handle) => /\.(old|new)$/.test(handle));
    assert.deepEqual(left, ['k8s-pod-network.new']);
    const pod = await node.cluster.get(pods, 'again', 'default');
    assert.equal(pod?.metadata.annotations?.['cni.projectcalico.org/containerID'], 'new');
    // Twice, without namespace, for a container that never was: all fine.
    for (const id of ['new', 'new', 'old', 'never-was']) {
      assert.deepEqual(await node.podRequest('DEL', 'again', id), { ok: true });
    }
    assert.deepEqual(
      (await handles()).filter((handle) => /\.(old|new)$/.test(handle)),
      [],
    );
  });

  const refusals: readonly (readonly [string, Record<string, string>, object, number, RegExp])[] = [
    ['unknown pool', { 'cni.projectcalico.org/ipv4pools': '["nowhere"]' }, {}, 7, /pool "nowhere"/],
    ['broken annotation', { 'cni.projectcalico.org/ipAddrs': '10.24.0.9' }, {}, 7, /ipAddrs/],
    ['address outside of all pools', {}, { args: { IP: '203.0.113.9' } }, 7, /203\.0\.113\.9/],
    ['bad MAC', { 'cni.projectcalico.org/hwAddr': 'zz' }, {}, 7, /hwAddr/],
    ['IPv6 without a pool', { 'cni.projectcalico.org/ipFamilies': '["IPv6"]' }, {}, 7, /IPv6/],
  ];
  for (const [name, annotations, more, code, message] of refusals) {
    test(`ADD: ${name} -> code ${code}, nothing leaked`, async () => {
      const pod = `refused-${name.toLowerCase().replaceAll(' ', '-')}`;
      await node.addPod(pod, annotations);
      const error = await node.refused(node.podRequest('ADD', pod, pod, node.netns(pod), more));
      assert.equal(error.code, code, error.msg);
      assert.match(error.msg, message);
      assert.deepEqual(
        (await handles()).filter((handle) => handle.includes(pod)),
        [],
      );
      assert.ok(!existsSync(join(node.run, 'endpoints', `${pod}.json`)));
      assert.doesNotMatch(sh('ip link'), new RegExp(podDeviceName('default', pod)));
    });
  }

  test('ADD: namespace missing, or interface there already -> refused, the address given back', async () => {
    await node.addPod('bad');
    const missing = await node.refused(node.podRequest('ADD', 'bad', 'bad1', '/nowhere'));
    assert.equal(missing.code, 3, missing.msg);
    const netns = node.netns('bad');
    sh(`nsenter --net=${netns} ip link add eth0 type veth peer name other`);
    const taken = await node.refused(node.podRequest('ADD', 'bad', 'bad2', netns));
    assert.match(taken.msg, /"eth0".*exists/);
    assert.deepEqual(
      (await handles()).filter((handle) => handle.includes('bad')),
      [],
    );
    assert.match(sh(`nsenter --net=${netns} ip link`), /eth0/, 'what was there stays');
  });

  test('DEL: of a container that was never added, in the namespace of another -> the other stays whole', async () => {
    await node.addPod('stays');
    const netns = node.netns('stays');
    await node.add('stays', 'stays1', netns);
    const stranger = { containerId: 'stranger', netns, ifName: 'eth0' };
    assert.deepEqual(await node.request({ command: 'DEL', ...stranger }), { ok: true });
    assert.deepEqual(await node.podRequest('CHECK', 'stays', 'stays1', netns), { ok: true });
    await node.podRequest('DEL', 'stays', 'stays1', netns);
  });

  test('ADD: whoever asked has stopped waiting -> code 11, nothing done', async () => {
    await node.addPod('tardy');
    const late = node.podRequest('ADD', 'tardy', 'tardy1', node.netns('tardy'), { deadlineMs: monotonicMs() - 1 });
    assert.equal((await node.refused(late)).code, 11);
    assert.ok(!(await handles()).some((handle) => handle.includes('tardy')));
  });

  test('ADD, DEL: container id longer than a file name -> served, nothing left', async () => {
    await node.addPod('long');
    const id = 'x'.repeat(300);
    const netns = node.netns('long');
    await node.add('long', id, netns);
    assert.deepEqual(await node.podRequest('CHECK', 'long', id, netns), { ok: true });
    assert.deepEqual(await node.podRequest('DEL', 'long', id), { ok: true });
    assert.ok(!(await handles()).some((handle) => handle.includes(id)));
  });

  test('ADD: requested address and MAC -> given', async () => {
    await node.addPod('wish', {
      'cni.projectcalico.org/ipAddrs': '["10.24.77.7"]',
      'cni.projectcalico.org/hwAddr': '02:00:00:00:77:07',
    });
    const netns = node.netns('wish');
    const result = await node.add('wish', 'wish1', netns);
    assert.equal(address(result), '10.24.77.7/32');
    assert.equal(result.interfaces[1]?.mac, '02:00:00:00:77:07');
    assert.match(sh(`nsenter --net=${netns} ip link show eth0`), /02:00:00:00:77:07/);
    await node.podRequest('DEL', 'wish', 'wish1', netns);
  });

  test('CHECK: route deleted in the pod -> code 5 naming it; unknown container -> code 3', async () => {
    await node.addPod('check');
    const netns = node.netns('check');
    await node.add('check', 'check1', netns);
    sh(`nsenter --net=${netns} ip route del default`);
    const error = await node.refused(node.podRequest('CHECK', 'check', 'check1', netns));
    assert.equal(error.code, 5);
    assert.match(error.msg, /0\.0\.0\.0\/0/);
    assert.equal((await node.refused(node.podRequest('CHECK', 'check', 'never', netns))).code, 3);
    await node.podRequest('DEL', 'check', 'check1', netns);
  });

  test('GC: without the list -> refused and nothing removed; with it -> exactly the valid ones remain', async () => {
    await node.addPod('gc1');
    await node.addPod('gc2');
    await node.add('gc1', 'gc1', node.netns('gc1'));
    await node.add('gc2', 'gc2', node.netns('gc2'));
    const refused = await node.refused(node.request({ command: 'GC' }));
    assert.equal(refused.code, 7);
    assert.match(refused.msg, /cni\.dev\/valid-attachments/);
    const valid = [
      { containerID: 'c1', ifname: 'eth0' },
      { containerID: 'gc2', ifname: 'eth0' },
    ];
    const config = { name: 'k8s-pod-network', cniVersion: '1.1.0', 'cni.dev/valid-attachments': valid };
    assert.deepEqual(await node.request({ command: 'GC', config }), { ok: true });
    const left = (await handles()).filter((handle) => handle.startsWith('k8s-pod-network.')).sort();
    assert.deepEqual(left, ['k8s-pod-network.c1', 'k8s-pod-network.gc2']);
    assert.deepEqual(readdirSync(join(node.run, 'endpoints')).sort(), ['c1.json', 'gc2.json']);
  });

  test('API server away: ADD -> code 11 with the reason, DEL -> done at once and released when it is back', async () => {
    assert.deepEqual(await node.request({ command: 'STATUS' }), { ok: true });
    await node.stopServer();
    await eventually('noticed', async () => !(await node.request({ command: 'STATUS' })).ok);
    const error = await node.refused(node.podRequest('ADD', 'late', 'late1', node.netns('late')));
    assert.equal(error.code, 11);
    assert.match(error.msg, /cannot watch/);
    assert.deepEqual(await node.podRequest('DEL', 'gc2', 'gc2'), { ok: true });
    assert.doesNotMatch(sh('ip link'), new RegExp(podDeviceName('default', 'gc2')));
    await node.startServer();
    await eventually('released', async () => !(await handles()).includes('k8s-pod-network.gc2'), 15_000);
    await eventually('serving again', async () => (await node.request({ command: 'STATUS' })).ok, 15_000);
  });

  test('deletion noted while the agent was down -> made up for when it starts', async () => {
    const { ok } = await node.podRequest('CHECK', 'web', 'c1');
    assert.ok(ok);
    await node.stopAgent();
    sh(`mkdir -p ${node.run}/deletions`);
    const note = {
      command: 'DEL',
      containerId: 'c1',
      ifName: 'eth0',
      args: { K8S_POD_NAMESPACE: 'default', K8S_POD_NAME: 'web' },
      config: { name: 'k8s-pod-network' },
    };
    const file = join(node.run, 'deletions', 'c1-eth0.json');
    sh(`printf '%s' '${JSON.stringify(note)}' > ${file}`);
    await node.startReadyAgent();
    await eventually('released', async () => !(await handles()).includes('k8s-pod-network.c1'));
    await eventually('note removed', () => !existsSync(file));
    assert.doesNotMatch(sh('ip link'), new RegExp(device));
    await eventually('forgotten by the filter', () => !sh('nft list table inet weft').includes(device));
  });

  test('second agent on the same socket -> refused, the first goes on', async () => {
    const second = new TestNode();
    await assert.rejects(async () => {
      Object.defineProperty(second, 'run', { value: node.run });
      Object.defineProperty(second, 'kubeconfig', { value: node.kubeconfig });
      await second.startAgent();
    }, /another agent answers there/);
    assert.deepEqual(await node.request({ command: 'STATUS' }), { ok: true });
    await second.tearDown();
  });
}
