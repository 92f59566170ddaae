import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BGPConfiguration, BGPPeer } from '../../src/api/calico-bgp.ts';
import { bgpConfigurations, bgpPeers, ipPools, nodes, pods, services } from '../../src/api/kinds.ts';
import { birdFiles } from '../../src/host/bird-daemon.ts';
import { birdc, isSameSession, standingSessions, untilStanding } from './support/bgp.ts';
import { LabFixture, until } from './support/lab-fixture.ts';
import { OutsideRouter, outsideNetworks } from './support/outside-router.ts';

/** Settings of BGP, changed while the cluster runs, seen by a router outside of it (and by the other nodes). */

const all = ['master', 'node1', 'node2'] as const;
let lab: LabFixture;
let router: OutsideRouter;

before(async () => {
  lab = await LabFixture.startFrom('settings', { mode: 'bgp', nodes: 3, ipv6: true });
  router = await OutsideRouter.start(lab);
  await Promise.all(all.map((node) => lab.run(`on-${node}`, node)));
  for (const family of [4, 6] as const) await addPeer(`out${family}`, family);
  for (const family of [4, 6] as const) await router.established(all, family);
});
after(async () => {
  await router?.stop();
  await lab?.stop();
});
/** What a test changed is put back by the next one's beginning, whatever became of it. */
const repairs: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const repair of repairs.splice(0).reverse()) await repair();
});

async function addPeer(name: string, family: 4 | 6, spec: BGPPeer['spec'] = {}): Promise<void> {
  const peerIP = family === 4 ? router.address4 : router.address6;
  await lab.cluster.create(bgpPeers, { metadata: { name }, spec: { peerIP, asNumber: router.asNumber, ...spec } });
}

/** Changes keys of an object's spec until the test is over. */
async function settings(spec: BGPConfiguration['spec'], name = 'default'): Promise<void> {
  const back = Object.fromEntries(Object.keys(spec).map((key) => [key, null]));
  const asBefore = { ...back, ...('nodeToNodeMeshEnabled' in spec ? { nodeToNodeMeshEnabled: true } : {}) };
  if ((await lab.cluster.get(bgpConfigurations, name)) === undefined) {
    await lab.cluster.create(bgpConfigurations, { metadata: { name }, spec });
    repairs.push(() => lab.cluster.delete(bgpConfigurations, name));
    return;
  }
  await lab.cluster.patch(bgpConfigurations, name, undefined, 'merge', { spec });
  repairs.push(() => lab.cluster.patch(bgpConfigurations, name, undefined, 'merge', { spec: asBefore }));
}

async function peerSpec(name: string, spec: BGPPeer['spec']): Promise<void> {
  const back = Object.fromEntries(Object.keys(spec).map((key) => [key, null]));
  await lab.cluster.patch(bgpPeers, name, undefined, 'merge', { spec });
  repairs.push(() => lab.cluster.patch(bgpPeers, name, undefined, 'merge', { spec: back }));
}

async function annotate(node: string, name: string, value: string): Promise<void> {
  const patch = (text: string | null) =>
    lab.cluster.patch(nodes, node, undefined, 'merge', {
      metadata: { annotations: { [`projectcalico.org/${name}`]: text } },
    });
  await patch(value);
  repairs.push(() => patch(null));
}

async function label(node: string, name: string, value: string): Promise<void> {
  const patch = (text: string | null) =>
    lab.cluster.patch(nodes, node, undefined, 'merge', { metadata: { labels: { [name]: text } } });
  await patch(value);
  repairs.push(() => patch(null));
}

async function block(node: string, family: 4 | 6 = 4): Promise<string> {
  return (await lab.blocks(node)).find((cidr) => cidr.includes(':') === (family === 6)) ?? '';
}

const mesh = (node: string, others: readonly string[] = all) =>
  others
    .filter((other) => other !== node)
    .flatMap((other) => lab.state.topology.nodes.find(({ name }) => name === other) ?? [])
    .flatMap(({ address, address6 = '' }) => [address, address6])
    .map((ip) => `Mesh_${ip.replaceAll(/[.:]/g, '_')}`);
const outer = (prefix: string) =>
  [router.address4, router.address6].map((ip) => `${prefix}_${ip.replaceAll(/[.:]/g, '_')}`);

test('global peers: every node, both families; each tells its own blocks and those of the mesh', async () => {
  for (const node of all) {
    await untilStanding(lab, node, [...mesh(node), ...outer('Global')]);
    for (const family of [4, 6] as const) {
      const heard = await router.hears(await block(node, family), all);
      assert.deepEqual(heard.get(node)?.asPath, [64_512]);
      const own = lab.state.topology.nodes.find(({ name }) => name === node);
      assert.equal(heard.get(node)?.bgpNextHop, family === 4 ? own?.address : own?.address6);
    }
    const learned = await lab.on(node, 'ip', 'route', 'show', outsideNetworks[4]);
    assert.match(learned, new RegExp(`via ${router.address4} dev eth0 proto bird metric 1024`));
    const learned6 = await lab.on(node, 'ip', '-6', 'route', 'show', outsideNetworks[6]);
    assert.match(learned6, /proto bird metric 1024/);
  }
});

test('nextHopMode: Keep -> the other node, Self and Auto -> the one that tells', async () => {
  const theirs = await block('node2');
  for (const [mode, nextHop] of [
    ['Keep', lab.address('node2')],
    ['Self', lab.address('node1')],
    ['Auto', lab.address('node1')],
  ] as const) {
    await peerSpec('out4', { nextHopMode: mode });
    await until(`next hop ${nextHop} with ${mode}`, async () => {
      const heard = await router.heard(theirs);
      return heard.get('node1')?.bgpNextHop === nextHop && heard.size === 3 ? true : undefined;
    });
  }
});

test('localASNumber -> the router sees that AS in front of the path of its routes; sessions of the mesh untouched', async () => {
  const before = await standingSessions(lab, 'node1');
  await peerSpec('out4', { localASNumber: 64_900 });
  const mine = await block('node1');
  await until('path with 64900', async () => {
    const path = (await router.heard(mine)).get('node1')?.asPath;
    return path?.[0] === 64_900 ? true : undefined;
  });
  const now = await standingSessions(lab, 'node1');
  for (const name of mesh('node1')) assert.ok(isSameSession(now.get(name), before.get(name)), name);
});

test('numAllowedLocalASNumbers: our AS in the path of a route -> only then taken', async () => {
  repairs.push(() => router.configure());
  await router.configure({ export: 'export filter { bgp_path.prepend(64512); accept; };' });
  const taken = async () => (await lab.on('node1', 'ip', 'route', 'show', outsideNetworks[4])) !== '';
  await until('route with our AS is gone', async () => ((await taken()) ? undefined : true));
  await peerSpec('out4', { numAllowedLocalASNumbers: 1 });
  await until('route with our AS is there', async () => ((await taken()) ? true : undefined), 20_000);
});

test('ttlSecurity: peer sends with TTL 255 -> established; with less -> not', async () => {
  repairs.push(async () => {
    await router.configure();
    for (const family of [4, 6] as const) await router.established(all, family);
  });
  await peerSpec('out4', { ttlSecurity: 1 });
  for (const node of all) {
    await until(`TTL security on ${node}`, async () =>
      (await lab.on(node, 'cat', birdFiles.configuration)).includes('ttl security on') ? true : undefined,
    );
  }
  await router.configure({ session: 'ttl security on;' });
  await router.established(all);
  await router.configure({ session: 'multihop 5;' });
  // The router hears the nodes and may believe in a session; they do not hear it.
  for (const node of all) await untilStanding(lab, node, [...mesh(node), outer('Global')[1] ?? '']);
  // Not just between two sessions: the router tries every two seconds.
  await sleep(4000);
  for (const node of all) assert.equal((await standingSessions(lab, node)).has(outer('Global')[0] ?? ''), false, node);
});

test('keepaliveTime, maxRestartTime -> what the router is told', async () => {
  await router.established(all);
  await peerSpec('out4', { keepaliveTime: '7s', maxRestartTime: '33s' });
  await until(
    'hold time 21 and restart time 33',
    async () => {
      const text = await router.sessionText('node1');
      return /Hold timer: +[\d.]+\/21\b/.test(text) && /Restart time: 33\b/.test(text) ? true : undefined;
    },
    20_000,
  );
});

test('sourceAddress None -> the session stands all the same', async () => {
  await peerSpec('out4', { sourceAddress: 'None' });
  await until('no local address', async () => {
    const text = await lab.on('node1', 'cat', '/etc/calico/confd/config/bird.cfg');
    const [, session = ''] = text.split(`protocol bgp Global_${router.address4.replaceAll('.', '_')} `);
    return /^\s*local port 179 as 64512;/m.test(session.slice(0, 200)) ? true : undefined;
  });
  await router.established(all);
});

test('communities and prefixAdvertisements -> at the router, by name and by value', async () => {
  const mine = await block('node1');
  await settings({
    communities: [{ name: 'gold', value: '65000:77' }],
    prefixAdvertisements: [{ cidr: '10.24.0.0/16', communities: ['gold', '65000:1:2'] }],
  });
  await until('communities', async () => {
    const found = (await router.heard(mine)).get('node1')?.communities ?? [];
    return [...found].sort().join() === '65000:1:2,65000:77' ? true : undefined;
  });
});

test('disableBGPExport -> the router does not hear of the pool, then it does again', async () => {
  const mine = await block('node1');
  const name = (await lab.cluster.list(ipPools)).items.find(({ spec }) => !spec.cidr.includes(':'))?.metadata.name;
  const set = (disableBGPExport: boolean) =>
    lab.cluster.patch(ipPools, name ?? '', undefined, 'merge', { spec: { disableBGPExport } });
  await set(true);
  repairs.push(() => set(false));
  await router.hears(mine, []);
  await router.hears(await block('node1', 6), all);
  await set(false);
  await router.hears(mine, all);
});

test('services: whole ranges from all; Local ones from nodes with an endpoint; nothing in the kernel of a node', async () => {
  await lab.cluster.patch(pods, 'on-node1', 'default', 'merge', { metadata: { labels: { app: 'local-server' } } });
  await lab.cluster.create(services, {
    metadata: { name: 'local', namespace: 'default' },
    spec: {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      selector: { app: 'local-server' },
      ports: [{ port: 80 }],
      externalIPs: ['198.18.1.9'],
    },
  });
  repairs.push(() => lab.cluster.delete(services, 'local', 'default'));
  await lab.cluster.create(services, {
    metadata: { name: 'shared', namespace: 'default' },
    spec: {
      type: 'LoadBalancer',
      selector: { app: 'local-server' },
      ports: [{ port: 80 }],
      externalIPs: ['198.18.1.8'],
    },
  });
  repairs.push(() => lab.cluster.delete(services, 'shared', 'default'));
  const range = '10.96.0.0/12';
  await settings({
    serviceClusterIPs: [{ cidr: range }],
    serviceExternalIPs: [{ cidr: '198.18.1.0/28' }, { cidr: '198.18.1.8/32' }],
    serviceLoadBalancerIPs: [{ cidr: '198.18.1.128/25' }],
  });
  await router.hears(range, all);
  await router.hears('198.18.1.0/28', all);
  await router.hears('198.18.1.128/25', all);
  await router.hears('198.18.1.8/32', all);
  await router.hears('198.18.1.9/32', ['node1']);
  const ip = (await lab.cluster.get(services, 'local', 'default'))?.spec.clusterIP ?? '';
  await router.hears(`${ip}/32`, ['node1']);
  for (const node of all) {
    const kernel = await lab.on(node, 'ip', 'route', 'show', 'table', 'all');
    assert.doesNotMatch(kernel, /198\.18\.1\.|10\.96\.|10\.9\d\./, node);
  }
  await label('node2', 'node.kubernetes.io/exclude-from-external-load-balancers', '');
  await router.hears(range, ['master', 'node1']);
});

test('listenPort and bindMode of the cluster -> mesh and router on the new port, only at the node’s addresses', async () => {
  repairs.push(() => router.configure().then(() => router.established(all)));
  await settings({ listenPort: 1790, bindMode: 'NodeIP' });
  for (const node of all) {
    const own = lab.state.topology.nodes.find(({ name }) => name === node);
    const expected = [`${own?.address}:1790`, `[${own?.address6}]:1790`].sort().join();
    let seen = '';
    await until(`${node} listens at ${expected}`, async () => {
      const listening = await lab.on(node, 'ss', '-Hltn');
      seen = [...listening.matchAll(/LISTEN +\d+ +\d+ +(\S+:(?:179|1790)) /g)]
        .map(([, at]) => at)
        .sort()
        .join();
      return seen === expected ? true : undefined;
    }).catch((error: unknown) => assert.fail(`${String(error)}; found: ${seen}`));
  }
  await router.configure({ nodePort: 1790 });
  for (const node of all) await untilStanding(lab, node, [...mesh(node), ...outer('Global')]);
});

test('listenPort of one node -> the others call it there', async () => {
  repairs.push(() => router.configure().then(() => router.established(all)));
  await settings({ listenPort: 1791 }, 'node.node2');
  await until('node2 on 1791', async () => (/:1791 /.test(await lab.on('node2', 'ss', '-Hltn')) ? true : undefined));
  for (const node of all) await untilStanding(lab, node, [...mesh(node), ...outer('Global')]);
  const text = await lab.on('master', 'cat', '/etc/calico/confd/config/bird.cfg');
  assert.match(text, new RegExp(`neighbor ${lab.address('node2')} port 1791 as 64512`));
});

test('AS number of a node -> external sessions of the mesh; pods reach each other', async () => {
  await annotate('node2', 'ASNumber', '64600');
  const theirs = await block('node2');
  await until(
    'path with 64600 first',
    async () => {
      const path = (await router.heard(theirs)).get('node2')?.asPath;
      return path?.join() === '64600' ? true : undefined;
    },
    20_000,
  );
  for (const node of all) await untilStanding(lab, node, [...mesh(node), ...outer('Global')]);
  await until('route of node2 on node1', async () =>
    (await lab.on('node1', 'ip', 'route', 'show', theirs)).includes(`via ${lab.address('node2')} `) ? true : undefined,
  );
});

test('nodeSelector: label moves -> the session moves with it', async () => {
  for (const family of [4, 6] as const) await lab.cluster.delete(bgpPeers, `out${family}`);
  repairs.push(async () => {
    for (const family of [4, 6] as const) await addPeer(`out${family}`, family);
    for (const family of [4, 6] as const) await router.established(all, family);
  });
  await addPeer('rack', 4, { nodeSelector: 'rack == "a"' });
  repairs.push(() => lab.cluster.delete(bgpPeers, 'rack'));
  await label('node1', 'rack', 'a');
  const mine = await block('node1');
  await router.hears(mine, ['node1']);
  await label('node1', 'rack', 'b');
  await label('node2', 'rack', 'a');
  await router.hears(mine, ['node2']);
});

test('BGPPeer under another name -> the session with the router stands again, no other one moves', async () => {
  const before = await standingSessions(lab, 'node1');
  await lab.cluster.delete(bgpPeers, 'out4');
  await addPeer('renamed', 4);
  await until('the new name in what BIRD is told', async () => {
    const text = await lab.on('node1', 'cat', '/etc/calico/confd/config/bird.cfg');
    return text.includes('from BGPPeer "renamed"') ? true : undefined;
  });
  repairs.push(async () => {
    await lab.cluster.delete(bgpPeers, 'renamed');
    await addPeer('out4', 4);
  });
  for (const node of all) await untilStanding(lab, node, [...mesh(node), ...outer('Global')]);
  const now = await standingSessions(lab, 'node1');
  for (const name of [...mesh('node1'), outer('Global')[1] ?? '']) {
    assert.ok(isSameSession(now.get(name), before.get(name)), name);
  }
});

test('peer outside the network, reachableBy -> a host route by the gateway, session over it', async () => {
  const far = '192.0.2.77';
  await lab.on('router', 'ip', 'addr', 'add', `${far}/32`, 'dev', 'lo');
  await lab.cluster.create(bgpPeers, {
    metadata: { name: 'far' },
    spec: { node: 'node1', peerIP: far, asNumber: 65_002, reachableBy: router.address4 },
  });
  repairs.push(() => lab.cluster.delete(bgpPeers, 'far'));
  await until('host route', async () => {
    const text = await lab.on('node1', 'ip', 'route', 'show', far);
    return text.includes(`via ${router.address4} dev eth0`) ? true : undefined;
  });
});

test('ignoredInterfaces -> BIRD does not know the network of such a device', async () => {
  for (const device of ['store0', 'front0']) {
    await lab.on('node1', 'ip', 'link', 'add', device, 'type', 'bridge');
    repairs.push(() => lab.on('node1', 'ip', 'link', 'del', device));
    await lab.on('node1', 'ip', 'link', 'set', device, 'up');
  }
  await lab.on('node1', 'ip', 'addr', 'add', '192.0.2.1/29', 'dev', 'store0');
  await lab.on('node1', 'ip', 'addr', 'add', '192.0.2.9/29', 'dev', 'front0');
  await settings({ ignoredInterfaces: ['store*'] });
  await until('only the other one', async () => {
    const text = await birdc(lab, 'node1', 'show', 'route', 'protocol', 'direct1');
    return /192\.0\.2\.8\/29/.test(text) && !/192\.0\.2\.0\/29/.test(text) ? true : undefined;
  });
});
