import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIp } from '../net/ip.ts';
import { parseMac } from '../net/mac.ts';
import { deleteFdbEntry, listFdbEntries, replaceFdbEntry } from './fdb.ts';
import { createLink, deleteLink } from './links.ts';
import { deleteNeighbour, listNeighbours, replaceNeighbour } from './neighbours.ts';
import { NetlinkSocket } from './netlink-socket.ts';
import { deleteRule, listRules, replaceRule } from './rules.ts';
import { listedIn, type TestNetns, testNetns } from './testing-netns.ts';

const mac = parseMac('66:01:02:03:04:05');
const other = parseMac('66:01:02:03:04:06');

function withVxlan(netns: TestNetns): NetlinkSocket {
  const nl = NetlinkSocket.open({ netns: netns.path });
  const type = { kind: 'vxlan', vni: 4096, port: 4789, learning: false } as const;
  createLink(nl, { name: 'vxlan.calico', type, mtuBytes: 1450, up: true });
  createLink(nl, { name: 'x1', type: { ...type, vni: 7 }, mtuBytes: 1450, up: true });
  return nl;
}

for (const ip of ['10.24.1.0', 'fd00::7'].map(parseIp)) {
  test(`neighbour ${ip}: permanent, MAC changed in place, deleted twice -> as ip sees it`, () => {
    using netns = testNetns();
    using nl = withVxlan(netns);
    const entry = { device: 'vxlan.calico', ip, mac };
    replaceNeighbour(nl, { ...entry, mac: other });
    replaceNeighbour(nl, entry);
    const [seen] = listedIn(netns, 'ip', 'neighbour', 'show', 'dev', 'vxlan.calico', 'to', ip);
    assert.deepEqual([seen?.lladdr, seen?.state], [mac, ['PERMANENT']]);
    assert.deepEqual(listNeighbours(nl), [entry]);
    assert.deepEqual(listNeighbours(nl, 'vxlan.calico'), [entry]);
    assert.deepEqual(listNeighbours(nl, 'x1'), []);
    deleteNeighbour(nl, entry);
    deleteNeighbour(nl, entry);
    assert.deepEqual(listNeighbours(nl), []);
    deleteLink(nl, 'vxlan.calico');
    deleteNeighbour(nl, entry);
    assert.throws(() => replaceNeighbour(nl, entry), { code: 'NETLINK_ENODEV' });
  });
}

test('fdb: entry made, remote changed in place, deleted twice -> as bridge sees it', () => {
  using netns = testNetns();
  using nl = withVxlan(netns);
  const entry = { device: 'vxlan.calico', mac, remote: parseIp('192.168.122.21') };
  replaceFdbEntry(nl, { ...entry, remote: parseIp('192.168.122.22') });
  replaceFdbEntry(nl, entry);
  const seen = listedIn(netns, 'bridge', 'fdb', 'show', 'dev', 'vxlan.calico').filter((row) => row.dst !== undefined);
  assert.deepEqual(
    seen.map((row) => [row.mac, row.dst, row.state]),
    [[mac, '192.168.122.21', 'permanent']],
  );
  assert.deepEqual(listFdbEntries(nl), [entry]);
  assert.deepEqual(listFdbEntries(nl, 'vxlan.calico'), [entry]);
  assert.deepEqual(listFdbEntries(nl, 'x1'), []);
  deleteFdbEntry(nl, entry);
  deleteFdbEntry(nl, entry);
  assert.deepEqual(listFdbEntries(nl), []);
  deleteLink(nl, 'vxlan.calico');
  deleteFdbEntry(nl, entry);
});

test('rules: added twice -> once there, as ip sees them; deleted twice -> gone', () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  const rules = [
    {
      family: 4,
      priority: 99,
      table: 300,
      from: '10.0.0.0/8',
      to: '10.1.0.0/16',
      fwmark: 16,
      fwmask: 255,
      invert: true,
    },
    { family: 6, priority: 98, table: 254, from: 'fd00::/8' },
  ] as const;
  const kernels = listRules(nl);
  for (const rule of [...rules, ...rules]) replaceRule(nl, rule);
  assert.deepEqual(
    listRules(nl).filter(({ priority }) => priority === 98 || priority === 99),
    rules,
  );
  const [seen] = listedIn(netns, 'ip', 'rule', 'show', 'pref', '99');
  assert.deepEqual(
    {
      table: seen?.table,
      src: seen?.src,
      srclen: seen?.srclen,
      fwmark: seen?.fwmark,
      not: seen?.not,
    },
    { table: '300', src: '10.0.0.0', srclen: 8, fwmark: '0x10', not: null },
  );
  for (const rule of [...rules, ...rules]) deleteRule(nl, rule);
  assert.deepEqual(listRules(nl), kernels);
});
