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
  from({ ipBlock: { cidr: '10.0.0.1/8', except: ['10.1.0.1/16'] } }),
  from({ podSelector: { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['x', ''] }] } }),
  ports({ protocol: 'SCTP', port: 'http' }),
  ports({ port: 8000, endPort: 8080 }),
  ports({}),
];

const refused: readonly [spec: Spec, error: RegExp][] = [
  [{ stagedAction: 'Delete', podSelector: { matchLabels: { a: 'b' } } }, /^spec: Spec fields should all be zero-value/],
  [{ policyTypes: ['Both'] }, /^spec.policyTypes\[0\]: supported values/],
  [{ podSelector: { matchLabels: { '-a': 'b' } } }, /^spec.podSelector.matchLabels: name part must consist/],
  [{ podSelector: { matchLabels: { a: '-b' } } }, /^spec.podSelector.matchLabels: a valid label must/],
  [from({}), /^spec.ingress\[0\].from\[0\]: must specify a peer/],
  [from({ ipBlock: { cidr: '10.0.0.1' } }), /from\[0\].ipBlock.cidr: must be a valid CIDR/],
  [from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.1'] } }), /ipBlock.except\[0\]: must be a valid CIDR/],
  [
    from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }),
    /ipBlock.except\[0\]: must be a strict subset of `cidr`/,
  ],
  [
    from({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }),
    /ipBlock.except\[0\]: must be a strict subset of `cidr`/,
  ],
  [from({ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }), /from\[0\]: may not specify both ipBlock/],
  [
    from({ podSelector: { matchExpressions: [{ key: 'a', operator: 'in' }] } }),
    /operator: not a valid selector operator/,
  ],
  [
    from({ podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }),
    /values: must be specified when `operator` is/,
  ],
  [
    from({ podSelector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] } }),
    /values: may not be specified when `operator` is/,
  ],
  [ports({ protocol: 'tcp' }), /ports\[0\].protocol: supported values: "SCTP", "TCP", "UDP"/],
  [ports({ port: 0 }), /ports\[0\].port: must be between 1 and 65535/],
  [ports({ port: 'HTTP' }), /ports\[0\].port: must be no more than 15 char/],
  [ports({ port: 'http', endPort: 80 }), /ports\[0\].endPort: may not be specified when `port` is non-numeric/],
  [ports({ port: 81, endPort: 80 }), /ports\[0\].endPort: must be greater than or equal to `port`/],
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
