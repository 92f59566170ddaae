import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PolicySpec, Rule } from '../../src/api/calico-policy.ts';
import type { Pod } from '../../src/api/core.ts';
import { globalNetworkSets, namespaces, networkPolicies, serviceAccounts, services } from '../../src/api/kinds.ts';
import { LabFixture, until } from './support/lab-fixture.ts';
import { ReachProbe } from './support/reach.ts';
import type { Target } from './support/reach-program.ts';

// What a rule can say, in both families at once, with real packets: `client` (app == client, service account robot) and
// `other`, both on node2, try `web` on node1. A policy for `web` with one ingress rule at a time.

const container = { name: 'main', image: 'agnhost', args: ['pause'], ports: [{ name: 'http', containerPort: 81 }] };
const idle = { containers: [container] };
const ports = { tcp: [80, 81], udp: [80] } as const;

let lab: LabFixture;
let web: Pod;
const probes: ReachProbe[] = [];

before(async () => {
  lab = await LabFixture.start('poldual', '--nodes', '3', '--mode', 'vxlan', '--ipv6');
  await lab.cluster.create(namespaces, {
    ...{ apiVersion: 'v1', kind: 'Namespace' },
    metadata: { name: 'shop', labels: { team: 'red' } },
  });
  await lab.cluster.create(serviceAccounts, {
    ...{ apiVersion: 'v1', kind: 'ServiceAccount' },
    metadata: { name: 'robot', namespace: 'shop', labels: { kind: 'machine' } },
  });
  await lab.cluster.create(globalNetworkSets, {
    ...{ apiVersion: 'projectcalico.org/v3', kind: 'GlobalNetworkSet' },
    metadata: { name: 'pods-6', labels: { nets: 'six' } },
    spec: { nets: ['fd00:10::/32', 'fd00:10:24::/48', '203.0.113.0/24'] },
  });
  const robot = { ...idle, serviceAccountName: 'robot' };
  const [webPod, client, other] = await Promise.all([
    lab.run('web', 'node1', idle, { labels: { app: 'web' } }),
    lab.run('client', 'node2', robot, { namespace: 'shop', labels: { app: 'client' } }),
    lab.run('other', 'node2', idle, { labels: { app: 'other' } }),
  ]);
  web = webPod;
  const server = await ReachProbe.start(lab.state, web, ports);
  probes.push(...(await Promise.all([client, other].map((pod) => ReachProbe.start(lab.state, pod)))), server);
});
after(async () => {
  await Promise.all(probes.map((probe) => probe.end()));
  await lab?.stop();
});

/** `tcp80/4 udp80/6 ...`: what of `web` is reached from client and other. */
async function reached(): Promise<readonly string[]> {
  const targets = (web.status?.podIPs ?? []).flatMap(({ ip: address }) =>
    (['tcp', 'udp'] as const).flatMap((protocol) =>
      ports[protocol].map((port): Target => ({ address, port, protocol })),
    ),
  );
  const name = ({ address, port, protocol }: Target) => `${protocol}${port}/${address.includes(':') ? 6 : 4}`;
  return Promise.all(
    probes.slice(0, 2).map(async (probe) => {
      const answers = await probe.reaches(targets);
      return targets
        .filter((_, i) => answers[i])
        .map(name)
        .join(' ');
    }),
  );
}

async function settles(what: string, expected: readonly string[]): Promise<void> {
  let seen: readonly string[] = [];
  const look = async () => {
    seen = await reached();
    return seen.join('|') === expected.join('|') ? true : undefined;
  };
  await until(what, look, 6000).catch(() => assert.deepEqual(seen, expected, what));
}

const policyType = { apiVersion: 'projectcalico.org/v3', kind: 'NetworkPolicy' };
const allow = { action: 'Allow' } as const;
const tcp = { ...allow, protocol: 'TCP' } as const;
const four = 'tcp80/4 tcp81/4 udp80/4';
const six = 'tcp80/6 tcp81/6 udp80/6';
const all = `${four} ${six}`;
const inShop = { namespaceSelector: "team == 'red'" };

const cases: readonly (readonly [rule: string, ingress: readonly Rule[], client: string, other: string])[] = [
  ['no rule', [], '', ''],
  ['ipVersion 6', [{ ...allow, ipVersion: 6 }], six, six],
  ['nets of IPv6', [{ ...allow, source: { nets: ['fd00:10::/32'] } }], six, six],
  ['notNets of IPv6: the rule is for IPv6', [{ ...allow, source: { notNets: ['fd00:99::/32'] } }], six, six],
  ['notNets of IPv4: the rule is for IPv4', [{ ...allow, source: { notNets: ['10.99.0.0/16'] } }], four, four],
  ['namespaceSelector', [{ ...allow, source: inShop }], all, ''],
  ['selector, its own namespace', [{ ...allow, source: { selector: 'has(app)' } }], '', all],
  [
    'selector, notSelector, any namespace',
    [{ ...allow, source: { selector: 'has(app)', notSelector: "app == 'other'", namespaceSelector: 'all()' } }],
    all,
    '',
  ],
  [
    'service account by name',
    [{ ...tcp, source: { serviceAccounts: { names: ['robot'] }, ...inShop } }],
    'tcp80/4 tcp81/4 tcp80/6 tcp81/6',
    '',
  ],
  [
    'service account by label',
    [{ ...tcp, source: { serviceAccounts: { selector: "kind == 'machine'" }, ...inShop } }],
    'tcp80/4 tcp81/4 tcp80/6 tcp81/6',
    '',
  ],
  [
    'network set, overlapping',
    [{ ...allow, source: { selector: "nets == 'six'", namespaceSelector: 'global()' } }],
    six,
    six,
  ],
  ['named port', [{ ...tcp, destination: { ports: ['http'] } }], 'tcp81/4 tcp81/6', 'tcp81/4 tcp81/6'],
  [
    'range and notPorts',
    [{ ...tcp, destination: { ports: ['79:90'], notPorts: [80] } }],
    'tcp81/4 tcp81/6',
    'tcp81/4 tcp81/6',
  ],
  ['notProtocol', [{ ...allow, notProtocol: 'TCP' }], 'udp80/4 udp80/6', 'udp80/4 udp80/6'],
  [
    'Log, Deny of one, Pass: on to the profile',
    [
      { action: 'Log', source: inShop },
      { action: 'Deny', protocol: 'UDP', ipVersion: 4 },
      { action: 'Pass', source: { nets: ['fd00:10::/32'] } },
    ],
    six,
    six,
  ],
];

for (const [rule, ingress, client, other] of cases) {
  test(`${rule}: client -> ${client || 'nothing'}; other -> ${other || 'nothing'}`, async () => {
    await put({ selector: "app == 'web'", types: ['Ingress'], ingress });
    await settles(rule, [client, other]);
  });
}

test('ICMPv6: echo requests of IPv6 only', async () => {
  await put({
    selector: "app == 'web'",
    ingress: [{ ...allow, protocol: 'ICMPv6', icmp: { type: 128, code: 0 } }],
  });
  await settles('ICMPv6 only', ['', '']);
  const [v4 = '', v6 = ''] = (web.status?.podIPs ?? []).map(({ ip }) => ip);
  const client = probes[0]?.pod ?? assert.fail();
  await lab.in(client, 'ping', '-6', '-c1', '-W2', v6);
  await assert.rejects(lab.in(client, 'ping', '-c1', '-W1', v4));
});

test('egress to a Service: its endpoints at their ports, of the families that it has', async () => {
  await put({ selector: "app == 'web'", ingress: [allow] });
  const selector = { app: 'web' };
  await lab.cluster.create(services, {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' } },
    spec: { selector, ipFamilies: ['IPv4'], ports: [{ port: 8080, targetPort: 81 }] },
  });
  const metadata = { name: 'client', namespace: 'shop' };
  const egress = [{ ...allow, destination: { services: { name: 'web', namespace: 'default' } } }];
  const spec = { selector: "app == 'client'", types: ['Egress' as const], egress };
  await lab.cluster.create(networkPolicies, { ...policyType, metadata, spec });
  await settles('service', ['tcp81/4', all]);
  await lab.cluster.delete(networkPolicies, 'client', 'shop');
});

test('why: of an IPv6 address, denied by the policy', async () => {
  await put({ selector: "app == 'web'", types: ['Ingress'] });
  const address = web.status?.podIPs?.[1]?.ip;
  const { stdout, stderr, status } = await lab.weft('why', 'pod/other', `[${address}]:80`, '--live');
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, new RegExp(`^DENIED: default/other \\(fd00:.*\\(${address}\\), TCP port 80`));
  assert.match(stdout, /NetworkPolicy default\/web/);
});

/** Makes the one policy so. */
async function put(spec: PolicySpec): Promise<void> {
  const metadata = { name: 'web', namespace: 'default' };
  const found = await lab.cluster.get(networkPolicies, 'web', 'default');
  if (found === undefined) await lab.cluster.create(networkPolicies, { ...policyType, metadata, spec });
  else await lab.cluster.update(networkPolicies, { ...found, spec });
}
