import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rule } from '../api/calico-policy.ts';
import type { AdminPolicyRule, ClusterPolicyRule } from '../api/cluster-policy.ts';
import type { Direction } from '../policy/direction.ts';
import { calicoRuleText, clusterRuleText, type KubernetesRule, kubernetesRuleText } from './rule-text.ts';

describe('rule of Calico: in a line', () => {
  const cases: readonly (readonly [Rule, string])[] = [
    [{ action: 'Allow' }, 'Allow'],
    [
      {
        action: 'Allow',
        protocol: 'TCP',
        source: { selector: "role == 'pod1'" },
        destination: { ports: [80] },
      },
      "Allow TCP from role == 'pod1' to port 80",
    ],
    [
      { action: 'Deny', ipVersion: 6, icmp: { type: 128, code: 0 }, notICMP: { type: 3 } },
      'Deny IPv6 type 128 code 0 not type 3',
    ],
    [
      { action: 'Pass', notProtocol: 'UDP', source: { notNets: ['10.0.0.0/8'], notSelector: 'has(x)' } },
      'Pass not UDP from not (has(x)), not 10.0.0.0/8',
    ],
    [
      {
        action: 'Allow',
        protocol: 'UDP',
        source: { ports: ['1000:2000'], serviceAccounts: { names: ['a', 'b'], selector: 'x' } },
        destination: { services: { namespace: 'kube-system', name: 'dns' }, notPorts: [53, 'dns'] },
      },
      'Allow UDP from service account a or b, service accounts with x, port 1000:2000 to service kube-system/dns, not ports 53, dns',
    ],
    [
      { action: 'Allow', source: { nets: ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24', 'a', 'b'] } },
      'Allow from 10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24, 10.0.3.0/24 and 2 more',
    ],
  ];
  for (const [rule, text] of cases) test(text, () => assert.equal(calicoRuleText(rule), text));
});

describe('rule of Kubernetes: in a line', () => {
  const cases: readonly (readonly [KubernetesRule, Direction, string])[] = [
    [{}, 'ingress', 'Allow'],
    [{ from: [{ podSelector: {} }] }, 'ingress', 'Allow from pods'],
    [
      {
        from: [
          { podSelector: { matchLabels: { app: 'web' } }, namespaceSelector: {} },
          { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
        ],
        ports: [{ port: 80 }, { protocol: 'UDP', port: 1000, endPort: 2000 }, { protocol: 'SCTP' }],
      },
      'ingress',
      'Allow from pods with app=web of any namespace, or 10.0.0.0/8 except 10.1.0.0/16 to TCP port 80, UDP ports 1000 to 2000, any SCTP port',
    ],
    [
      { to: [{ namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] } }] },
      'egress',
      'Allow to pods of namespaces with team',
    ],
  ];
  for (const [rule, direction, text] of cases) {
    test(text, () => assert.equal(kubernetesRuleText(rule, direction), text));
  }
});

describe('rule for administrators: in a line', () => {
  const cases: readonly (readonly [AdminPolicyRule | ClusterPolicyRule, Direction, string])[] = [
    [
      {
        name: 'x',
        action: 'Deny',
        from: [{ pods: { namespaceSelector: {}, podSelector: { matchLabels: { a: 'b' } } } }],
        ports: [
          { portNumber: { port: 80 } },
          { portRange: { protocol: 'UDP', start: 1, end: 2 } },
          { namedPort: 'web' },
        ],
      },
      'ingress',
      'Deny from pods with a=b of any namespace to TCP port 80, UDP ports 1 to 2, port web ("x")',
    ],
    [
      { action: 'Accept', to: [{ networks: ['0.0.0.0/0'] }, { nodes: {} }], protocols: [{ tcp: {} }] },
      'egress',
      'Accept to 0.0.0.0/0, or nodes at TCP at any port',
    ],
  ];
  for (const [rule, direction, text] of cases) {
    test(text, () => assert.equal(clusterRuleText(rule, direction), text));
  }
});
