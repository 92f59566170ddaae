import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { seedDualStack, seedEndpoint } from '../../test/support/seed-cluster.ts';
import { seedPolicy } from '../../test/support/seed-policy.ts';
import { podDeviceName } from '../api/names.ts';
import { computeNodeState } from '../desired/compute.ts';
import { parseCidr } from '../net/cidr.ts';
import { formatReplacement } from '../nft/format.ts';
import { allChanges } from '../policy/all-changes.ts';
import { resolveHostEndpoints } from '../policy/resolve-host-endpoints.ts';
import type { PolicyResources } from '../policy/resources.ts';
import { emptyResources } from '../policy/testing/empty-resources.ts';
import {
  globalPolicy,
  hostEndpoint,
  kubernetesPolicy,
  namespace,
  networkPolicy,
  networkSet,
  pod,
  tier,
} from '../policy/testing/policy-case.ts';
import { renderNftTable } from './nft-table.ts';

/** One of everything: what a newcomer sees who lists the table. UPDATE_GOLDEN=1 rewrites it; read the difference. */
const resources: PolicyResources = {
  ...emptyResources,
  namespaces: [namespace('default', { team: 'a' }), namespace('shop', { team: 'b' })],
  pods: [
    pod('default/nginx', { app: 'nginx' }, '10.24.1.1 fd00:10:24:21::1', [{ name: 'http', containerPort: 8080 }]),
    pod('default/pod1', { role: 'pod1' }, '10.24.2.5 fd00:10:24:22::5'),
    pod('default/pod2', { role: 'pod2' }, '10.24.2.6'),
    pod('shop/cart', { app: 'cart' }, '10.24.1.3', [{ name: 'http', containerPort: 8080 }]),
  ],
  globalNetworkSets: [networkSet('bad', { reputation: 'bad' }, ['198.51.100.0/24', '203.0.113.7/32', '2001:db8::/32'])],
  tiers: [tier('platform', { order: 100, defaultAction: 'Pass' })],
  networkPolicies: [
    networkPolicy('default/allow-tcp-80', {
      selector: "app == 'nginx'",
      types: ['Ingress'],
      ingress: [
        { action: 'Allow', protocol: 'TCP', source: { selector: "role == 'pod1'" }, destination: { ports: [80] } },
      ],
    }),
    networkPolicy('shop/cart', {
      selector: "app == 'cart'",
      types: ['Ingress', 'Egress'],
      ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: ['http'] } }],
      egress: [
        { action: 'Allow', protocol: 'TCP', destination: { selector: 'all()', ports: ['http'] } },
        { action: 'Allow', protocol: 'UDP', destination: { ports: [53] } },
        {
          action: 'Allow',
          protocol: 'TCP',
          destination: { nets: ['192.0.2.0/24'], notNets: ['192.0.2.0/28'], ports: [443, '8000:9000'] },
        },
        { action: 'Allow', protocol: 'ICMP', icmp: { type: 8 }, destination: { notSelector: "reputation == 'bad'" } },
      ],
    }),
  ],
  kubernetesPolicies: [kubernetesPolicy('shop/default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })],
  globalNetworkPolicies: [
    globalPolicy('platform.guard', {
      tier: 'platform',
      selector: 'all()',
      types: ['Ingress'],
      ingress: [
        { action: 'Log', protocol: 'TCP', destination: { ports: [22] } },
        { action: 'Deny', source: { selector: "reputation == 'bad'" } },
        { action: 'Pass', source: { nets: ['10.24.0.0/16'] } },
      ],
    }),
    globalPolicy('nodes', {
      selector: "kind == 'node'",
      applyOnForward: false,
      types: ['Ingress', 'Egress'],
      ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: [10250] } }],
      egress: [{ action: 'Allow' }],
    }),
    globalPolicy('early', {
      selector: "kind == 'node'",
      preDNAT: true,
      applyOnForward: true,
      types: ['Ingress'],
      ingress: [{ action: 'Deny', source: { nets: ['198.51.100.0/24'] } }],
    }),
    globalPolicy('fast', {
      selector: "kind == 'node'",
      doNotTrack: true,
      applyOnForward: true,
      types: ['Ingress', 'Egress'],
      ingress: [{ action: 'Allow', protocol: 'UDP', destination: { ports: [6000] } }],
      egress: [{ action: 'Allow', protocol: 'UDP', source: { ports: [6000] } }],
    }),
  ],
  hostEndpoints: [hostEndpoint('node1-eth0', { kind: 'node' }, { node: 'node1', interfaceName: 'eth0' })],
};

const policy = seedPolicy(
  [
    ...allChanges(resources),
    ...['default/nginx', 'shop/cart'].map((key) => {
      const [inside = '', name = ''] = key.split('/');
      const device = podDeviceName(inside, name);
      return { kind: 'local' as const, key: device, value: { device, endpoint: key, name: key } };
    }),
    ...resolveHostEndpoints(resources.hostEndpoints, 'node1', []),
  ],
  {
    failsafeInbound: [
      { protocol: 6, port: 22 },
      { protocol: 6, port: 6443, net: parseCidr('192.168.122.0/24') },
    ],
  },
);
const node = computeNodeState({
  ...seedDualStack(),
  endpoints: [
    seedEndpoint('nginx', podDeviceName('default', 'nginx'), '10.24.1.1', 'fd00:10:24:21::1'),
    { ...seedEndpoint('cart', podDeviceName('shop', 'cart'), '10.24.1.3'), namespace: 'shop' },
  ],
});

test('render: policies of all sorts -> the golden table, accepted by nft', () => {
  const path = join(import.meta.dirname, 'testdata/policy/table.nft');
  const text = formatReplacement(renderNftTable(node, policy, { interfacePrefix: 'cali', tableName: 'weft' }));
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text);
  assert.equal(text, readFileSync(path, 'utf8'));
  execFileSync('unshare', ['-n', 'nft', '--check', '-f', path]);
});
