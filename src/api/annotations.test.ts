import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseIpWithPrefix } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { parseMac } from '../net/mac.ts';
import { type CalicoNodeFields, nodeAnnotationsPatch, readCalicoNode } from './node-annotations.ts';
import { readPodNetworkRequest } from './pod-annotations.ts';

describe('node annotations', () => {
  test('patch: every field -> read back equal', () => {
    const fields: CalicoNodeFields = {
      ipv4Address: parseIpWithPrefix('192.168.122.20/24'),
      ipv6Address: parseIpWithPrefix('fd00::20/64'),
      ipipTunnelAddress: parseIp('10.24.0.1'),
      vxlanTunnelAddress: parseIp('10.24.0.2'),
      vxlanTunnelMac: parseMac('66:07:02:c1:cc:60'),
      vxlanTunnelAddressV6: parseIp('fd10::1'),
      vxlanTunnelMacV6: parseMac('66:d4:d5:51:3d:42'),
      asNumber: 64512,
      routeReflectorClusterId: parseIp('244.0.0.1'),
    };
    const annotations = nodeAnnotationsPatch(fields) as Record<string, string>;
    assert.equal(annotations['projectcalico.org/IPv4Address'], '192.168.122.20/24');
    const node = readCalicoNode({ metadata: { name: 'n', annotations } });
    assert.deepEqual(node, { ...fields, name: 'n', labels: {}, problems: [] });
  });

  test('patch: explicit undefined -> null removes the annotation', () => {
    const patch = nodeAnnotationsPatch({ ipipTunnelAddress: undefined });
    assert.deepEqual(patch, { 'projectcalico.org/IPv4IPIPTunnelAddr': null });
  });

  test('read: broken values -> absent, one problem each', () => {
    const annotations = {
      'projectcalico.org/IPv4Address': 'fd00::1/64',
      'projectcalico.org/VXLANTunnelMACAddr': 'x',
      'projectcalico.org/ASNumber': '0',
      'projectcalico.org/RouteReflectorClusterID': '7',
      'projectcalico.org/IPv4VXLANTunnelAddr': '10.0.0.1',
    };
    const node = readCalicoNode({ metadata: { name: 'n', annotations } });
    assert.equal(node.ipv4Address, undefined);
    assert.equal(node.vxlanTunnelAddress, '10.0.0.1');
    assert.equal(node.problems.length, 4);
    assert.match(node.problems[0] ?? '', /node n, annotation projectcalico.org\/IPv4Address: .*IPv4 address needed/);
  });
});

describe('readPodNetworkRequest', () => {
  const key = (name: string): string => `cni.projectcalico.org/${name}`;

  test('pools: on namespace and pod -> the pod wins key by key', () => {
    const namespace = { [key('ipv4pools')]: '["a"]', [key('ipv6pools')]: '["six"]', [key('hwAddr')]: 'ignored here' };
    const request = readPodNetworkRequest({ [key('ipv4pools')]: '["b","10.0.0.0/16"]' }, namespace);
    assert.deepEqual(request, { ipv4Pools: ['b', '10.0.0.0/16'], ipv6Pools: ['six'] });
  });

  test('addresses, families, MAC: well formed -> values', () => {
    const request = readPodNetworkRequest({
      [key('ipAddrs')]: '["10.0.0.7","fd00::7"]',
      [key('ipFamilies')]: '["IPv6","IPv4"]',
      [key('hwAddr')]: 'AA:BB:CC:DD:EE:FF',
    });
    assert.deepEqual(request, { addresses: ['10.0.0.7', 'fd00::7'], families: [6, 4], mac: 'aa:bb:cc:dd:ee:ff' });
  });

  const refused: readonly [name: string, value: string, reason: RegExp][] = [
    ['ipv4pools', 'pool-a', /JSON list of strings/],
    ['ipv4pools', '[]', /JSON list of strings/],
    ['ipAddrs', '["10.0.0.300"]', /not an IPv4 or IPv6 address/],
    ['ipAddrs', '["10.0.0.1","10.0.0.2"]', /2 IPv4 addresses found/],
    ['ipFamilies', '["ipv4"]', /"IPv4" or "IPv6" needed/],
    ['hwAddr', '1:2', /six pairs/],
  ];
  for (const [name, value, reason] of refused) {
    test(`${name}: ${value} -> refused`, () => {
      assert.throws(() => readPodNetworkRequest({ [key(name)]: value }), reason);
    });
  }
});
