import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIp } from '../net/ip.ts';
import type { InterfaceAddress } from '../net/link.ts';
import { deleteAddress, listAddresses, replaceAddress } from './addresses.ts';
import { createLink, deleteLink } from './links.ts';
import { NetlinkSocket } from './netlink-socket.ts';
import { listedIn, testNetns } from './testing-netns.ts';

const cases: readonly (readonly [address: InterfaceAddress, seen: Record<string, unknown>])[] = [
  [
    { device: 'v0', ip: parseIp('10.7.0.1'), prefixLength: 24 },
    { local: '10.7.0.1', prefixlen: 24, broadcast: '10.7.0.255', scope: 'global' },
  ],
  [
    { device: 'v0', ip: parseIp('10.24.0.3'), prefixLength: 32 },
    { local: '10.24.0.3', prefixlen: 32 },
  ],
  [
    { device: 'v0', ip: parseIp('10.8.0.1'), prefixLength: 31, scope: 'link' },
    { scope: 'link', prefixlen: 31 },
  ],
  [
    { device: 'v0', ip: parseIp('fd00::1'), prefixLength: 64 },
    { local: 'fd00::1', nodad: true },
  ],
  [
    { device: 'v0', ip: parseIp('fe80::1'), prefixLength: 64, scope: 'link' },
    { local: 'fe80::1', scope: 'link' },
  ],
];
for (const [address, seen] of cases) {
  test(`address ${address.ip}/${address.prefixLength}: added twice -> once there; deleted twice -> gone`, () => {
    using netns = testNetns();
    using nl = NetlinkSocket.open({ netns: netns.path });
    createLink(nl, { name: 'v0', type: { kind: 'veth', peer: 'v1' }, mtuBytes: 1500, up: true });
    replaceAddress(nl, address);
    replaceAddress(nl, address);
    const [device] = listedIn(netns, 'ip', 'address', 'show', 'v0');
    assert.ok(device !== undefined);
    const [info] = device.addr_info as Record<string, unknown>[];
    for (const [key, value] of Object.entries(seen)) assert.equal(info?.[key], value, key);
    const ours = () => listAddresses(nl, 'v0').filter(({ ip }) => ip === address.ip);
    assert.deepEqual(ours(), [address]);
    assert.ok(listAddresses(nl).some(({ device: name }) => name === 'lo'));
    deleteAddress(nl, address);
    deleteAddress(nl, address);
    assert.deepEqual(ours(), []);
    deleteLink(nl, 'v0');
    deleteAddress(nl, address);
    assert.throws(() => replaceAddress(nl, address), { code: 'NETLINK_ENODEV', message: /"v0"/ });
  });
}
