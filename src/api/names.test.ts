import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCidr } from '../net/cidr.ts';
import { blockName, containerDeviceName, plainFileName, podDeviceName, tunnelHandle, vxlanMac } from './names.ts';

const vectors: readonly [name: string, actual: string, expected: string][] = [
  ['blockName: IPv4 network -> dashes', blockName(parseCidr('10.0.0.0/26')), '10-0-0-0-26'],
  ['blockName: IPv6 network -> dashes', blockName(parseCidr('fd00::/122')), 'fd00---122'],
  ['podDeviceName: default/nginx -> published name', podDeviceName('default', 'nginx'), 'calic440f455693'],
  ['podDeviceName: other prefix -> published name', podDeviceName('namespace', 'podname', 'eni'), 'eni82111e10a96'],
  ['containerDeviceName: id -> 15 characters', containerDeviceName('0123456789abcdef'), 'cali0123456789a'],
  ['containerDeviceName: short id -> itself', containerDeviceName('web-1'), 'caliweb-1'],
  ['containerDeviceName: ids that begin alike -> digested', containerDeviceName('default-web1'), 'cali0a8a8cdf91c'],
  ['plainFileName: plain -> itself', plainFileName('net.c1@eth0'), 'net.c1@eth0'],
  ['plainFileName: digest -> itself', plainFileName(plainFileName('a/b')), plainFileName('a/b')],
  ['plainFileName: path -> digested', plainFileName('../x').slice(0, 7), 'sha256-'],
  ['plainFileName: 300 characters -> digested', `${plainFileName('x'.repeat(300)).length}`, '71'],
  ['vxlanMac: node-a IPv4 -> published MAC', vxlanMac('node-a', 4), '66:07:02:c1:cc:60'],
  ['vxlanMac: node-a IPv6 -> published MAC', vxlanMac('node-a', 6), '66:d4:d5:51:3d:42'],
  ['vxlanMac: worker1 IPv4 -> published MAC', vxlanMac('worker1', 4), '66:3c:05:84:20:98'],
  ['tunnelHandle: VXLAN IPv6 -> prefix and node', tunnelHandle('vxlanV6TunnelAddress', 'n'), 'vxlan-v6-tunnel-addr-n'],
];

for (const [name, actual, expected] of vectors) test(name, () => assert.equal(actual, expected));
