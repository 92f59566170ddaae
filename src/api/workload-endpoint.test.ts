import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pod } from './core.ts';
import { workloadEndpoints } from './kinds.ts';
import { parseProfileName } from './profile-names.ts';
import { defaultAllowProfile, namespaceProfile, serviceAccountProfile } from './profiles.ts';
import { validateObject } from './validate.ts';
import { endpointLabels, toWorkloadEndpoint } from './workload-endpoint.ts';
import { formatWorkloadEndpointName, parseWorkloadEndpointName } from './workload-endpoint-name.ts';

const key = (name: string): string => `cni.projectcalico.org/${name}`;

function pod(more: { metadata?: Partial<Pod['metadata']>; spec?: Partial<Pod['spec']>; status?: Pod['status'] }): Pod {
  return {
    metadata: { name: 'my-app', namespace: 'shop', ...more.metadata },
    spec: { nodeName: 'node-1', containers: [], ...more.spec },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

describe('workload endpoint names', () => {
  const ids = [
    { id: { node: 'node-1', pod: 'my-app', endpoint: 'eth0' }, name: 'node--1-k8s-my--app-eth0' },
    { id: { node: 'a.b', pod: 'x', endpoint: 'eth0' }, name: 'a.b-k8s-x-eth0' },
    { id: { node: 'a--b', pod: 'c-d-e', endpoint: 'net-1' }, name: 'a----b-k8s-c--d--e-net--1' },
  ];
  for (const { id, name } of ids) {
    test(`${name}: -> written and read back`, () => {
      assert.equal(formatWorkloadEndpointName(id), name);
      assert.deepEqual(parseWorkloadEndpointName(name), id);
    });
  }
  for (const name of [
    '',
    'node1',
    'node1-k8s-abcd',
    'n-cni-c-eth0',
    'n-k8s-p-eth0-x',
    '-n-k8s-p-eth0',
    'n-k8s-p-eth0-',
  ]) {
    test(`"${name}": no pod's endpoint -> undefined`, () => assert.equal(parseWorkloadEndpointName(name), undefined));
  }
});

describe('toWorkloadEndpoint', () => {
  test('running pod: -> every field, valid', () => {
    const endpoint = toWorkloadEndpoint(
      pod({
        metadata: {
          uid: 'u',
          labels: { app: 'web' },
          annotations: {
            [key('containerID')]: 'abc123',
            [key('floatingIPs')]: '["192.0.2.1"]',
            [key('allowedSourcePrefixes')]: '["10.9.0.0/16"]',
          },
        },
        spec: {
          serviceAccountName: 'seller',
          containers: [
            {
              name: 'c',
              ports: [
                { name: 'http', containerPort: 80 },
                { containerPort: 53, hostPort: 53, protocol: 'UDP' },
                { containerPort: 9 },
              ],
            },
          ],
        },
        status: { podIP: '10.24.0.7', podIPs: [{ ip: '10.24.0.7' }, { ip: 'fd00::7' }] },
      }),
    );
    assert.deepEqual(endpoint, {
      apiVersion: 'projectcalico.org/v3',
      kind: 'WorkloadEndpoint',
      metadata: {
        name: 'node--1-k8s-my--app-eth0',
        namespace: 'shop',
        uid: 'u',
        labels: {
          app: 'web',
          'projectcalico.org/namespace': 'shop',
          'projectcalico.org/orchestrator': 'k8s',
          'projectcalico.org/serviceaccount': 'seller',
        },
      },
      spec: {
        orchestrator: 'k8s',
        node: 'node-1',
        containerID: 'abc123',
        pod: 'my-app',
        endpoint: 'eth0',
        serviceAccountName: 'seller',
        ipNetworks: ['10.24.0.7/32', 'fd00::7/128'],
        ipNATs: [{ internalIP: '10.24.0.7', externalIP: '192.0.2.1' }],
        profiles: ['kns.shop', 'ksa.shop.seller'],
        interfaceName: endpoint?.spec.interfaceName,
        ports: [
          { name: 'http', protocol: 'TCP', port: 80, hostPort: 0, hostIP: '' },
          { name: '', protocol: 'UDP', port: 53, hostPort: 53, hostIP: '' },
        ],
        allowSpoofedSourcePrefixes: ['10.9.0.0/16'],
      },
    });
    assert.match(endpoint?.spec.interfaceName ?? '', /^cali[0-9a-f]{11}$/);
    assert.deepEqual(endpoint === undefined ? ['none'] : validateObject(workloadEndpoints, endpoint), []);
  });

  test('host network, no node: -> none', () => {
    assert.equal(toWorkloadEndpoint(pod({ spec: { hostNetwork: true } })), undefined);
    assert.equal(toWorkloadEndpoint({ metadata: { name: 'p' }, spec: { containers: [] } }), undefined);
  });
});

describe('toWorkloadEndpoint: addresses and labels', () => {
  const noted = { [key('podIPs')]: '10.0.0.3/32,fd00::3/128', [key('podIP')]: '10.0.0.2/32' };
  const addresses: readonly [why: string, pod: Pod, nets: readonly string[]][] = [
    ['no address yet', pod({}), []],
    ['status podIP', pod({ status: { podIP: '10.0.0.1' }, metadata: { annotations: noted } }), ['10.0.0.1/32']],
    ['annotation podIPs', pod({ metadata: { annotations: noted } }), ['10.0.0.3/32', 'fd00::3/128']],
    ['annotation podIP', pod({ metadata: { annotations: { [key('podIP')]: '10.0.0.2/32' } } }), ['10.0.0.2/32']],
    [
      'amazon',
      pod({ metadata: { annotations: { 'vpc.amazonaws.com/pod-ips': '10.0.0.4,10.0.0.5' } } }),
      ['10.0.0.4/32', '10.0.0.5/32'],
    ],
    ['unreadable annotation', pod({ metadata: { annotations: { [key('podIPs')]: 'x' } } }), []],
    ['finished', pod({ status: { phase: 'Succeeded', podIP: '10.0.0.1' } }), []],
    [
      'being deleted, address released',
      pod({ metadata: { deletionTimestamp: 't', annotations: { [key('podIP')]: '' } }, status: { podIP: '10.0.0.1' } }),
      [],
    ],
    [
      'being deleted, address held',
      pod({ metadata: { deletionTimestamp: 't', annotations: noted }, status: { podIP: '10.0.0.1' } }),
      ['10.0.0.1/32'],
    ],
  ];
  for (const [why, object, nets] of addresses) {
    test(`${why} -> [${nets}]`, () => assert.deepEqual(toWorkloadEndpoint(object)?.spec.ipNetworks, nets));
  }

  test('labels: service account of 63 letters -> left out, whatever the pod itself claims', () => {
    const claimed = { labels: { 'projectcalico.org/serviceaccount': 'admin' } };
    const labels = endpointLabels(pod({ metadata: claimed, spec: { serviceAccountName: 'x'.repeat(63) } }));
    assert.deepEqual(Object.keys(labels), ['projectcalico.org/namespace', 'projectcalico.org/orchestrator']);
  });
});

describe('profiles', () => {
  test('Namespace: -> kns., allow all, labels prefixed', () => {
    const profile = namespaceProfile({ metadata: { name: 'shop', labels: { team: 'a' }, uid: 'u' } });
    assert.deepEqual(profile.metadata, { name: 'kns.shop', uid: 'u' });
    assert.deepEqual(profile.spec, {
      ingress: [{ action: 'Allow' }],
      egress: [{ action: 'Allow' }],
      labelsToApply: { 'pcns.team': 'a', 'pcns.projectcalico.org/name': 'shop' },
    });
  });

  test('ServiceAccount: -> ksa., no rules, labels prefixed', () => {
    const profile = serviceAccountProfile({ metadata: { name: 'seller', namespace: 'shop', labels: { role: 'b' } } });
    assert.equal(profile.metadata.name, 'ksa.shop.seller');
    assert.deepEqual(profile.spec, { labelsToApply: { 'pcsa.role': 'b', 'pcsa.projectcalico.org/name': 'seller' } });
  });

  test('static profile: -> allows all', () => {
    assert.equal(defaultAllowProfile.metadata.name, 'projectcalico-default-allow');
    assert.equal(defaultAllowProfile.spec.ingress?.[0]?.action, 'Allow');
  });

  const names: readonly [name: string, owner: ReturnType<typeof parseProfileName>][] = [
    ['kns.shop', { kind: 'namespace', namespace: 'shop' }],
    ['ksa.shop.a.b', { kind: 'service-account', namespace: 'shop', name: 'a.b' }],
    ['kns.', undefined],
    ['ksa.shop', undefined],
    ['projectcalico-default-allow', undefined],
  ];
  for (const [name, owner] of names) {
    test(`parseProfileName ${name}: -> ${owner?.kind}`, () => assert.deepEqual(parseProfileName(name), owner));
  }
});
