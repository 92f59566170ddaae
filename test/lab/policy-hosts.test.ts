import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { GlobalPolicySpec } from '../../src/api/calico-policy.ts';
import { globalNetworkPolicies, hostEndpoints, kubeControllersConfigurations } from '../../src/api/kinds.ts';
import { ipOf, LabFixture, until } from './support/lab-fixture.ts';
import { Reacher, ReachProbe } from './support/reach.ts';

// Host endpoints with real packets: node1 is protected; node2, a pod there and somebody outside try to reach it, and the
// pod `web` behind it. Every policy is for the host endpoint that the controllers have made for node1.

const idle = { containers: [{ name: 'main', image: 'idle' }] };
const node1 = "kubernetes.io/hostname == 'node1'";
/** Addresses of nobody: in their place node1 puts that of a pod. */
const [serviceOfWeb, serviceOfClient] = ['198.51.100.1', '198.51.100.2'];

let lab: LabFixture;
let ipv6 = '';
const reachers: Partial<Record<'outside' | 'node1' | 'node2', Reacher>> = {};
let [web, client]: (ReachProbe | undefined)[] = [];

before(async () => {
  lab = await LabFixture.start('hosts', '--nodes', '3', '--ipv6');
  await lab.cluster.create(kubeControllersConfigurations, {
    apiVersion: 'projectcalico.org/v3',
    kind: 'KubeControllersConfiguration',
    metadata: { name: 'default' },
    spec: { controllers: { node: { hostEndpoint: { autoCreate: 'Enabled' } } } },
  });
  const [webPod, clientPod] = await Promise.all([lab.run('web', 'node1', idle), lab.run('client', 'node2', idle)]);
  web = await ReachProbe.start(lab.state, webPod, { tcp: [80, 81] });
  client = await ReachProbe.start(lab.state, clientPod, { tcp: [80] });
  reachers.outside = await Reacher.on(lab.state, 'external');
  reachers.node1 = await Reacher.on(lab.state, 'node1', { tcp: [22, 8081, 8082], udp: [5300, 5301] });
  reachers.node2 = await Reacher.on(lab.state, 'node2', { tcp: [80, 8081] });
  const [eth0] = await lab.ip<{ addr_info: { local: string }[] }[]>(
    'node1',
    '-6',
    'addr',
    'show',
    'eth0',
    'scope',
    'global',
  );
  ipv6 = eth0?.addr_info[0]?.local ?? '';
  assert.notEqual(ipv6, '');
});
after(async () => {
  await Promise.all([web, client, ...Object.values(reachers)].map((one) => one?.end()));
  await lab?.stop();
});

async function apply(name: string, spec: GlobalPolicySpec): Promise<void> {
  const kind = 'GlobalNetworkPolicy';
  const policy = { apiVersion: 'projectcalico.org/v3', kind, metadata: { name }, spec: { selector: node1, ...spec } };
  await lab.cluster.create(globalNetworkPolicies, policy);
}

async function remove(name: string): Promise<void> {
  await lab.cluster.delete(globalNetworkPolicies, name, undefined);
}

type Place = keyof typeof reachers | 'client';

/** Waits until everything is so at once: who, where to, what port, whether it is reached. */
async function expectReach(
  what: string,
  cells: readonly (readonly [Place, string, number, boolean, ('tcp' | 'udp')?])[],
): Promise<void> {
  let seen: readonly (boolean | undefined)[] = [];
  const look = async () => {
    seen = await Promise.all(
      cells.map(([from, address, port, , protocol]) =>
        (from === 'client' ? client : reachers[from])?.reach(address, port, protocol),
      ),
    );
    return cells.every(([, , , expected], i) => seen[i] === expected) ? true : undefined;
  };
  await until(what, look).catch((error: unknown) => {
    const wrong = cells.filter(([, , , expected], i) => seen[i] !== expected);
    assert.fail(`${what}: not as expected: ${JSON.stringify(wrong)} (${String(error)})`);
  });
}

test('automatic host endpoints: made for every node; without policy everything is as before', async () => {
  await until('host endpoints', async () => {
    const { items } = await lab.cluster.list(hostEndpoints);
    return items.some(({ metadata }) => metadata.name === 'node1-auto-hep') ? true : undefined;
  });
  await expectReach('no policy', [
    ['outside', lab.address('node1'), 8081, true],
    ['node2', ipv6, 8081, true],
  ]);
});

test('a denied port: closed to everybody in both families, others are not', async () => {
  await apply('closed', {
    ingress: [{ action: 'Deny', protocol: 'TCP', destination: { ports: [8081] } }, { action: 'Allow' }],
  });
  await expectReach('8081 closed', [
    ['outside', lab.address('node1'), 8081, false],
    ['node2', ipv6, 8081, false],
    ['outside', lab.address('node1'), 8082, true],
    ['node2', ipv6, 8082, true],
    ['node1', lab.address('node2'), 8081, true],
    ['client', ipOf(web?.pod ?? assert.fail()), 81, true],
  ]);
  const { stdout, status } = await lab.weft('why', '203.0.113.10', 'node/node1:8081');
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^DENIED: /);
  assert.match(stdout, /GlobalNetworkPolicy closed/);
  await remove('closed');
});

test('nothing allowed: failsafe port 22 stays, and IPv6 finds its neighbours anew', async () => {
  await apply('nothing', { types: ['Ingress'] });
  await expectReach('closed', [['outside', lab.address('node1'), 8082, false]]);
  for (const node of ['node1', 'node2']) await lab.on(node, 'ip', '-6', 'neigh', 'flush', 'dev', 'eth0');
  await expectReach('all closed but 22', [
    ['outside', lab.address('node1'), 22, true],
    ['node2', ipv6, 22, true],
    ['node2', ipv6, 8082, false],
    ['client', ipOf(web?.pod ?? assert.fail()), 81, true],
  ]);
});

test('doNotTrack: allowed both ways is reached before the rest is asked, and not tracked', async () => {
  const port = { protocol: 'UDP', destination: { ports: [5300] } } as const;
  const answer = { protocol: 'UDP', source: { ports: [5300] } } as const;
  await apply('fast', {
    ...{ doNotTrack: true, applyOnForward: true, types: ['Ingress', 'Egress'] },
    ...{ ingress: [{ action: 'Allow', ...port }], egress: [{ action: 'Allow', ...answer }] },
  });
  await expectReach('5300 untracked', [
    ['outside', lab.address('node1'), 5300, true, 'udp'],
    ['outside', lab.address('node1'), 5301, false, 'udp'],
  ]);
  const tracked = await lab.on('node1', 'conntrack', '-L', '-p', 'udp');
  assert.doesNotMatch(tracked, /dport=5300/);
  await remove('fast');
  await remove('nothing');
});

test('applyOnForward: what node1 passes on to its pod is asked, too', async () => {
  const address = ipOf(web?.pod ?? assert.fail());
  await apply('through', {
    ...{ applyOnForward: true },
    ingress: [{ action: 'Deny', protocol: 'TCP', destination: { ports: [81] } }, { action: 'Allow' }],
  });
  await expectReach('81 closed', [
    ['client', address, 81, false],
    ['client', address, 80, true],
    ['node2', address, 81, false],
    ['node1', address, 81, true],
  ]);
  await remove('through');
});

test('preDNAT: the port that was asked for counts, not the one behind it', async () => {
  const address = ipOf(web?.pod ?? assert.fail());
  const rules = `add table ip lab-nat
    add chain ip lab-nat pre { type nat hook prerouting priority dstnat; }
    add rule ip lab-nat pre tcp dport { 30080, 30081 } dnat to ${address}:80`;
  await lab.on('node1', 'nft', rules);
  await apply('nodeport', {
    ...{ preDNAT: true, applyOnForward: true },
    ingress: [{ action: 'Deny', protocol: 'TCP', destination: { ports: [30080] } }],
  });
  await expectReach('30080 closed', [
    ['outside', lab.address('node1'), 30080, false],
    ['outside', lab.address('node1'), 30081, true],
    ['client', address, 80, true],
  ]);
  await remove('nodeport');
});

test('egress to a Service: asked about what stands behind it; own pods are always reached', async () => {
  const [own, other] = [web, client].map((probe) => ipOf(probe?.pod ?? assert.fail()));
  const rules = `add table ip lab-nat
    add chain ip lab-nat out { type nat hook output priority -100; }
    add rule ip lab-nat out meta l4proto tcp ip daddr ${serviceOfWeb} dnat to ${own}:80
    add rule ip lab-nat out meta l4proto tcp ip daddr ${serviceOfClient} dnat to ${other}:80`;
  await lab.on('node1', 'nft', rules);
  await expectReach('no policy', [
    ['node1', serviceOfWeb, 8000, true],
    ['node1', serviceOfClient, 8000, true],
  ]);
  await apply('out', {
    egress: [{ action: 'Deny', protocol: 'TCP', destination: { ports: [80] } }, { action: 'Allow' }],
  });
  await expectReach('80 closed', [
    ['node1', serviceOfWeb, 8000, true],
    ['node1', serviceOfClient, 8000, false],
    ['node1', lab.address('node2'), 80, false],
    ['node1', lab.address('node2'), 8081, true],
  ]);
  await remove('out');
});
