import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubernetesPolicySpec } from '../api/calico-policy.ts';
import { formatSelector } from '../selector/format-selector.ts';
import type { NormalEntity, NormalRule } from './normal-policy.ts';
import { normalKubernetesPolicy } from './normalise-kubernetes-policy.ts';

const pods = 'projectcalico.org/orchestrator == "k8s"';
const here = 'projectcalico.org/namespace == "shop"';

function normal(spec: KubernetesPolicySpec) {
  const { policy, warnings } = normalKubernetesPolicy({ metadata: { namespace: 'shop', name: 'web' }, spec });
  return { policy: policy ?? assert.fail('no policy'), warnings };
}

/** A rule as one line: `0 Allow 6 from SELECTOR to 10.0.0.0/8!10.1.0.0/16 80 443-444`. */
function line({ index, action, protocol = 0, source, destination }: NormalRule): string {
  const from = entity(source);
  const to = entity(destination);
  return [`${index} ${action} ${protocol}`, from && `from ${from}`, to && `to ${to}`]
    .filter((part) => part !== '')
    .join(' ');
}

function entity({ selector, nets = [], notNets = [], ports = [] }: NormalEntity): string {
  return [
    ...(selector === undefined ? [] : [formatSelector(selector)]),
    ...nets,
    ...notNets.map((net) => `!${net}`),
    ...ports.map((port) =>
      'name' in port ? port.name : port.first === port.last ? port.first : `${port.first}-${port.last}`,
    ),
  ].join(' ');
}

test('a policy -> tier default, order 1000, pods of its namespace', () => {
  const { policy } = normal({ podSelector: { matchLabels: { app: 'web' } } });
  assert.deepEqual([policy.tier, policy.order, policy.directions], ['default', 1000, ['ingress']]);
  assert.equal(formatSelector(policy.selector), `(${pods} && app == "web" && ${here})`);
});

describe('directions', () => {
  const cases: readonly (readonly [name: string, spec: KubernetesPolicySpec, directions: readonly string[]])[] = [
    ['nothing said', {}, ['ingress']],
    ['egress rules', { egress: [{}] }, ['ingress', 'egress']],
    ['an empty list is nothing', { policyTypes: [] }, ['ingress']],
    ['what there is not is everything', { policyTypes: ['Inbound' as 'Ingress'] }, ['ingress', 'egress']],
    ['said', { policyTypes: ['Egress'] }, ['egress']],
  ];
  for (const [name, spec, directions] of cases) {
    test(`${name} -> ${directions.join(', ')}`, () => assert.deepEqual(normal(spec).policy.directions, directions));
  }
});

describe('rules: -> one for each protocol and peer, under the index of the resource', () => {
  const cases: readonly (readonly [name: string, spec: KubernetesPolicySpec, lines: readonly string[]])[] = [
    ['none', { ingress: [] }, []],
    ['everything', { ingress: [{}] }, ['0 Allow 0']],
    [
      'peers and ports',
      {
        ingress: [
          {
            from: [
              { podSelector: { matchLabels: { a: 'b' } } },
              { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
            ],
          },
          {
            ports: [{ port: 80 }, { port: 443, endPort: 444 }, { protocol: 'UDP', port: 'dns' }, { protocol: 'SCTP' }],
          },
        ],
      },
      [
        `0 Allow 0 from (${pods} && a == "b" && ${here})`,
        '0 Allow 0 from 10.0.0.0/8 !10.1.0.0/16',
        '1 Allow 6 to 80 443-444',
        '1 Allow 17 to dns',
        '1 Allow 132',
      ],
    ],
    [
      'namespaces',
      {
        ingress: [
          { from: [{ namespaceSelector: {} }] },
          { from: [{ namespaceSelector: { matchLabels: { n: 'm' } }, podSelector: { matchLabels: { a: 'b' } } }] },
        ],
      },
      [
        `0 Allow 0 from (${pods} && has(projectcalico.org/namespace))`,
        `1 Allow 0 from (${pods} && a == "b" && pcns.n == "m")`,
      ],
    ],
    [
      'expressions',
      {
        ingress: [
          {
            from: [
              {
                podSelector: {
                  matchExpressions: [
                    { key: 'a', operator: 'In', values: ['y', 'x'] },
                    { key: 'b', operator: 'NotIn', values: ['z'] },
                    { key: 'c', operator: 'Exists' },
                    { key: 'd', operator: 'DoesNotExist' },
                  ],
                },
              },
            ],
          },
        ],
      },
      [`0 Allow 0 from (${pods} && a in {"x", "y"} && b not in {"z"} && has(c) && !has(d) && ${here})`],
    ],
    [
      'egress',
      {
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: 'fd00::/8' } }], ports: [{ port: 53, protocol: 'UDP' }] }],
      },
      ['0 Allow 17 to fd00::/8 53'],
    ],
  ];
  for (const [name, spec, lines] of cases) {
    test(name, () => {
      const { policy, warnings } = normal(spec);
      assert.deepEqual([...policy.ingress, ...policy.egress].map(line), lines);
      assert.deepEqual(warnings, []);
    });
  }
});

test('a network that is none: -> the whole rule is left out, the next stays', () => {
  const { policy, warnings } = normal({
    ingress: [{ from: [{ ipBlock: { cidr: '10/8' } }, { podSelector: {} }] }, {}],
  });
  assert.deepEqual(policy.ingress.map(line), ['1 Allow 0']);
  assert.match(warnings.join(), /^Cannot read ingress\[0\]\.source\.nets\[0\] of Kubernetes NetworkPolicy "shop\/web"/);
});
