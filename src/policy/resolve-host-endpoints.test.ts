import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostEndpoint } from '../api/calico-endpoints.ts';
import { parseIp } from '../net/ip.ts';
import { hostEndpointWarnings, resolveHostEndpoints } from './resolve-host-endpoints.ts';

const interfaces = [
  { name: 'eth0', addresses: [parseIp('192.168.0.1'), parseIp('fd00::1')] },
  { name: 'eth1', addresses: [parseIp('192.168.1.1')] },
  { name: 'cali123', addresses: [parseIp('192.168.2.1')] },
];

function endpoint(name: string, spec: HostEndpoint['spec']): HostEndpoint {
  return { metadata: { name }, spec: { node: 'node1', ...spec } };
}

/** `NAME: DEVICES`, by endpoint; without a value: `NAME: -`. */
function resolved(...endpoints: readonly HostEndpoint[]): readonly string[] {
  return resolveHostEndpoints(endpoints, 'node1', interfaces).map(({ key, value }) => {
    const { devices } = (value ?? { devices: '-' }) as { readonly devices: string | readonly string[] };
    return `${key}: ${[devices].flat().join(' ')}`;
  });
}

describe('host endpoints of a node -> devices', () => {
  const cases: readonly (readonly [name: string, found: readonly string[], expected: readonly string[]])[] = [
    ['by name', resolved(endpoint('a', { interfaceName: 'eth0' })), ['a: eth0']],
    ['by a name that is not there yet', resolved(endpoint('a', { interfaceName: 'bond0' })), ['a: bond0']],
    ['by address', resolved(endpoint('a', { expectedIPs: ['10.0.0.1', '192.168.1.1'] })), ['a: eth1']],
    ['by addresses of two', resolved(endpoint('a', { expectedIPs: ['fd00:0::1', '192.168.1.1'] })), ['a: eth0 eth1']],
    [
      'the name counts more than addresses',
      resolved(endpoint('a', { interfaceName: 'eth0', expectedIPs: ['192.168.1.1'] })),
      ['a: eth0'],
    ],
    [
      'all, and one of them apart',
      resolved(endpoint('b', { interfaceName: 'eth0' }), endpoint('a', { interfaceName: '*' })),
      ['a: *', 'b: eth0'],
    ],
    ['no such address', resolved(endpoint('a', { expectedIPs: ['10.0.0.1'] })), ['a: -']],
    ['the address of a pod’s device', resolved(endpoint('a', { expectedIPs: ['192.168.2.1'] })), ['a: -']],
    ['the name of a pod’s device', resolved(endpoint('a', { interfaceName: 'cali123' })), ['a: -']],
    [
      'two for one',
      resolved(endpoint('b', { interfaceName: 'eth0' }), endpoint('a', { expectedIPs: ['fd00::1'] })),
      ['a: eth0', 'b: -'],
    ],
    [
      'two for all',
      resolved(endpoint('b', { interfaceName: '*' }), endpoint('a', { interfaceName: '*' })),
      ['a: *', 'b: -'],
    ],
    ['of another node', resolved(endpoint('a', { node: 'node2', interfaceName: 'eth0' })), []],
  ];
  for (const [name, found, expected] of cases) test(name, () => assert.deepEqual(found, expected));
});

describe('profiles', () => {
  const cases: readonly (readonly [profiles: readonly string[] | undefined, allowing: readonly string[]])[] = [
    [undefined, []],
    [['projectcalico-default-allow'], ['projectcalico-default-allow']],
    [['mine', 'kns.default'], ['kns.default']],
    [['ksa.default.default'], []],
  ];
  for (const [profiles, allowing] of cases) {
    test(`${profiles?.join() ?? 'none'} -> those that allow: ${allowing.join() || 'none'}`, () => {
      const spec = { interfaceName: 'eth0', ...(profiles !== undefined && { profiles }) };
      assert.deepEqual(resolveHostEndpoints([endpoint('a', spec)], 'node1', interfaces), [
        {
          kind: 'local-host',
          key: 'a',
          value: { endpoint: 'host/a', name: 'a', devices: ['eth0'], profiles: allowing },
        },
      ]);
    });
  }
});

test('warnings: -> who has it, and what is not there', () => {
  const endpoints = [
    endpoint('a', { interfaceName: 'eth0' }),
    endpoint('b', { interfaceName: 'eth0' }),
    endpoint('c', { expectedIPs: ['10.0.0.1'] }),
  ];
  assert.deepEqual(hostEndpointWarnings(endpoints, 'node1', interfaces), [
    'Cannot apply all of HostEndpoint "b": HostEndpoint "a" has interface "eth0" already, one for each needed',
    'Cannot apply all of HostEndpoint "c": no interface has one of 10.0.0.1',
  ]);
});
