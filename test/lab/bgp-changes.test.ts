import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { BGPPeer } from '../../src/api/calico-bgp.ts';
import { bgpConfigurations, bgpPeers, felixConfigurations, ipPools, nodes, secrets } from '../../src/api/kinds.ts';
import { birdc, isSameSession, standingSessions, tryBirdc, untilStanding } from './support/bgp.ts';
import { FlowProbe } from './support/flow-probe.ts';
import { LabFixture, until } from './support/lab-fixture.ts';
import type { IpRoute } from './support/scenarios.ts';

/** Who tells whom of routes, and who writes them, changed under pods that talk to each other. */

const all = ['master', 'node1', 'node2', 'node3'] as const;
/** Of the issue: the longest gap of a switch. */
const limitMs = 100;
let lab: LabFixture;
let flow: FlowProbe;
let pool: string;

before(async () => {
  lab = await LabFixture.start('changes', '--mode', 'bgp', '--nodes', '4');
  const [, from, to] = await Promise.all(all.map((node) => lab.run(`on-${node}`, node)));
  assert.ok(from && to);
  pool = (await lab.cluster.list(ipPools)).items[0]?.metadata.name ?? '';
  flow = await FlowProbe.start(lab.state, from, to, { limitMs: 300_000 });
});
after(async () => {
  await flow?.stop();
  await lab?.stop();
});

async function assertCalm(what: string, mostMs = limitMs): Promise<void> {
  const { longestLossMs, tcpResets } = await flow.take();
  assert.ok(longestLossMs <= mostMs, `${what}: ${longestLossMs} ms without packets`);
  assert.equal(tcpResets, 0, what);
}

const named = (prefix: string, others: readonly string[]) =>
  others.map((other) => `${prefix}_${lab.address(other).replaceAll('.', '_')}`);
const besides = (node: string) => all.filter((other) => other !== node);

/** How a node reaches the block of another one: `GATEWAY PROTOCOL`, one for each route in the kernel. */
async function ways(node: string, other: string): Promise<readonly string[]> {
  const [block = ''] = await lab.blocks(other);
  const routes = await lab.ip<IpRoute[]>(node, 'route', 'show', block);
  return routes.map(({ gateway, protocol }) => `${gateway} ${protocol}`);
}

async function untilWays(protocol: string, among: readonly string[] = all): Promise<void> {
  for (const node of among) {
    for (const other of among.filter((one) => one !== node)) {
      const expected = `${lab.address(other)} ${protocol}`;
      let seen = '';
      await until(`${node} to ${other}`, async () => {
        seen = (await ways(node, other)).join(', ');
        return seen === expected ? true : undefined;
      }).catch((error: unknown) => assert.fail(`${String(error)}: ${expected} needed, found: ${seen}`));
    }
  }
}

const configure = (spec: object) => lab.cluster.patch(bgpConfigurations, 'default', undefined, 'merge', { spec });
const felix = (spec: object) => lab.cluster.patch(felixConfigurations, 'default', undefined, 'merge', { spec });
const setPool = (spec: object) => lab.cluster.patch(ipPools, pool, undefined, 'merge', { spec });
const patchNode = (node: string, metadata: object) => lab.cluster.patch(nodes, node, undefined, 'merge', { metadata });
const peer = (name: string, spec: BGPPeer['spec']) => lab.cluster.create(bgpPeers, { metadata: { name }, spec });
const clusterId = 'projectcalico.org/RouteReflectorClusterID';

test('programClusterRoutes: every combination and back -> the right one writes, once, no gap', async () => {
  await untilWays('bird');
  await flow.take();
  for (const [bgp, agent, owner] of [
    ['Disabled', null, '80'],
    [null, null, 'bird'],
    [null, 'Enabled', '80'],
    ['Enabled', 'Disabled', 'bird'],
    ['Enabled', 'Enabled', '80'],
    ['EnabledNoEncapOnly', 'EnabledIPIPOnly', 'bird'],
    ['Disabled', 'Disabled', '80'],
    [null, null, 'bird'],
  ] as const) {
    await Promise.all([configure({ programClusterRoutes: bgp }), felix({ programClusterRoutes: agent })]);
    await untilWays(owner);
    await assertCalm(`BGPConfiguration ${bgp}, FelixConfiguration ${agent}`);
  }
});

test('disableBGPExport: on and off -> the agent writes what BIRD does not tell, no gap', async () => {
  for (const [disableBGPExport, owner] of [
    [true, '80'],
    [false, 'bird'],
  ] as const) {
    await setPool({ disableBGPExport });
    await untilWays(owner);
    await assertCalm(`disableBGPExport ${disableBGPExport}`);
  }
});

test('disabled pool -> routes stay as they are', async () => {
  await setPool({ disabled: true });
  await untilWays('bird');
  await setPool({ disabled: false });
  await assertCalm('disabled and enabled');
});

test('reflectors: two nodes take over from the mesh and give back, live -> no gap', async () => {
  for (const node of ['master', 'node3']) {
    await patchNode(node, { labels: { 'route-reflector': 'true' } });
  }
  await peer('reflectors', { nodeSelector: 'all()', peerSelector: 'has(route-reflector)' });
  for (const node of ['master', 'node3']) await patchNode(node, { annotations: { [clusterId]: '244.0.0.1' } });
  const clients = ['node1', 'node2'] as const;
  for (const node of clients) {
    const other = clients.filter((one) => one !== node);
    await untilStanding(lab, node, [...named('Mesh', other), ...named('Node', ['master', 'node3'])]);
  }
  await configure({ nodeToNodeMeshEnabled: false });
  for (const node of clients) await untilStanding(lab, node, named('Node', ['master', 'node3']));
  await untilStanding(lab, 'master', named('Node', besides('master')));
  await untilWays('bird');
  await assertCalm('to reflectors');

  await configure({ nodeToNodeMeshEnabled: true });
  for (const node of clients) {
    const other = clients.filter((one) => one !== node);
    await untilStanding(lab, node, [...named('Mesh', other), ...named('Node', ['master', 'node3'])]);
  }
  for (const node of ['master', 'node3']) await patchNode(node, { annotations: { [clusterId]: null } });
  for (const node of all) await untilStanding(lab, node, named('Mesh', besides(node)));
  await lab.cluster.delete(bgpPeers, 'reflectors');
  for (const node of ['master', 'node3']) await patchNode(node, { labels: { 'route-reflector': null } });
  await untilWays('bird');
  await assertCalm('back to the mesh');
});

test('reversePeering: Manual -> only one side has the session, it does not stand; Auto -> both have', async () => {
  await configure({ nodeToNodeMeshEnabled: false });
  await peer('chain1', { node: 'node1', peerIP: lab.address('node2'), asNumber: 64_512 });
  await peer('chain2', { node: 'master', peerSelector: "kubernetes.io/hostname == 'node3'", reversePeering: 'Manual' });
  for (const [node, other] of [
    ['node1', 'node2'],
    ['node2', 'node1'],
  ] as const) {
    await untilStanding(lab, node, named('Node', [other]));
  }
  const protocols = (node: string) => birdc(lab, node, 'show', 'protocols');
  assert.match(await protocols('master'), new RegExp(named('Node', ['node3'])[0] ?? ''));
  assert.doesNotMatch(await protocols('node3'), /Node_|Mesh_/);
  await lab.cluster.patch(bgpPeers, 'chain2', undefined, 'merge', { spec: { reversePeering: 'Auto' } });
  await untilStanding(lab, 'node3', named('Node', ['master']));
  await untilStanding(lab, 'master', named('Node', ['node3']));
  await configure({ nodeToNodeMeshEnabled: true });
  for (const name of ['chain1', 'chain2']) await lab.cluster.delete(bgpPeers, name);
  for (const node of all) await untilStanding(lab, node, named('Mesh', besides(node)));
  await untilWays('bird');
  // The pair's own session became another one and back: both ends had to begin anew.
  await assertCalm('a chain of two', 3000);
});

test('password of the mesh: Secret first, then named -> all sessions with it, then without', async () => {
  const name = 'mesh-password';
  const data = { key: Buffer.from('one-for-all').toString('base64') };
  await lab.cluster.create(secrets, { metadata: { name, namespace: 'kube-system' }, data });
  for (const nodeMeshPassword of [{ secretKeyRef: { name, key: 'key' } }, null]) {
    const before = await standingSessions(lab, 'node1');
    await configure({ nodeMeshPassword });
    for (const node of all) {
      await until(`${node}: the password ${nodeMeshPassword === null ? 'is gone' : 'is there'}`, async () => {
        const text = await lab.on(node, 'cat', '/etc/calico/confd/config/bird.cfg');
        return (
          (text.match(/password "one-for-all"/g)?.length ?? 0) === (nodeMeshPassword === null ? 0 : 3) || undefined
        );
      });
      await untilStanding(lab, node, named('Mesh', besides(node)));
    }
    await untilWays('bird');
    for (const [session, since] of await standingSessions(lab, 'node1'))
      assert.ok(!isSameSession(since, before.get(session)), session);
  }
  await assertCalm('passwords', 15_000);
});

test('BFD of the mesh -> up between all nodes, no session begins anew', async () => {
  const before = await standingSessions(lab, 'node1');
  await configure({ nodeMeshFailureDetectionMode: 'BFDIfDirectlyConnected' });
  for (const node of all) {
    await until(`three sessions of BFD on ${node}`, async () => {
      const { stdout } = await tryBirdc(lab, node, 'show', 'bfd', 'sessions');
      return stdout.match(/ Up /g)?.length === 3 ? true : undefined;
    });
  }
  await configure({ nodeMeshFailureDetectionMode: null });
  await until('no BFD', async () => {
    const shown = await tryBirdc(lab, 'node1', 'show', 'bfd', 'sessions');
    return / Up /.test(shown.stdout) ? undefined : true;
  });
  const now = await standingSessions(lab, 'node1');
  assert.equal(now.size, before.size);
  for (const [name, since] of now) assert.ok(isSameSession(since, before.get(name)), name);
  await assertCalm('failure detection');
});

test('ipv4NormalRoutePriority -> the metric of all routes by BIRD, one route each, no gap', async () => {
  for (const priority of [2000, null]) {
    await configure({ ipv4NormalRoutePriority: priority });
    for (const node of all) {
      let seen = '';
      await until(`metrics of ${node}`, async () => {
        const routes = await lab.ip<IpRoute[]>(node, 'route', 'show', 'proto', 'bird');
        seen = routes.map(({ metric }) => metric).join();
        return seen ===
          Array(3)
            .fill(priority ?? 1024)
            .join()
          ? true
          : undefined;
      }).catch((error: unknown) => assert.fail(`${String(error)}: found ${seen}`));
    }
    await assertCalm(`priority ${priority}`);
  }
});

test('AS number of the cluster -> all sessions anew with it, routes as before', async () => {
  await configure({ asNumber: 64_700 });
  for (const node of all) {
    await until(`${node} in AS 64700`, async () => {
      const text = await birdc(lab, node, 'show', 'protocols', 'all');
      return [...text.matchAll(/Neighbor AS: +64700\n +Local AS: +64700/g)].length === 3 ? true : undefined;
    });
    await untilStanding(lab, node, named('Mesh', besides(node)));
  }
  await untilWays('bird');
  // All sessions end at once, and nobody else tells of the routes.
  await assertCalm('another AS number', 3000);
});

test('another address of a node -> peers and routes follow within ten seconds', async () => {
  const [block = ''] = await lab.blocks('node3');
  const old = lab.address('node3');
  const next = old.replace(/\d+$/, '99');
  const gateway = lab.state.topology.segments[0]?.gateway ?? '';
  await lab.on(
    'node3',
    ...['sh', '-c'],
    `ip addr del ${old}/24 dev eth0 && ip addr add ${next}/24 dev eth0 && ip route add default via ${gateway} proto static`,
  );
  const start = performance.now();
  for (const node of besides('node3')) {
    const expected = `${next} bird`;
    await until(`${node} reaches node3 at ${next}`, async () =>
      (await ways(node, 'node3')).join() === expected ? true : undefined,
    );
    const others = [
      ...named(
        'Mesh',
        besides(node).filter((one) => one !== 'node3'),
      ),
      `Mesh_${next.replaceAll('.', '_')}`,
    ];
    await untilStanding(lab, node, others);
  }
  assert.ok(performance.now() - start <= 10_000, 'within ten seconds');
  assert.equal((await lab.on('node3', 'ip', 'route', 'show', 'proto', 'bird')).trim().split('\n').length, 3);
  assert.ok(block);
  await assertCalm('another node moves');
});

test('node removed from the cluster -> the others forget it, their other sessions do not move', async () => {
  const left = ['master', 'node1', 'node2'] as const;
  const before = await standingSessions(lab, 'node1');
  const [block = ''] = await lab.blocks('node3');
  await lab.cluster.delete(nodes, 'node3');
  for (const node of left) {
    const others = left.filter((one) => one !== node);
    await untilStanding(lab, node, named('Mesh', others));
    await until(`no route to ${block} on ${node}`, async () =>
      (await lab.on(node, 'ip', 'route', 'show', block)) === '' ? true : undefined,
    );
  }
  const now = await standingSessions(lab, 'node1');
  for (const [name, since] of now) assert.ok(isSameSession(since, before.get(name)), name);
  await assertCalm('a node less');
});
