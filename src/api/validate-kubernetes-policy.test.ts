import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stagedKubernetesNetworkPolicies as kind } from './kinds.ts';
import type { KubernetesObject } from './meta.ts';
import { validateObject } from './validate.ts';

type Spec = Readonly<Record<string, unknown>>;
const from = (peer: Spec): Spec => ({ ingress: [{ from: [peer] }] });
const ports = (port: Spec): Spec => ({ egress: [{ ports: [port] }] });

const accepted: readonly Spec[] = [
  {},
  { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  { stagedAction: 'Delete', podSelector: {} },
  from({ podSelector: { matchLabels: { app: 'a' } }, namespaceSelector: {} }),
  from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }),
  from({ podSelector: { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['x', ''] }] } }),
  ports({ protocol: 'SCTP', port: 'http' }),
  ports({ port: 8000, endPort: 8080 }),
  ports({}),
];

const refused: readonly [spec: Spec, error: RegExp][] = [
  [{ stagedAction: 'Delete', podSelector: { matchLabels: { a: 'b' } } }, /^spec: Spec fields should all be zero-value/],
  [{ policyTypes: ['Both'] }, /^spec.policyTypes\[0\]: supported values/],
  [{ podSelector: { matchLabels: { '-a': 'b' } } }, /^spec.podSelector.matchLabels.-a: a label key/],
  [{ podSelector: { matchLabels: { a: '-b' } } }, /^spec.podSelector.matchLabels.a: a label value/],
  [from({}), /^spec.ingress\[0\].from\[0\]: a peer is needed/],
  [from({ ipBlock: { cidr: '10.0.0.1' } }), /from\[0\].ipBlock.cidr: a network/],
  [from({ ipBlock: { cidr: '10.0.0.1/8' } }), /from\[0\].ipBlock.cidr: a network/],
  [from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }), /ipBlock.except\[0\]: a network inside/],
  [from({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }), /ipBlock.except\[0\]: a network inside/],
  [from({ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }), /ipBlock: not allowed together/],
  [from({ podSelector: { matchExpressions: [{ key: 'a', operator: 'in' }] } }), /operator: supported values: "In"/],
  [from({ podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }), /values: is required with operator In/],
  [
    from({ podSelector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] } }),
    /values: not allowed with operator Exists/,
  ],
  [ports({ protocol: 'tcp' }), /ports\[0\].protocol: supported values: "TCP", "UDP", "SCTP"/],
  [ports({ port: 0 }), /ports\[0\].port: a port from 1 to 65535/],
  [ports({ port: 'HTTP' }), /ports\[0\].port: a port name is needed/],
  [ports({ port: 'http', endPort: 80 }), /ports\[0\].endPort: may not be specified without a numeric port/],
  [ports({ port: 81, endPort: 80 }), /ports\[0\].endPort: a port from 81 to 65535/],
];

function errorsOf(spec: Spec): string[] {
  const object = { metadata: { name: 'name' }, spec } as KubernetesObject;
  return validateObject(kind, object).map(({ field, reason }) => `${field}: ${reason}`);
}

describe('StagedKubernetesNetworkPolicy', () => {
  for (const spec of accepted) {
    test(`${JSON.stringify(spec)}: -> accepted`, () => assert.deepEqual(errorsOf(spec), []));
  }
  for (const [spec, expected] of refused) {
    test(`${JSON.stringify(spec)}: -> ${expected.source}`, () => {
      const errors = errorsOf(spec);
      assert.equal(errors.length, 1, errors.join('; '));
      assert.match(errors[0] ?? '', expected);
    });
  }
});
