import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubernetesPolicySpec, PolicySpec } from './calico-policy.ts';
import { fromKubernetesPolicy } from './from-kubernetes-policy.ts';
import { networkPolicies } from './kinds.ts';
import { validateObject } from './validate.ts';

const pods = "projectcalico.org/orchestrator == 'k8s'";

describe('fromKubernetesPolicy', () => {
  const table: readonly [name: string, spec: KubernetesPolicySpec, calico: PolicySpec][] = [
    ['default deny', { podSelector: {} }, { selector: pods, types: ['Ingress'] }],
    [
      'pods from pods, a port -> one rule',
      {
        podSelector: { matchLabels: { b: '2', a: '1' } },
        ingress: [{ ports: [{ port: 80 }], from: [{ podSelector: { matchLabels: { app: 'api' } } }] }],
      },
      {
        selector: `${pods} && a == '1' && b == '2'`,
        types: ['Ingress'],
        ingress: [
          {
            action: 'Allow',
            protocol: 'TCP',
            source: { selector: `${pods} && app == 'api'` },
            destination: { ports: [80] },
          },
        ],
      },
    ],
    [
      'two protocols, two peers -> four rules',
      {
        egress: [
          {
            ports: [{ protocol: 'UDP', port: 53 }, { port: 53 }, { port: 8000, endPort: 8010 }],
            to: [{ namespaceSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
          },
        ],
      },
      {
        selector: pods,
        types: ['Ingress', 'Egress'],
        egress: [
          ['UDP', { selector: pods, namespaceSelector: 'all()', ports: [53] }],
          ['UDP', { nets: ['10.0.0.0/8'], notNets: ['10.1.0.0/16'], ports: [53] }],
          ['TCP', { selector: pods, namespaceSelector: 'all()', ports: [53, '8000:8010'] }],
          ['TCP', { nets: ['10.0.0.0/8'], notNets: ['10.1.0.0/16'], ports: [53, '8000:8010'] }],
        ].map(([protocol, destination]) => ({ action: 'Allow', protocol, source: {}, destination }) as never),
      },
    ],
    [
      'expressions; everything else allowed',
      {
        podSelector: {
          matchExpressions: [
            { key: 'a', operator: 'In', values: ['x', 'y'] },
            { key: 'b', operator: 'NotIn', values: ['z'] },
            { key: 'c', operator: 'Exists' },
            { key: 'd', operator: 'DoesNotExist' },
          ],
        },
        policyTypes: ['Egress'],
        egress: [{}],
      },
      {
        selector: `${pods} && a in { 'x', 'y' } && b not in { 'z' } && has(c) && ! has(d)`,
        types: ['Egress'],
        egress: [{ action: 'Allow', source: {}, destination: {} }],
      },
    ],
  ];
  for (const [name, spec, calico] of table) {
    test(`${name}: -> Calico's words, valid`, () => {
      const policy = fromKubernetesPolicy({ metadata: { name: 'p', namespace: 'n' }, spec });
      assert.deepEqual(policy.spec, { tier: 'default', order: 1000, ...calico });
      assert.equal(policy.metadata.name, 'knp.default.p');
      // The name alone is reserved.
      const renamed = { ...policy, metadata: { ...policy.metadata, name: 'p' } };
      assert.deepEqual(validateObject(networkPolicies, renamed), []);
    });
  }
});
