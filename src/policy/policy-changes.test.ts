import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EndpointSlice, Pod, PodSpec, PodStatus } from '../api/core.ts';
import {
  hostEndpointChange,
  namespaceChange,
  networkSetChange,
  podChange,
  policyChange,
  serviceAccountChange,
  serviceChange,
  tierChange,
} from './policy-changes.ts';

const metadata = { namespace: 'shop', name: 'web-1', labels: { app: 'web' } };
const running: PodStatus = { phase: 'Running', podIPs: [{ ip: '10.0.0.5' }, { ip: 'fd00::5' }] };

function pod(spec: Partial<PodSpec> = {}, status: PodStatus = running): Pod {
  return { metadata, spec: { nodeName: 'node1', containers: [{ name: 'c' }], ...spec }, status };
}

test('pod: -> labels of its own, addresses, ports with names', () => {
  const ports = [
    { name: 'http', containerPort: 80 },
    { name: 'dns', containerPort: 53, protocol: 'UDP' },
    { containerPort: 81, hostPort: 8081 },
  ] as const;
  assert.deepEqual(podChange(pod({ serviceAccountName: 'robot', containers: [{ name: 'c', ports }] })), [
    {
      kind: 'endpoint',
      key: 'shop/web-1',
      value: {
        labels: {
          app: 'web',
          'projectcalico.org/namespace': 'shop',
          'projectcalico.org/orchestrator': 'k8s',
          'projectcalico.org/serviceaccount': 'robot',
        },
        namespace: 'shop',
        serviceAccount: 'robot',
        addresses: ['10.0.0.5', 'fd00::5'],
        ports: [
          { name: 'http', protocol: 6, port: 80 },
          { name: 'dns', protocol: 17, port: 53 },
        ],
      },
    },
  ]);
});

describe('pods without an endpoint', () => {
  const cases: readonly (readonly [name: string, pod: Pod, deleted?: boolean])[] = [
    ['on the host’s network', pod({ hostNetwork: true })],
    ['not scheduled', pod({ nodeName: '' })],
    ['succeeded', pod({}, { ...running, phase: 'Succeeded' })],
    ['failed', pod({}, { ...running, phase: 'Failed' })],
    ['deleted', pod(), true],
  ];
  for (const [name, object, deleted] of cases) {
    test(`${name} -> no value`, () => {
      assert.deepEqual(podChange(object, deleted), [{ kind: 'endpoint', key: 'shop/web-1', value: undefined }]);
    });
  }
});

test('namespace, service account: -> what their pods inherit', () => {
  assert.deepEqual(namespaceChange({ metadata: { name: 'shop', labels: { a: 'b' } } }), [
    { kind: 'namespace', key: 'shop', value: { labels: { 'pcns.a': 'b', 'pcns.projectcalico.org/name': 'shop' } } },
  ]);
  assert.deepEqual(serviceAccountChange({ metadata: { namespace: 'shop', name: 'robot', labels: { a: 'b' } } }), [
    {
      kind: 'service-account',
      key: 'shop/robot',
      value: { labels: { 'pcsa.a': 'b', 'pcsa.projectcalico.org/name': 'robot' } },
    },
  ]);
});

test('network sets: -> networks that can be read; namespaced ones know their namespace', () => {
  const spec = { nets: ['10.0.0.1', '10.1.2.3/8', 'none', 'fd00::/8'] };
  const nets = ['10.0.0.1/32', '10.0.0.0/8', 'fd00::/8'];
  assert.deepEqual(networkSetChange({ metadata: { name: 'all', labels: { a: 'b' } }, spec }), [
    { kind: 'network-set', key: 'all', value: { labels: { a: 'b' }, nets } },
  ]);
  assert.deepEqual(networkSetChange({ metadata: { namespace: 'shop', name: 'all' }, spec }), [
    {
      kind: 'network-set',
      key: 'shop/all',
      value: { labels: { 'projectcalico.org/namespace': 'shop' }, namespace: 'shop', nets },
    },
  ]);
});

test('host endpoint: -> an endpoint in no namespace, with its expected addresses', () => {
  const spec = {
    node: 'node1',
    interfaceName: 'eth0',
    expectedIPs: ['192.168.0.1', 'none'],
    ports: [{ name: 'ssh', protocol: 'TCP', port: 22 }],
  };
  assert.deepEqual(hostEndpointChange({ metadata: { name: 'node1-eth0', labels: { role: 'edge' } }, spec }), [
    {
      kind: 'endpoint',
      key: 'host/node1-eth0',
      value: { labels: { role: 'edge' }, addresses: ['192.168.0.1'], ports: [{ name: 'ssh', protocol: 6, port: 22 }] },
    },
  ]);
});

describe('services', () => {
  const slice = (more: Partial<EndpointSlice>): EndpointSlice => ({
    metadata: { namespace: 'shop', name: 'db-1' },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.5'], conditions: { ready: false } }],
    ports: [{ port: 5432 }],
    ...more,
  });
  const cases: readonly (readonly [name: string, slices: readonly EndpointSlice[], value: unknown])[] = [
    ['no slices -> gone', [], undefined],
    ['an address that is not ready -> counts', [slice({})], [{ address: '10.0.0.5', protocol: 6, port: 5432 }]],
    [
      'several ports -> each with each address',
      [slice({ ports: [{ port: 1, protocol: 'UDP' }, { port: 2 }] })],
      [
        { address: '10.0.0.5', protocol: 17, port: 1 },
        { address: '10.0.0.5', protocol: 6, port: 2 },
      ],
    ],
    ['no ports -> the address, at none', [slice({ ports: [] })], [{ address: '10.0.0.5', protocol: 6, port: 0 }]],
    ['names -> no addresses', [slice({ addressType: 'FQDN' })], []],
  ];
  for (const [name, slices, value] of cases) {
    test(name, () => {
      assert.deepEqual(serviceChange('shop', 'db', slices), [{ kind: 'service', key: 'shop/db', value }]);
    });
  }
});

test('tier: nothing said -> last, denies at its end', () => {
  assert.deepEqual(tierChange({ metadata: { name: 'a' }, spec: {} }), [
    { kind: 'tier', key: 'a', value: { name: 'a', order: Number.POSITIVE_INFINITY, defaultAction: 'Deny' } },
  ]);
});

describe('policies', () => {
  const named = { namespace: 'shop', name: 'web' };
  test('keys: -> kind, namespace and name, also when deleted', () => {
    const changes = [
      ...policyChange('np', { metadata: named, spec: {} }),
      ...policyChange('knp', { metadata: named }, true),
      ...policyChange('gnp', { metadata: { name: 'web' }, spec: {} }, true),
    ];
    assert.deepEqual(
      changes.map((change) => [change.key, change.value !== undefined]),
      [
        ['np/shop/web', true],
        ['knp/shop/web', false],
        ['gnp/web', false],
      ],
    );
  });

  test('one that decides nothing -> no value', () => {
    const spec = { tier: 'Admin', priority: 1, subject: { namespaces: {} } } as const;
    assert.equal(policyChange('kcnp', { metadata: { name: 'a' }, spec })[0]?.value, undefined);
  });
});
