import assert from 'node:assert/strict';
import type { Server } from 'node:net';
import { after, before, test } from 'node:test';
import { canConnect, listenIn } from '../../test/support/pod-connections.ts';
import { seedEndpoint, seedSnapshot } from '../../test/support/seed-cluster.ts';
import { seedPolicySettings } from '../../test/support/seed-policy.ts';
import { ThrowawayNetns } from '../../test/support/throwaway-netns.ts';
import type { NetworkPolicy } from '../api/calico-policy.ts';
import { podDeviceName } from '../api/names.ts';
import { computeNodeState } from '../desired/compute.ts';
import { inNetns } from '../host/netns.ts';
import { changeElements } from '../host/nft-elements.ts';
import { diffTable } from '../nft/diff.ts';
import { formatReplacement } from '../nft/format.ts';
import type { ListedTable } from '../nft/listed-table.ts';
import type { Table } from '../nft/model.ts';
import { parseTableListing } from '../nft/testing/parse-json.ts';
import { allChanges } from '../policy/all-changes.ts';
import { PolicyCalculation } from '../policy/calculation.ts';
import { policyChange } from '../policy/policy-changes.ts';
import type { PolicyChange } from '../policy/policy-input.ts';
import type { PolicySettings } from '../policy/policy-settings.ts';
import { emptyResources } from '../policy/testing/empty-resources.ts';
import { kubernetesPolicy, namespace, networkPolicy, pod } from '../policy/testing/policy-case.ts';
import { renderNftTable } from './nft-table.ts';

/**
 * Scenario "allow-tcp-80" with real packets: three pods of one node, whose table is loaded as the agent would.
 */
const addresses = { nginx: '10.24.1.1', pod1: '10.24.1.2', pod2: '10.24.1.3' } as const;
type PodName = keyof typeof addresses;
const names = Object.keys(addresses) as PodName[];
const deviceOf = (name: PodName) => podDeviceName('default', name);

const allowTcp80 = networkPolicy('default/allow-tcp-80', {
  selector: "app == 'nginx'",
  types: ['Ingress'],
  ingress: [{ action: 'Allow', protocol: 'TCP', source: { selector: "role == 'pod1'" }, destination: { ports: [80] } }],
});
const leaf = 'cali-pi-np/default/allow-tcp-80/0';
const tierEnd = 'cali-ti-default/drop';

const nodeState = computeNodeState(
  seedSnapshot({}, { endpoints: names.map((name) => seedEndpoint(name, deviceOf(name), addresses[name])) }),
);
const calculation = new PolicyCalculation();
let settings: PolicySettings = seedPolicySettings;

let node: ThrowawayNetns;
const pods = new Map<PodName, ThrowawayNetns>();
const servers: Server[] = [];

before(() => {
  node = new ThrowawayNetns('policy-node');
  // Pods ask for their gateway, and are answered when there is a way out.
  node.run(`echo 1 > /proc/sys/net/ipv4/ip_forward
    ip link add eth0 type veth peer name up0; ip link set up0 up; ip addr add 192.168.122.21/24 dev eth0; ip link set eth0 up
    ip route add default via 192.168.122.1`);
  for (const name of names) {
    const netns = new ThrowawayNetns(`policy-${name}`);
    pods.set(name, netns);
    const device = deviceOf(name);
    node.run(`
      ip link add ${device} address ee:ee:ee:ee:ee:ee type veth peer name eth0 netns ${netns.name}
      echo 0 > /proc/sys/net/ipv4/neigh/${device}/proxy_delay
      echo 1 > /proc/sys/net/ipv4/conf/${device}/proxy_arp; ip link set ${device} up
      ip route add ${addresses[name]}/32 dev ${device} scope link`);
    netns.run(`ip addr add ${addresses[name]}/32 dev eth0; ip link set eth0 up
      ip route add 169.254.1.1 dev eth0 scope link; ip route add default via 169.254.1.1`);
  }
  for (const [name, port] of [
    ['nginx', 80],
    ['nginx', 81],
    ['pod2', 5000],
  ] as const) {
    servers.push(listenIn(netnsOf(name).name, port));
  }
  calculation.apply([
    ...allChanges({
      ...emptyResources,
      namespaces: [namespace('default')],
      pods: [
        pod('default/nginx', { app: 'nginx' }, addresses.nginx),
        pod('default/pod1', { role: 'pod1' }, addresses.pod1),
        pod('default/pod2', { role: 'pod2' }, addresses.pod2),
      ],
      networkPolicies: [allowTcp80],
    }),
    ...names.map((name): PolicyChange => {
      const endpoint = `default/${name}`;
      return { kind: 'local', key: deviceOf(name), value: { device: deviceOf(name), endpoint, name: endpoint } };
    }),
  ]);
  node.nft(formatReplacement(desired()));
});
after(() => {
  for (const server of servers) server.close();
  for (const netns of [...pods.values(), node]) netns?.remove();
});

function netnsOf(name: PodName): ThrowawayNetns {
  const netns = pods.get(name);
  assert.ok(netns !== undefined);
  return netns;
}

function desired(): Table {
  const policy = { state: calculation.state(), settings };
  return renderNftTable(nodeState, policy, { interfacePrefix: 'cali', tableName: 'weft' });
}

function listed(): ListedTable {
  const table = parseTableListing(node.nftTable('inet weft'));
  assert.ok(table !== undefined);
  return table;
}

/** Packets counted by the last rule of a chain: the one that decides. */
function counted(chain: string): number {
  const rules = listed().chains.find(({ name }) => name === chain)?.rules ?? [];
  assert.ok(rules.length > 0, `chain ${chain}`);
  return rules.at(-1)?.packets ?? 0;
}

/** Changes what is in the kernel as the agent would: what differs, in one transaction. */
function follow(): void {
  const table = desired();
  const change = diffTable(table, listed());
  if (change.kind === 'structure') node.nft(change.text);
  if (change.kind === 'elements') inNetns(node.name, () => changeElements(table, change.changes));
}

test('table: loaded -> nothing to repair', () => {
  assert.deepEqual(diffTable(desired(), listed()), { kind: 'none' });
});

const attempts: readonly { from: PodName | 'node'; to: PodName; port: number; reaches: boolean; counts?: string }[] = [
  { from: 'pod1', to: 'nginx', port: 80, reaches: true, counts: leaf },
  { from: 'pod1', to: 'nginx', port: 81, reaches: false, counts: tierEnd },
  { from: 'pod2', to: 'nginx', port: 80, reaches: false, counts: tierEnd },
  { from: 'nginx', to: 'pod2', port: 5000, reaches: true },
  { from: 'node', to: 'nginx', port: 81, reaches: true },
];
for (const { from, to, port, reaches, counts } of attempts) {
  test(`allow-tcp-80: ${from} to ${to}, port ${port} -> ${reaches ? 'connected' : 'dropped'}, counted once`, async () => {
    const before = new Map([leaf, tierEnd].map((chain) => [chain, counted(chain)]));
    const source = from === 'node' ? node : netnsOf(from);
    assert.equal(await canConnect(source.name, addresses[to], port), reaches);
    for (const chain of [leaf, tierEnd]) {
      assert.equal(counted(chain) - (before.get(chain) ?? 0), chain === counts ? 1 : 0, chain);
    }
  });
}

test('endpointToHost: accepted, then drop -> a pod reaches its node, then not', () => {
  const ping = 'ping -c1 -W0.3 192.168.122.21';
  assert.ok(netnsOf('pod1').succeeds(ping));
  settings = { ...seedPolicySettings, endpointToHost: 'drop' };
  follow();
  // The first ping is a connection, too; a new one has another id.
  assert.equal(netnsOf('pod1').succeeds(ping), false);
  assert.equal(counted('cali-do-to-host'), 1);
  settings = seedPolicySettings;
  follow();
});

test('denyAction: reject -> the client is told at once', async () => {
  settings = { ...seedPolicySettings, denyAction: 'reject' };
  follow();
  const started = performance.now();
  assert.equal(await canConnect(netnsOf('pod2').name, addresses.nginx, 80, 2000), false);
  assert.ok(performance.now() - started < 1000);
  settings = seedPolicySettings;
  follow();
});

test('churn: policies come and go while packets are sent that none allows -> not one arrives', async () => {
  const flood = netnsOf('pod2').start(`ping -q -i 0.002 -w 4 ${addresses.nginx} || true`);
  let sending = true;
  void flood.finally(() => {
    sending = false;
  });
  let rounds = 0;
  while (sending) {
    rounds++;
    const ports = Array.from({ length: 1 + (rounds % 30) }, (_, i) => `${1000 + 20 * i}:${1000 + 20 * i + rounds}`);
    const extra = networkPolicy('default/extra', {
      order: rounds % 3,
      selector: rounds % 2 === 0 ? 'all()' : "app == 'nginx'",
      types: ['Ingress'],
      ingress: [
        { action: 'Allow', protocol: 'TCP', source: { selector: 'all()' }, destination: { ports } },
        ...(rounds % 5 === 0 ? [{ action: 'Deny' as const }] : []),
      ],
    });
    calculation.apply([
      ...change(extra, rounds % 4 === 3),
      ...(rounds % 7 === 0 ? change(allowTcp80, true) : change(allowTcp80, false)),
    ]);
    // Something isolates nginx whatever comes and goes.
    if (rounds === 1) calculation.apply(policyChange('knp', kubernetesPolicy('default/deny', { podSelector: {} })));
    follow();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [, sent] = /(\d+) packets transmitted, 0 received/.exec(await flood) ?? [];
  assert.ok(Number(sent) > 100, await flood);
  assert.ok(rounds > 5, `${rounds} rounds`);
  assert.deepEqual(diffTable(desired(), listed()), { kind: 'none' });
});

function change(policy: NetworkPolicy, deleted: boolean): readonly PolicyChange[] {
  return policyChange('np', policy, deleted);
}
