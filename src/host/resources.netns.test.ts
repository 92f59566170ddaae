import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import type { FdbEntry, InterfaceAddress, Link, Neighbour, Sysctl } from '../net/link.ts';
import { parseMac } from '../net/mac.ts';
import { mainTable, type Route, routeProtocol } from '../net/route.ts';
import { isConverged, totalChanges } from '../reconcile/outcome.ts';
import { runPlan } from '../reconcile/plan.ts';
import { type Step, step } from '../reconcile/step.ts';
import { addressResource } from './address-resource.ts';
import { fdbResource } from './fdb-resource.ts';
import { linkResource } from './link-resource.ts';
import { neighbourResource } from './neighbour-resource.ts';
import { NetlinkSocket } from './netlink-socket.ts';
import { routeResource } from './route-resource.ts';
import { sysctlResource } from './sysctl-resource.ts';

const signal = new AbortController().signal;

function ip(command: string): string {
  return execFileSync('ip', command.split(' '), { encoding: 'utf8' });
}

function bridge(command: string): string {
  return execFileSync('bridge', command.split(' '), { encoding: 'utf8' });
}

const vxlan: Link = {
  name: 'vxlan.calico',
  type: { kind: 'vxlan', vni: 4096, port: 4789, local: parseIp('192.0.2.1'), parent: 'eth0', learning: false },
  mtuBytes: 1450,
  mac: parseMac('66:00:00:00:00:01'),
  up: true,
};
const address: InterfaceAddress = { device: 'vxlan.calico', ip: parseIp('10.24.0.0'), prefixLength: 32 };
/** Where a router in a pod finds this node. */
const peering: InterfaceAddress = {
  device: 'cali2',
  ip: parseIp('169.254.0.179'),
  prefixLength: 32,
  scope: 'link',
};
const peerMac = parseMac('66:00:00:00:00:02');
const neighbour: Neighbour = { device: 'vxlan.calico', ip: parseIp('10.24.1.0'), mac: peerMac };
const fdb: FdbEntry = { device: 'vxlan.calico', mac: peerMac, remote: parseIp('192.0.2.2') };
const sysctl: Sysctl = { path: 'ipv4/conf/vxlan.calico/rp_filter', value: '2' };
const base = { kind: 'unicast', scope: 'universe', metric: 0, table: mainTable, protocol: routeProtocol.weft } as const;
const routes: readonly Route[] = [
  {
    ...base,
    destination: parseCidr('10.24.1.0/26'),
    nextHops: [{ device: 'vxlan.calico', via: parseIp('10.24.1.0'), onlink: true }],
  },
  { ...base, destination: parseCidr('10.24.0.0/26'), kind: 'blackhole', nextHops: [] },
  { ...base, destination: parseCidr('fd00::/122'), kind: 'blackhole', nextHops: [] },
  {
    ...base,
    destination: parseCidr('10.24.0.5/32'),
    protocol: routeProtocol.boot,
    scope: 'link',
    nextHops: [{ device: 'cali1' }],
  },
  { ...base, destination: parseCidr('fd00::5/128'), protocol: routeProtocol.boot, nextHops: [{ device: 'cali1' }] },
];

if (inPrivateNamespace(import.meta.filename)) {
  ip('link set lo up');
  ip('link add eth0 type veth peer name wire');
  ip('addr add 192.0.2.1/24 dev eth0');
  // Else its address changes by itself after two seconds: duplicate address detection is over.
  execFileSync('sh', ['-c', 'echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad']);
  ip('link set eth0 up');
  ip('link set wire up');
  ip('link add cali1 type veth peer name pod1');
  ip('link add cali2 type veth peer name pod2');
  ip('link set cali1 up');
  ip('link set cali2 up');
  ip('link set pod1 up');
  // Foreign things that look alike and must stay.
  ip('link add vxlan9 type vxlan id 9 dstport 8472 dev eth0');
  ip('link set vxlan9 up');
  ip('route add 203.0.113.0/24 via 192.0.2.9 proto static');
  ip('route add 198.51.100.0/24 via 192.0.2.9 proto bird');
  ip('route add 198.51.101.0/24 dev cali1 proto bird');
  ip('route add 10.24.9.0/26 via 192.0.2.9 proto 80 table 100');
  ip('neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0 nud permanent');
  bridge('fdb append 00:00:00:00:00:00 dev vxlan9 dst 192.0.2.9');
  const nl = NetlinkSocket.open();

  const steps = (links: readonly Link[] = [vxlan]): readonly Step[] => [
    step(sysctlResource([sysctl]), [sysctl]),
    step(linkResource(nl), links),
    step(addressResource(nl), [address, peering]),
    step(neighbourResource(nl), [neighbour]),
    step(fdbResource(nl), [fdb]),
    step(routeResource(nl), routes),
  ];

  const foreign = (): string =>
    [
      ip('-o addr show dev eth0'),
      ip('-o link show vxlan9'),
      ip('route show table 100'),
      ip('route show proto static'),
      ip('route show proto bird'),
      ip('neigh show dev eth0'),
      bridge('fdb show dev vxlan9'),
    ].join('');
  const foreignBefore = foreign();

  test('resources: empty node -> everything made in one pass, a second pass changes nothing', async () => {
    const first = await runPlan(steps(), signal);
    assert.ok(isConverged(first), JSON.stringify(first));
    assert.equal(totalChanges(first), 11);
    const second = await runPlan(steps(), signal);
    assert.equal(totalChanges(second), 0, JSON.stringify([...second.changed]));
  });

  const drifts: readonly (readonly [string, () => void])[] = [
    ['tunnel device set down', () => ip('link set vxlan.calico down')],
    ['tunnel device deleted with all that hangs on it', () => ip('link del vxlan.calico')],
    ['tunnel MTU altered', () => ip('link set vxlan.calico mtu 1400')],
    ['tunnel MAC altered', () => ip('link set vxlan.calico address 02:11:22:33:44:55')],
    ['tunnel address removed', () => ip('addr del 10.24.0.0/32 dev vxlan.calico')],
    ['address of a pod device removed', () => ip('addr del 169.254.0.179/32 dev cali2')],
    ['stale address of a pod device left', () => ip('addr add 169.254.0.178/32 dev cali2')],
    ['second tunnel address added', () => ip('addr add 10.99.0.1/32 dev vxlan.calico')],
    ['neighbour deleted', () => ip('neigh del 10.24.1.0 dev vxlan.calico')],
    ['neighbour altered', () => ip('neigh replace 10.24.1.0 lladdr 02:00:00:00:00:77 dev vxlan.calico nud permanent')],
    ['stale neighbour left', () => ip('neigh add 10.24.7.0 lladdr 02:00:00:00:00:77 dev vxlan.calico nud permanent')],
    ['forwarding entry deleted', () => bridge('fdb del 66:00:00:00:00:02 dev vxlan.calico')],
    ['forwarding entry altered', () => bridge('fdb replace 66:00:00:00:00:02 dev vxlan.calico dst 192.0.2.77')],
    ['stale forwarding entry left', () => bridge('fdb append 66:00:00:00:00:07 dev vxlan.calico dst 192.0.2.7')],
    ['route deleted', () => ip('route del 10.24.1.0/26')],
    ['route sent elsewhere', () => ip('route replace 10.24.1.0/26 via 192.0.2.9 proto 80')],
    ['blackhole deleted', () => ip('route del blackhole 10.24.0.0/26')],
    ['IPv6 blackhole deleted', () => ip('-6 route del blackhole fd00::/122')],
    ['pod route deleted', () => ip('route del 10.24.0.5/32')],
    ['pod IPv6 route deleted', () => ip('-6 route del fd00::5/128')],
    ['foreign route on a pod device', () => ip('route add 10.77.0.1/32 dev cali1 proto static')],
    ['foreign route on the tunnel', () => ip('route add 10.77.0.0/26 dev vxlan.calico proto static')],
    ['stale route of ours', () => ip('route add 10.24.8.0/26 via 192.0.2.9 proto 80')],
    [
      'sysctl altered',
      () => void execFileSync('sh', ['-c', 'echo 1 > /proc/sys/net/ipv4/conf/vxlan.calico/rp_filter']),
    ],
  ];

  for (const [name, drift] of drifts) {
    test(`resources: ${name} -> repaired, then nothing more to do`, async () => {
      drift();
      const outcome = await runPlan(steps(), signal);
      assert.ok(totalChanges(outcome) > 0, 'the drift was not seen');
      assert.ok(isConverged(outcome), JSON.stringify(outcome));
      assert.equal(totalChanges(await runPlan(steps(), signal)), 0);
    });
  }

  test('resources: VNI changed -> device recreated and everything on it restored', async () => {
    const changed: Link = { ...vxlan, type: { ...vxlan.type, vni: 4097 } as Link['type'] };
    const outcome = await runPlan(steps([changed]), signal);
    assert.ok(isConverged(outcome), JSON.stringify(outcome));
    assert.match(ip('-d link show vxlan.calico'), /vxlan id 4097/);
    assert.match(ip('route show 10.24.1.0/26'), /via 10.24.1.0 dev vxlan.calico proto 80 onlink/);
  });

  test('resources: drift of all kinds repaired -> foreign things untouched', () => {
    assert.equal(foreign(), foreignBefore);
  });

  test('resources: nothing wanted any more -> all of ours gone, foreign things untouched', async () => {
    const none = [linkResource(nl), addressResource(nl), neighbourResource(nl), fdbResource(nl), routeResource(nl)];
    for (const resource of none.reverse()) {
      const outcome = await runPlan([step(resource as never, [])], signal);
      assert.ok(isConverged(outcome), JSON.stringify(outcome));
    }
    assert.equal(ip('route show proto 80'), '');
    assert.doesNotMatch(ip('link show'), /vxlan\.calico/);
    assert.doesNotMatch(ip('addr show dev cali2'), /inet 169/);
    assert.equal(foreign(), foreignBefore);
    nl.close();
  });
}
