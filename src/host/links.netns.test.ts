import assert from 'node:assert/strict';
import { closeSync } from 'node:fs';
import { test } from 'node:test';
import { parseIp } from '../net/ip.ts';
import type { Link } from '../net/link.ts';
import { parseMac } from '../net/mac.ts';
import { replaceAddress } from './addresses.ts';
import { createLink, deleteLink, getLink, listLinks, moveLink, updateLink } from './links.ts';
import { NetlinkSocket } from './netlink-socket.ts';
import { openNetns } from './netns.ts';
import { listedIn, testNetns } from './testing-netns.ts';

const link = (name: string, type: Link['type'], rest: Partial<Link> = {}): Link => ({
  name,
  type,
  mtuBytes: 1400,
  up: true,
  ...rest,
});
const veth = link('v0', { kind: 'veth', peer: 'v1' });
const local = parseIp('10.7.0.1');
const mac = parseMac('66:01:02:03:04:05');

/** Each is made in a namespace with the pair v0-v1 and a bridge br0. */
const kinds: readonly (readonly [link: Link, info: string, data: Record<string, unknown>])[] = [
  [link('b1', { kind: 'bridge', vlanFiltering: false }), 'bridge', { vlan_filtering: 0 }],
  [
    link('vxlan.calico', { kind: 'vxlan', vni: 4096, port: 4789, learning: false, parent: 'v0', local }, { mac }),
    'vxlan',
    { id: 4096, port: 4789, learning: false, link: 'v0', local: '10.7.0.1' },
  ],
  [
    link('x6', { kind: 'vxlan', vni: 1, port: 8472, learning: true, local: parseIp('fd00::1') }),
    'vxlan',
    { id: 1, port: 8472, learning: true, local6: 'fd00::1' },
  ],
  [link('i0', { kind: 'ifb' }, { master: 'br0', noArp: true }), 'ifb', {}],
  [link('t0', { kind: 'tun', mode: 'tun' }, { noArp: true }), 'tun', { type: 'tun' }],
  [link('t1', { kind: 'tun', mode: 'tap' }, { mac }), 'tun', { type: 'tap' }],
];
for (const [wanted, info, data] of kinds) {
  test(`createLink: ${wanted.name} of kind ${wanted.type.kind} -> as ip sees it, and as we list it`, () => {
    using netns = testNetns();
    using nl = NetlinkSocket.open({ netns: netns.path });
    createLink(nl, { ...veth, mtuBytes: 1500 });
    createLink(nl, link('br0', { kind: 'bridge' }));
    replaceAddress(nl, { device: 'v0', ip: local, prefixLength: 24 });
    createLink(nl, wanted);
    const [seen] = listedIn(netns, 'ip', '-d', 'link', 'show', wanted.name);
    assert.ok(seen !== undefined);
    const linkinfo = seen.linkinfo as { info_kind: string; info_data?: Record<string, unknown> };
    assert.equal(linkinfo.info_kind, info);
    for (const [key, value] of Object.entries(data)) assert.deepEqual(linkinfo.info_data?.[key], value, key);
    assert.equal(seen.mtu, 1400);
    assert.ok((seen.flags as string[]).includes('UP'));
    const { carrier: _, index, mac: found, ...listed } = getLink(nl, wanted.name) ?? assert.fail('not listed');
    const { mac: wantedMac, ...rest } = wanted;
    assert.deepEqual(listed, rest);
    assert.equal(index, seen.ifindex);
    if (wantedMac !== undefined) assert.equal(found, wantedMac);
  });
}

test('createLink: ipip without the driver -> the kernel names the reason, with it the tunnel', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  try {
    createLink(nl, link('tunl7', { kind: 'ipip', ttl: 64, pmtudisc: true, local }));
    assert.equal(getLink(nl, 'tunl7')?.type.kind, 'ipip');
  } catch (error) {
    assert.match(String(error), /Cannot create link "tunl7": EOPNOTSUPP \(Unknown device type\)/);
  }
});

test('createLink: veth peer in another namespace -> made there with its MAC, no peer here', () => {
  using netns = testNetns();
  using other = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  const peerNetns = openNetns(other.path);
  createLink(nl, { ...veth, type: { kind: 'veth', peer: 'eth0' } }, { peerNetns, peerMac: mac });
  closeSync(peerNetns);
  assert.equal(listedIn(other, 'ip', 'link', 'show', 'eth0')[0]?.address, mac);
  assert.deepEqual(getLink(nl, 'v0')?.type, { kind: 'veth' });
  deleteLink(nl, 'v0');
  assert.equal(listedIn(other, 'ip', 'link').length, 1);
});

test('createLink: name taken -> NETLINK_EEXIST, also for tun', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  createLink(nl, veth);
  assert.throws(() => createLink(nl, veth), { code: 'NETLINK_EEXIST', message: /create link "v0"/ });
  assert.throws(() => createLink(nl, link('v1', { kind: 'tun', mode: 'tun' })), { code: 'NETLINK_EEXIST' });
});

test('createLink: unknown bridge or underlay -> NETLINK_ENODEV with its name', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  assert.throws(() => createLink(nl, { ...veth, master: 'br9' }), { code: 'NETLINK_ENODEV', message: /"br9"/ });
  assert.equal(listLinks(nl).length, 1);
});

test('updateLink: MTU, MAC, down, NOARP, bridge -> as ip sees them', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  createLink(nl, veth);
  createLink(nl, link('br0', { kind: 'bridge' }));
  updateLink(nl, { ...veth, mtuBytes: 1300, mac, up: false, noArp: true, master: 'br0' });
  const [seen] = listedIn(netns, 'ip', 'link', 'show', 'v0');
  assert.ok(seen !== undefined);
  assert.deepEqual([seen.mtu, seen.address, seen.master], [1300, mac, 'br0']);
  const flags = seen.flags as string[];
  assert.deepEqual([flags.includes('UP'), flags.includes('NOARP')], [false, true]);
  assert.deepEqual(getLink(nl, 'v0')?.master, 'br0');
});

test('deleteLink: a veth takes its peer along; twice -> fine', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  createLink(nl, veth);
  deleteLink(nl, 'v1');
  deleteLink(nl, 'v1');
  assert.deepEqual(
    listLinks(nl).map(({ name }) => name),
    ['lo'],
  );
  assert.equal(getLink(nl, 'v0'), undefined);
});

test('moveLink: device leaves this namespace and is in the other', () => {
  using netns = testNetns();
  using other = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  createLink(nl, veth);
  const fd = openNetns(other.path);
  moveLink(nl, 'v1', fd);
  closeSync(fd);
  assert.equal(getLink(nl, 'v1'), undefined);
  assert.equal(listedIn(other, 'ip', 'link').length, 2);
});

test('listLinks: carrier follows the peer; peer by name in the same namespace', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  createLink(nl, veth);
  assert.equal(getLink(nl, 'v0')?.carrier, false);
  updateLink(nl, { ...veth, name: 'v1' });
  assert.equal(getLink(nl, 'v0')?.carrier, true);
  assert.deepEqual(getLink(nl, 'v1')?.type, { kind: 'veth', peer: 'v0' });
});
