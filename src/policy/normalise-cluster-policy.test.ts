import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AdminPolicyRule, ClusterPolicyRule } from '../api/cluster-policy.ts';
import { formatSelector } from '../selector/format-selector.ts';
import type { NormalRule } from './normal-policy.ts';
import { normalAdminPolicy, normalBaselinePolicy, normalClusterPolicy } from './normalise-cluster-policy.ts';

const pods = 'projectcalico.org/orchestrator == "k8s"';
const anywhere = 'has(projectcalico.org/namespace)';
const metadata = { name: 'guard' };
const subject = { namespaces: {} };
const everybody = [{ namespaces: {} }];

function cluster(ingress: readonly ClusterPolicyRule[], egress: readonly ClusterPolicyRule[] = []) {
  return normalClusterPolicy({ metadata, spec: { tier: 'Admin', priority: 10, subject, ingress, egress } });
}

function admin(ingress: readonly AdminPolicyRule[], egress: readonly AdminPolicyRule[] = []) {
  return normalAdminPolicy({ metadata, spec: { priority: 10, subject, ingress, egress } });
}

/** `0 Deny 6 80-81 web`, and the peer when it is not every pod. */
function line({ index, name = '', action, protocol = 0, source, destination }: NormalRule): string {
  const { selector = source.selector, nets = source.nets ?? [], ports = [] } = destination;
  const peer = selector === undefined ? '' : formatSelector(selector);
  return [
    `${index} ${action} ${protocol}`,
    name,
    peer === `(${pods} && ${anywhere})` ? '' : peer,
    ...nets,
    ...ports.map((port) => ('name' in port ? port.name : `${port.first}-${port.last}`)),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

describe('ClusterNetworkPolicy', () => {
  const rule = { action: 'Accept', from: everybody } as const;
  const cases: readonly (readonly [name: string, rules: readonly ClusterPolicyRule[], lines: readonly string[]])[] = [
    ['all protocols', [rule], ['0 Allow 0']],
    [
      'names',
      [
        { ...rule, name: 'one' },
        { ...rule, action: 'Pass' },
      ],
      ['0 Allow 0 one', '1 Pass 0'],
    ],
    [
      'ports by protocol',
      [
        {
          ...rule,
          protocols: [
            { tcp: { destinationPort: { number: 80 } } },
            { udp: {} },
            { tcp: { destinationPort: { range: { start: 90, end: 99 } } } },
            { destinationNamedPort: 'web' },
          ],
        },
      ],
      ['0 Allow 6 80-80 90-99', '0 Allow 17', '0 Allow 0 web'],
    ],
    [
      'a protocol with and without a port is all of it',
      [{ ...rule, protocols: [{ sctp: { destinationPort: { number: 80 } } }, { sctp: {} }] }],
      ['0 Allow 132'],
    ],
    [
      'peers',
      [
        {
          action: 'Deny',
          from: [
            { namespaces: { matchLabels: { a: 'b' } } },
            { pods: { namespaceSelector: { matchLabels: { n: 'm' } }, podSelector: { matchLabels: { p: 'q' } } } },
          ],
        },
      ],
      [`0 Deny 0 (${pods} && pcns.a == "b")`, `0 Deny 0 (${pods} && p == "q" && pcns.n == "m")`],
    ],
  ];
  for (const [name, rules, lines] of cases) {
    test(`ingress: ${name}`, () => {
      const { policy, warnings } = cluster(rules);
      assert.deepEqual(policy?.ingress.map(line), lines);
      assert.deepEqual([policy?.directions, warnings], [['ingress'], []]);
    });
  }
});

describe('ClusterNetworkPolicy as a whole', () => {
  const rule = { action: 'Accept', from: everybody } as const;
  test('egress: networks of both families -> one rule of both', () => {
    const networks = ['10.0.0.0/8', 'fd00::/8'];
    const { policy } = cluster([], [{ action: 'Deny', to: [{ networks }] }]);
    assert.deepEqual(policy?.egress.map(line), ['0 Deny 0 10.0.0.0/8 fd00::/8']);
    assert.equal(policy?.egress[0]?.family, undefined);
    assert.deepEqual(policy?.directions, ['egress']);
  });

  test('tier and priority -> tier and order', () => {
    const at = (tier: 'Admin' | 'Baseline') =>
      normalClusterPolicy({ metadata, spec: { tier, priority: 7, subject, ingress: [rule] } }).policy;
    assert.deepEqual(
      [at('Admin'), at('Baseline')].map((policy) => [policy?.tier, policy?.order]),
      [
        ['kube-admin', 7],
        ['kube-baseline', 7],
      ],
    );
  });

  test('subject -> pods only, no host endpoints', () => {
    assert.equal(formatSelector(cluster([rule]).policy?.selector ?? assert.fail()), `(${pods} && ${anywhere})`);
  });

  test('no rules -> decides nothing', () => assert.equal(cluster([]).policy, undefined));

  test('subject of a kind that is not known -> nothing is allowed to anybody; what was denied to some is to all', () => {
    for (const [action, lines] of [
      ['Accept', []],
      ['Deny', ['0 Deny 0']],
      ['Pass', ['0 Deny 0']],
    ] as const) {
      const spec = { tier: 'Admin', priority: 1, subject: {}, ingress: [{ ...rule, action }] } as const;
      const { policy, warnings } = normalClusterPolicy({ metadata, spec });
      assert.deepEqual(
        [policy?.ingress.map(line), formatSelector(policy?.selector ?? assert.fail())],
        [lines, anywhere],
      );
      assert.match(warnings.join(), /Cannot read subject of ClusterNetworkPolicy "guard"/);
    }
  });
});

describe('what cannot be enforced: Accept -> left out; Deny, Pass -> deny all', () => {
  const cases: readonly (readonly [name: string, rule: Partial<ClusterPolicyRule>, field: RegExp])[] = [
    ['nodes', { to: [{ nodes: {} }] }, /egress\[0\]\.to\[0\]\.nodes/],
    ['domain names', { to: [...everybody, { domainNames: ['a.b'] }] }, /egress\[0\]\.to\[1\]\.domainNames/],
    ['a peer of another kind', { to: [{}] }, /egress\[0\]\.to\[0\]/],
    ['no peers', { to: [] }, /egress\[0\]\.to/],
    ['a network', { to: [{ networks: ['10.0.0.0'.repeat(2)] }] }, /egress\[0\]\.destination\.nets\[0\]/],
    ['a protocol of another kind', { to: everybody, protocols: [{}] }, /egress\[0\]\.protocols\[0\]/],
    [
      'a port of another kind',
      { to: everybody, protocols: [{ udp: { destinationPort: {} } }] },
      /protocols\[0\]\.udp\.destinationPort/,
    ],
  ];
  for (const [name, rule, field] of cases) {
    test(name, () => {
      const actions = ['Accept', 'Deny', 'Pass'] as const;
      const found = actions.map((action) => cluster([], [{ action, ...rule }]));
      assert.deepEqual(
        found.map(({ policy }) => policy?.egress.map(line)),
        [[], ['0 Deny 0'], ['0 Deny 0']],
      );
      for (const { warnings } of found) assert.match(warnings.join(), field);
    });
  }
});

describe('AdminNetworkPolicy', () => {
  test('ports -> one rule for each protocol', () => {
    const { policy, warnings } = admin([
      {
        action: 'Deny',
        from: everybody,
        ports: [
          { portNumber: { port: 80 } },
          { portRange: { protocol: 'UDP', start: 1, end: 9 } },
          { namedPort: 'web' },
          { portNumber: { protocol: 'TCP', port: 81 } },
        ],
      },
    ]);
    assert.deepEqual(policy?.ingress.map(line), ['0 Deny 6 80-80 81-81', '0 Deny 17 1-9', '0 Deny 0 web']);
    assert.deepEqual([policy?.id.kind, policy?.tier, policy?.order, warnings], ['anp', 'kube-admin', 10, []]);
  });

  for (const port of [{}, { portNumber: { protocol: 'tcp', port: 80 } }]) {
    test(`port ${JSON.stringify(port)} -> deny all`, () => {
      const { policy, warnings } = admin([{ action: 'Pass', from: everybody, ports: [port] }]);
      assert.deepEqual(policy?.ingress.map(line), ['0 Deny 0']);
      assert.match(warnings.join(), /ingress\[0\]\.ports\[0\]/);
    });
  }

  test('BaselineAdminNetworkPolicy -> last in kube-baseline', () => {
    const spec = { subject, egress: [{ action: 'Deny', to: everybody }] } as const;
    const { policy } = normalBaselinePolicy({ metadata: { name: 'default' }, spec });
    assert.deepEqual(
      [policy?.id.kind, policy?.tier, policy?.order],
      ['banp', 'kube-baseline', Number.POSITIVE_INFINITY],
    );
  });
});
