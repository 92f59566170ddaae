import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { autoHostEndpoints } from './auto-host-endpoints.ts';
import type { HostEndpointTemplate } from './calico-config.ts';
import type { Node } from './core.ts';
import * as kinds from './kinds.ts';
import { validateObject } from './validate.ts';

const node: Node = {
  metadata: {
    name: 'node1',
    labels: { zone: 'a', role: 'edge' },
    annotations: {
      'projectcalico.org/IPv4Address': '192.168.0.1/24',
      'projectcalico.org/IPv4IPIPTunnelAddr': '10.24.0.1',
      'projectcalico.org/IPv4VXLANTunnelAddr': '10.24.0.2',
      'projectcalico.org/Interfaces': JSON.stringify([
        { name: 'eth0', addresses: ['192.168.0.1'] },
        { name: 'eth1', addresses: ['172.16.0.1', 'fd00::1'] },
        { name: 'wlan_0', addresses: ['172.17.0.1'] },
      ]),
    },
  },
  status: {
    addresses: [
      { type: 'InternalIP', address: '192.168.0.1' },
      { type: 'ExternalIP', address: '203.0.113.1' },
      { type: 'Hostname', address: 'node1' },
    ],
  },
};

test('default: -> one for all interfaces that allows what no policy decides', () => {
  const [endpoint, ...others] = autoHostEndpoints(node, { autoCreate: 'Enabled' });
  assert.deepEqual(others, []);
  assert.deepEqual(endpoint, {
    apiVersion: 'projectcalico.org/v3',
    kind: 'HostEndpoint',
    metadata: {
      name: 'node1-auto-hep',
      labels: { zone: 'a', role: 'edge', 'projectcalico.org/created-by': 'calico-kube-controllers' },
    },
    spec: {
      node: 'node1',
      interfaceName: '*',
      expectedIPs: ['192.168.0.1', '203.0.113.1', '10.24.0.1', '10.24.0.2'],
      profiles: ['projectcalico-default-allow'],
    },
  });
});

describe('not asked for', () => {
  for (const settings of [
    undefined,
    {},
    { autoCreate: 'Disabled' },
    { autoCreate: 'Enabled', createDefaultHostEndpoint: 'Disabled' },
  ] as const) {
    test(`${JSON.stringify(settings)} -> none`, () => assert.deepEqual(autoHostEndpoints(node, settings), []));
  }
});

describe('templates', () => {
  /** `NAME INTERFACE ADDRESS,ADDRESS` of each. */
  const made = (template: HostEndpointTemplate, of = node): readonly string[] =>
    autoHostEndpoints(of, { autoCreate: 'Enabled', createDefaultHostEndpoint: 'Disabled', templates: [template] }).map(
      (endpoint) => {
        assert.deepEqual(validateObject(kinds.hostEndpoints, endpoint), []);
        const { interfaceName = '-', expectedIPs = [] } = endpoint.spec;
        return `${endpoint.metadata.name} ${interfaceName} ${expectedIPs.join()}`;
      },
    );
  const cases: readonly (readonly [name: string, template: HostEndpointTemplate, found: readonly string[]])[] = [
    [
      'addresses in networks',
      { generateName: 'wan', interfaceCIDRs: ['203.0.113.0/24'] },
      ['node1-wan-auto-hep - 203.0.113.1'],
    ],
    ['no address in networks', { generateName: 'wan', interfaceCIDRs: ['198.51.100.0/24'] }, []],
    [
      'interfaces by pattern',
      { generateName: 'lan', interfacePattern: '^eth' },
      ['node1-lan-eth0-auto-hep eth0 192.168.0.1', 'node1-lan-eth1-auto-hep eth1 172.16.0.1,fd00::1'],
    ],
    [
      'interfaces by pattern and networks',
      { generateName: 'lan', interfacePattern: '^eth', interfaceCIDRs: ['172.16.0.0/12'] },
      ['node1-lan-eth1-auto-hep eth1 172.16.0.1'],
    ],
    [
      'selected',
      { generateName: 'lan', nodeSelector: "zone == 'a'", interfaceCIDRs: ['192.168.0.0/16'] },
      ['node1-lan-auto-hep - 192.168.0.1'],
    ],
    ['not selected', { generateName: 'lan', nodeSelector: "zone == 'b'" }, []],
    ['pattern that is none', { interfacePattern: '(' }, []],
  ];
  for (const [name, template, found] of cases) test(name, () => assert.deepEqual(made(template), found));

  test('names that are none -> digested, one for each', () => {
    const [odd = ''] = made({ generateName: 'w', interfacePattern: '^wlan_0$' });
    assert.match(odd, /^node1-[0-9a-f]{11}-auto-hep wlan_0 172\.17\.0\.1$/);
    const long = { ...node, metadata: { ...node.metadata, name: `${'n'.repeat(240)}.x` } };
    const [one = '', two = ''] = made({ generateName: 'long', interfacePattern: '^eth' }, long).map(
      (text) => text.split(' ')[0],
    );
    assert.equal(one.length <= 253 && one !== two, true);
  });

  test('labels and annotations -> those of the template win', () => {
    const template = { labels: { zone: 'b', more: 'c' }, annotations: { note: 'x' } };
    const [endpoint] = autoHostEndpoints(node, {
      autoCreate: 'Enabled',
      createDefaultHostEndpoint: 'Disabled',
      templates: [template],
    });
    assert.deepEqual(endpoint?.metadata.labels, {
      zone: 'b',
      role: 'edge',
      more: 'c',
      'projectcalico.org/created-by': 'calico-kube-controllers',
    });
    assert.deepEqual(endpoint?.metadata.annotations, { note: 'x' });
  });
});
