import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchSelector } from '../selector/match-selector.ts';
import { normalPolicyOf, type PolicyByKind } from './policy-changes.ts';

const kinds: readonly (keyof PolicyByKind)[] = ['np', 'gnp', 'knp', 'kcnp', 'anp', 'banp'];
const keys = [
  ...['tier', 'order', 'selector', 'namespaceSelector', 'types', 'policyTypes', 'ingress', 'egress', 'priority'],
  ...['subject', 'podSelector', 'namespaces', 'pods', 'from', 'to', 'action', 'protocol', 'ports', 'protocols', 'nets'],
  ...['source', 'destination', 'ipBlock', 'cidr', 'except', 'matchLabels', 'matchExpressions', 'key', 'operator'],
];
const words = [
  'Allow',
  'Accept',
  'Deny',
  'Pass',
  'Log',
  'Ingress',
  'TCP',
  'a == "b"',
  '10.0.0.0/8',
  '80',
  'all()',
  '(',
];
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(null, undefined, true, 0, 80, -1, 1.5, Number.NaN),
    fc.constantFrom(...words),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 5 }),
  ),
}));
const pod = {
  'projectcalico.org/namespace': 'shop',
  'projectcalico.org/orchestrator': 'k8s',
  'pcns.projectcalico.org/name': 'shop',
};

test('normalPolicyOf: anything at all for a spec -> never throws; what is not a policy of the namespace stays out', () => {
  const property = fc.property(fc.constantFrom(...kinds), value, (kind, spec) => {
    const namespaced = kind === 'np' || kind === 'knp';
    const metadata = { name: 'x', ...(namespaced && { namespace: 'shop' }) };
    const { policy, warnings } = normalPolicyOf(kind, { metadata, spec } as never);
    for (const warning of warnings) assert.match(warning, /"(shop\/)?x"|(np|kcnp|anp|banp)\/(shop\/)?x/);
    if (policy === undefined || !namespaced) return;
    assert.equal(matchSelector(policy.selector, { ...pod, 'projectcalico.org/namespace': 'blog' }), false);
  });
  fc.assert(property, { numRuns: 4000, seed: 5 });
});

test('normalPolicyOf: a spec that is none -> isolates what it might be for', () => {
  for (const kind of kinds) {
    const namespaced = kind === 'np' || kind === 'knp';
    const metadata = { name: 'x', ...(namespaced && { namespace: 'shop' }) };
    const { policy, warnings } = normalPolicyOf(kind, { metadata, spec: { ingress: 'none', egress: 7 } } as never);
    assert.equal(warnings.length, 1, kind);
    assert.deepEqual(policy?.directions, ['ingress', 'egress'], kind);
    assert.equal(policy !== undefined && matchSelector(policy.selector, pod), true, kind);
    const denied = policy?.ingress.map(({ action }) => action);
    assert.deepEqual(denied, policy?.tier === 'default' ? [] : ['Deny'], kind);
  }
});
