import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { seedDualStack, seedPool, seedSnapshot } from '../../test/support/seed-cluster.ts';
import { openPolicy } from '../../test/support/seed-policy.ts';
import { ThrowawayNetns } from '../../test/support/throwaway-netns.ts';
import { computeNodeState } from '../desired/compute.ts';
import type { Snapshot } from '../desired/snapshot.ts';
import { parseIp } from '../net/ip.ts';
import { diffTable } from '../nft/diff.ts';
import { formatReplacement } from '../nft/format.ts';
import type { ListedTable } from '../nft/listed-table.ts';
import { parseTableListing } from '../nft/testing/parse-json.ts';
import type { KernelState } from './kernel-state.ts';
import { renderKernelState } from './render-kernel-state.ts';

/**
 * Real packets through the rendered table. `node` is node1 of the seed cluster with one known pod and one that nobody
 * told it about; `world` is everything outside: node2 (.22, with the pod 10.24.2.5 behind a VXLAN device of its own),
 * a router (.1) and a stranger (.99). Its own counters say what it saw.
 */
const secondPod = 'cali00000000002';
const seed = seedDualStack();
const [first] = seed.endpoints;
assert.ok(first !== undefined);
const second = {
  ...first,
  device: secondPod,
  pod: 'second',
  containerId: 'second',
  addresses: ['10.24.1.3', 'fd00:10:24:21::3'].map(parseIp),
};
const snapshot = { ...seed, endpoints: [first, second] };
const kernel = render(snapshot);
const pod = 'calic440f455693';
const stray = 'cali00000000bad';

function render(from: Snapshot, tableName = 'weft'): KernelState {
  const state = computeNodeState(from);
  return renderKernelState(state, openPolicy(state), { tableName });
}

let node: ThrowawayNetns;
let world: ThrowawayNetns;
let podNetns: ThrowawayNetns;
let secondNetns: ThrowawayNetns;
let strayNetns: ThrowawayNetns;

before(() => {
  node = new ThrowawayNetns('render-node');
  world = new ThrowawayNetns('render-world');
  podNetns = new ThrowawayNetns('render-pod');
  secondNetns = new ThrowawayNetns('render-second');
  strayNetns = new ThrowawayNetns('render-stray');
  const vxlan = kernel.links[0];
  assert.ok(vxlan?.mac !== undefined);
  const peer = kernel.neighbours.find((neighbour) => neighbour.ip === '10.24.2.0');
  node.run(`
    echo 0 > /proc/sys/net/ipv6/conf/all/accept_dad; echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
    echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
    ip link add eth0 type veth peer name w0 netns ${world.name}
    ip addr add 192.168.122.21/24 dev eth0; ip addr add fd00:122::21/64 nodad dev eth0; ip link set eth0 up`);
  world.run(`
    ip addr add 192.168.122.1/24 dev w0; ip addr add 192.168.122.22/24 dev w0; ip addr add 192.168.122.99/24 dev w0
    ip addr add fd00:122::1/64 nodad dev w0; ip link set w0 up
    ip link add vx0 address ${peer?.mac} type vxlan id 4096 dstport 4789 local 192.168.122.22 dev w0 nolearning
    ip addr add 10.24.2.0/32 dev vx0; ip addr add 10.24.2.5/32 dev lo; ip addr add 10.24.0.5/32 dev lo
    ip link set vx0 up
    ip route add 10.24.1.0/26 via 10.24.1.0 dev vx0 onlink
    ip neigh add 10.24.1.0 lladdr ${vxlan.mac} dev vx0 nud permanent
    bridge fdb add ${vxlan.mac} dev vx0 dst 192.168.122.21`);
  node.run(`
    ip route add default via 192.168.122.1; ip -6 route add default via fd00:122::1
    ip link add vxlan.calico address ${vxlan.mac} type vxlan id 4096 dstport 4789 local 192.168.122.21 dev eth0 nolearning
    ip addr add 10.24.1.0/32 dev vxlan.calico; ip link set vxlan.calico up
    ip route add 10.24.2.0/26 via 10.24.2.0 dev vxlan.calico onlink
    ip route add 10.24.0.0/26 via 192.168.122.22
    ip neigh add 10.24.2.0 lladdr ${peer?.mac} dev vxlan.calico nud permanent
    bridge fdb add ${peer?.mac} dev vxlan.calico dst 192.168.122.22`);
  wire(pod, podNetns, '10.24.1.1', 'fd00:10:24:21::1');
  wire(secondPod, secondNetns, '10.24.1.3', 'fd00:10:24:21::3');
  wire(stray, strayNetns, '10.24.1.2', 'fd00:10:24:21::2');
  podNetns.run('ip addr add 10.24.1.9/32 dev lo; ip addr add fd00:10:24:21::9/128 dev lo nodad');
  world.nft(`table inet seen {
    set sources { type ipv4_addr; flags dynamic; }
    chain c { type filter hook prerouting priority raw; icmp type echo-request add @sources { ip saddr } counter; }
  }`);
  node.nft(formatReplacement(kernel.nft));
});
after(() => {
  for (const netns of [node, world, podNetns, secondNetns, strayNetns]) netns?.remove();
});

function wire(device: string, netns: ThrowawayNetns, ip4: string, ip6: string): void {
  node.run(`
    ip link add ${device} address ee:ee:ee:ee:ee:ee type veth peer name eth0 netns ${netns.name}
    echo 0 > /proc/sys/net/ipv4/neigh/${device}/proxy_delay
    echo 1 > /proc/sys/net/ipv4/conf/${device}/proxy_arp; ip link set ${device} up
    ip route add ${ip4}/32 dev ${device} scope link; ip -6 route add ${ip6}/128 dev ${device}`);
  netns.run(`
    echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad
    ip addr add ${ip4}/32 dev eth0; ip addr add ${ip6}/128 dev eth0 nodad; ip link set eth0 up
    ip route add 169.254.1.1 dev eth0 scope link; ip route add default via 169.254.1.1
    ip -6 route add default via fe80::ecee:eeff:feee:eeee dev eth0`);
}

function listed(name = 'weft'): ListedTable {
  const table = parseTableListing(node.nftTable(`inet ${name}`));
  assert.ok(table !== undefined);
  return table;
}

/** Packets that a rule, named by chain and the beginning of its comment, has counted so far. */
function counted(chain: string, comment: string, table = 'weft'): number {
  const rules = listed(table).chains.find((candidate) => candidate.name === chain)?.rules ?? [];
  const found = rules.filter((rule) => rule.comment.startsWith(comment));
  assert.equal(found.length, 1, `one rule "${comment}" in ${chain}`);
  return found[0]?.packets ?? 0;
}

/** The source addresses of pings that the world has seen since the last call. */
function seenSources(): readonly string[] {
  const [set] = parseTableListing(world.nftTable('inet seen'))?.sets ?? [];
  world.run('nft flush set inet seen sources');
  return (set?.elements ?? []).map((element) => element.key.join());
}

/** What the node tracks; entries of earlier tests are gone after {@link flushTracked}. */
function tracked(): string {
  return node.run('conntrack -L 2>/dev/null; conntrack -L -f ipv6 2>/dev/null');
}

function flushTracked(): void {
  node.run('conntrack -F 2>/dev/null; conntrack -F -f ipv6 2>/dev/null || true');
}

const ping = (target: string, from = '') => `ping -c1 -W0.4 ${from === '' ? '' : `-I ${from}`} ${target}`;

test('table: loaded -> nothing to repair', () => {
  assert.deepEqual(diffTable(kernel.nft, listed()), { kind: 'none' });
});

const masquerade: readonly { name: string; from: () => ThrowawayNetns; command: string; seen: string }[] = [
  { name: 'pod to outside', from: () => podNetns, command: ping('192.168.122.1'), seen: '192.168.122.21' },
  { name: 'pod to a pod, direct', from: () => podNetns, command: ping('10.24.0.5'), seen: '10.24.1.1' },
  { name: 'pod to a pod, by the tunnel', from: () => podNetns, command: ping('10.24.2.5'), seen: '10.24.1.1' },
  { name: 'node to a pod by the tunnel', from: () => node, command: ping('10.24.2.5'), seen: '10.24.1.0' },
  {
    name: 'node to a pod by the tunnel from its underlay address',
    from: () => node,
    command: ping('10.24.2.5', '192.168.122.21'),
    seen: '10.24.1.0',
  },
  { name: 'node to outside', from: () => node, command: ping('192.168.122.1'), seen: '192.168.122.21' },
];
for (const { name, from, command, seen } of masquerade) {
  test(`masquerade: ${name} -> answered, seen from ${seen}`, () => {
    seenSources();
    from().run(command);
    assert.deepEqual(seenSources(), [seen]);
  });
}

const spoofs: readonly { name: string; command: string }[] = [
  { name: 'another IPv4 address', command: ping('192.168.122.1', '10.24.1.9') },
  { name: 'another IPv4 address to a pod', command: ping('10.24.2.5', '10.24.1.9') },
  { name: 'another IPv6 address', command: ping('fd00:122::1', 'fd00:10:24:21::9') },
];
for (const { name, command } of spoofs) {
  test(`anti-spoofing: pod sends from ${name} -> dropped, counted, never outside`, () => {
    const before = counted('cali-from-workload', 'spoofed');
    seenSources();
    assert.equal(podNetns.succeeds(command), false);
    assert.ok(counted('cali-from-workload', 'spoofed') > before);
    assert.deepEqual(seenSources(), []);
  });
}

test('anti-spoofing: own IPv6 address and neighbour discovery -> pass', () => {
  assert.ok(podNetns.succeeds('ping -6 -c1 -W1 fd00:122::1'));
  assert.ok(counted('cali-from-workload', 'IPv6 cannot work without') > 0);
});

const unknown: readonly { name: string; from: () => ThrowawayNetns; command: string; chain: string }[] = [
  { name: 'from it', from: () => strayNetns, command: ping('192.168.122.21'), chain: 'cali-from-workload' },
  { name: 'to it from the node', from: () => node, command: ping('10.24.1.2'), chain: 'filter-output' },
  { name: 'to it from a pod', from: () => podNetns, command: ping('10.24.1.2'), chain: 'cali-to-wl' },
];
for (const { name, from, command, chain } of unknown) {
  test(`unknown interface: packets ${name} -> dropped and counted in ${chain}`, () => {
    const before = counted(chain, 'unknown interface');
    assert.equal(from().succeeds(command), false);
    assert.ok(counted(chain, 'unknown interface') > before);
  });
}

test('pod to node: allowed, and tracked also when it is the tunnel address', () => {
  flushTracked();
  podNetns.run(ping('192.168.122.21'));
  podNetns.run(ping('10.24.1.0'));
  assert.match(tracked(), /src=10\.24\.1\.1 dst=192\.168\.122\.21/);
  assert.match(tracked(), /src=10\.24\.1\.1 dst=10\.24\.1\.0/);
});

test('tunnel: packet of a stranger -> dropped at input', () => {
  const before = counted('filter-input', 'VXLAN (IPv4) packets only from nodes');
  world.run(`ip route add 192.168.122.21/32 dev w0 src 192.168.122.99
    bash -c 'echo hello > /dev/udp/192.168.122.21/4789'
    ip route del 192.168.122.21/32 dev w0`);
  assert.equal(counted('filter-input', 'VXLAN (IPv4) packets only from nodes'), before + 1);
});

test('tunnel: packet of a pod to another node -> dropped before it is masqueraded', () => {
  podNetns.run("bash -c 'echo hello > /dev/udp/192.168.122.22/4789'");
  assert.equal(counted('filter-forward', 'pods may not send VXLAN (IPv4) packets'), 1);
});

test('tunnel: outer packets -> not tracked, inner ones are', () => {
  flushTracked();
  podNetns.run(ping('10.24.2.5'));
  assert.ok(counted('raw-prerouting', 'vxlan.calico, arriving') > 0);
  assert.ok(counted('raw-output', 'vxlan.calico, leaving') > 0);
  assert.match(tracked(), /dst=10\.24\.2\.5/);
  assert.doesNotMatch(tracked(), /dport=4789/);
});

const betweenPods: readonly { name: string; from: () => ThrowawayNetns; command: string }[] = [
  { name: 'pod to a pod by the tunnel', from: () => podNetns, command: ping('10.24.2.5') },
  { name: 'pod to a pod, direct', from: () => podNetns, command: ping('10.24.0.5') },
  { name: 'pod to a pod of this node', from: () => podNetns, command: ping('10.24.1.3') },
  { name: 'a pod of another node to a pod here', from: () => world, command: ping('10.24.1.1', '10.24.2.5') },
  { name: 'IPv6, pod to a pod of this node', from: () => podNetns, command: `ping -6 -c1 -W1 fd00:10:24:21::3` },
];
for (const { name, from, command } of betweenPods) {
  test(`between pods: ${name} -> answered, in the table, not translated`, () => {
    flushTracked();
    from().run(command);
    // The answer's addresses are those of the question the other way round.
    assert.match(tracked(), /src=(\S+) dst=(\S+) .*src=\2 dst=\1 /);
  });
}

const stateful: readonly { name: string; from: () => ThrowawayNetns; command: string; entry: RegExp }[] = [
  {
    name: 'pod to outside, masqueraded',
    from: () => podNetns,
    command: 'ping -c3 -i0.01 -W0.4 192.168.122.1',
    entry: /src=10\.24\.1\.1 dst=192\.168\.122\.1 .*src=192\.168\.122\.1 dst=192\.168\.122\.21/,
  },
  {
    name: 'node to a pod by the tunnel, masqueraded as an address of the pool',
    from: () => node,
    command: 'ping -c3 -i0.01 -W0.4 -I 192.168.122.21 10.24.2.5',
    entry: /src=192\.168\.122\.21 dst=10\.24\.2\.5 .*src=10\.24\.2\.5 dst=10\.24\.1\.0/,
  },
  {
    name: 'node to a pod of its own',
    from: () => node,
    command: ping('10.24.1.1'),
    entry: /src=\S+ dst=10\.24\.1\.1 /,
  },
];
for (const { name, from, command, entry } of stateful) {
  test(`tracked: ${name} -> answered every time, in the table`, () => {
    flushTracked();
    from().run(command);
    assert.match(tracked(), entry);
  });
}

test('two pools, one without natOutgoing -> pods of both reach each other untranslated; nothing to repair', () => {
  const pools = [...seed.pools, seedPool('second', '10.25.0.0/16', { natOutgoing: false })];
  const table = render({ ...snapshot, pools }).nft;
  node.nft(formatReplacement(table));
  assert.deepEqual(diffTable(table, listed()), { kind: 'none' });
  world.run('ip addr add 10.25.0.5/32 dev lo');
  node.run('ip route replace 10.25.0.0/26 via 192.168.122.22');
  world.run('ip route replace 10.24.1.0/26 via 192.168.122.21');
  flushTracked();
  seenSources();
  podNetns.run(ping('10.25.0.5'));
  assert.deepEqual(seenSources(), ['10.24.1.1']);
  world.run('ip route replace 10.24.1.0/26 via 10.24.1.0 dev vx0 onlink');
  node.nft(formatReplacement(kernel.nft));
});

test('spoofed source out of the pool, to a pod -> dropped and counted', () => {
  const before = counted('cali-from-workload', 'spoofed');
  assert.equal(podNetns.succeeds(ping('10.24.1.3', '10.24.1.9')), false);
  assert.ok(counted('cali-from-workload', 'spoofed') > before);
});

test('packet too big for the way on -> the pod is told by its node; an error from beyond reaches it, too', () => {
  node.run('ip route replace 10.24.0.0/26 via 192.168.122.22 mtu lock 1400');
  podNetns.run('ip route flush cache');
  assert.equal(podNetns.succeeds('ping -c1 -W0.4 -M do -s 1440 10.24.0.5'), false);
  assert.match(podNetns.run('ip route get 10.24.0.5'), /mtu 1400/);
  node.run('ip route replace 10.24.0.0/26 via 192.168.122.22');
  const send = `nft add table ip r; nft 'add chain ip r c { type filter hook input priority 0; }'
    nft 'add rule ip r c ip daddr 10.24.0.5 reject with icmp type host-prohibited'`;
  world.run(send);
  assert.match(podNetns.run(`${ping('10.24.0.5')} || true`), /Destination Host Prohibited/);
  world.run('nft delete table ip r');
});

test('pod goes: its chains and elements go, nothing else, and it is cut off at once', () => {
  const without = render({ ...snapshot, endpoints: [second] }).nft;
  const change = diffTable(without, listed());
  assert.ok(change.kind === 'structure');
  assert.deepEqual(change.reasons, [`chain cali-fw-${pod} is not ours`, `chain cali-tw-${pod} is not ours`]);
  node.nft(change.text);
  assert.equal(podNetns.succeeds(ping('192.168.122.21')), false);
  node.nft(formatReplacement(kernel.nft));
  podNetns.run(ping('192.168.122.21'));
});

test('tunnel: protocol 4 of a stranger and of a pod -> dropped; of a node -> let in, not tracked', () => {
  const name = 'weft-ipip';
  node.nft(formatReplacement(render(seedSnapshot({ ipip: 'Always' }), name).nft));
  // There need be no IP-in-IP device: a UDP packet with another protocol number will do.
  const disguise =
    'table inet t { chain o { type filter hook output priority 0; udp dport 9999 ip protocol set 4; }; }';
  world.nft(disguise);
  podNetns.nft(disguise);
  const send = (source: string) =>
    world.run(`ip route add 192.168.122.21/32 dev w0 src ${source}
      bash -c 'echo hello > /dev/udp/192.168.122.21/9999'
      ip route del 192.168.122.21/32 dev w0`);
  send('192.168.122.22');
  assert.equal(counted('filter-input', 'IP-in-IP packets only from nodes', name), 0);
  assert.equal(counted('raw-prerouting', 'tunl0, arriving', name), 1);
  send('192.168.122.99');
  assert.equal(counted('filter-input', 'IP-in-IP packets only from nodes', name), 1);
  podNetns.run("bash -c 'echo hello > /dev/udp/192.168.122.22/9999'");
  assert.equal(counted('filter-forward', 'pods may not send IP-in-IP packets', name), 1);
  node.run(`nft delete table inet ${name}`);
});
