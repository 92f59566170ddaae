import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as kinds from './kinds.ts';
import type { Kind, KubernetesObject } from './meta.ts';
import { writtenElsewhere } from './policy-name.ts';
import { validateObject } from './validate.ts';

const np = kinds.networkPolicies;
const gnp = kinds.globalNetworkPolicies;
const snp = kinds.stagedNetworkPolicies;
const sgnp = kinds.stagedGlobalNetworkPolicies;
const allow = { action: 'Allow' };
const service = { services: { name: 'web', namespace: 'x' } };

type Spec = Readonly<Record<string, unknown>>;

function errorsOf(kind: Kind<KubernetesObject>, spec: Spec, name = 'name'): string[] {
  const object = { metadata: { name }, spec } as KubernetesObject;
  return validateObject(kind, object).map(({ field, reason }) => `${field}: ${reason}`);
}

const accepted: readonly [kind: Kind<KubernetesObject>, spec: Spec][] = [
  [np, {}],
  [np, { tier: 'platform', order: 0.5, selector: "app == 'a'", types: ['Egress'], ingress: [allow] }],
  [np, { ingress: [{ ...allow, source: service }], egress: [{ ...allow, destination: service }] }],
  [np, { performanceHints: ['AssumeNeededOnEveryNode'] }],
  [gnp, { doNotTrack: true, applyOnForward: true, egress: [allow] }],
  [gnp, { preDNAT: true, applyOnForward: true, types: ['Ingress'] }],
  [gnp, { namespaceSelector: "zone == 'a'", ingress: [{ ...allow, source: service }] }],
  [snp, { stagedAction: 'Learn', ingress: [allow] }],
  [snp, { stagedAction: 'Delete', tier: 'platform', selector: '', types: [], ingress: [] }],
  [sgnp, { stagedAction: 'Delete', doNotTrack: false }],
];

const refused: readonly [kind: Kind<KubernetesObject>, spec: Spec, errors: RegExp][] = [
  [np, { ingress: [{}] }, /^spec.ingress\[0\].action: is required$/],
  [
    np,
    { ingress: [{ action: 'allow' }] },
    /^spec.ingress\[0\].action: supported values: "Allow", "Deny", "Log", "Pass"$/,
  ],
  [np, { egress: [{ ...allow, ipVersion: 5 }] }, /^spec.egress\[0\].ipVersion: supported values: 4, 6$/],
  [np, { types: ['ingress'] }, /^spec.types\[0\]: supported values: "Ingress", "Egress"$/],
  [np, { types: ['Ingress', 'Ingress'] }, /^spec.types: an item is listed twice$/],
  [np, { order: '1' }, /^spec.order: a number is needed$/],
  [np, { tier: 'a.b' }, /^spec.tier: does not match/],
  [np, { selector: 'x'.repeat(1025) }, /^spec.selector: longer than 1024|^spec.selector: Cannot read selector/],
  [np, { selector: 'global()' }, /^spec.selector: global\(\) can only be used/],
  [np, { serviceAccountSelector: 'a =' }, /^spec.serviceAccountSelector: .*offset 2/],
  [np, { doNotTrack: true }, /^spec.doNotTrack: field is not recognized/],
  [np, { ingress: new Array(1025).fill(allow) }, /^spec.ingress: 1025 items found, at most 1024 allowed/],
  [np, { ingress: [{ ...allow, source: { protocol: 'TCP' } }] }, /^spec.ingress\[0\].source.protocol: field is not/],
  [
    np,
    { ingress: [{ ...allow, destination: service }] },
    /^spec.ingress\[0\].destination.services: not allowed in ingress/,
  ],
  [np, { egress: [{ ...allow, source: service }] }, /^spec.egress\[0\].source.services: not allowed in egress/],
  [np, { egress: [{ ...allow, http: { methods: ['GET'] } }] }, /^spec.egress\[0\].http: not allowed in egress/],
  [
    gnp,
    { egress: [{ ...allow, destination: { services: { name: 'a' } } }] },
    /services.namespace: must specify a namespace/,
  ],
  [gnp, { doNotTrack: true, preDNAT: true, applyOnForward: true }, /^spec.preDNAT: PreDNAT and DoNotTrack cannot both/],
  [gnp, { doNotTrack: true }, /^spec.applyOnForward: ApplyOnForward must be true/],
  [
    gnp,
    { preDNAT: true, applyOnForward: true, egress: [allow] },
    /^spec.egress: PreDNAT PolicySpec cannot have any Egress/,
  ],
  [gnp, { namespaceSelector: 'global()' }, /^spec.namespaceSelector: global\(\) can only/],
  [snp, { stagedAction: 'set' }, /^spec.stagedAction: supported values/],
  [snp, { stagedAction: 'Delete', order: 1 }, /^spec: Spec fields, except Tier, should all be zero-value/],
  [sgnp, { stagedAction: 'Delete', selector: 'all()' }, /^spec: Spec fields, except Tier, should all be zero-value/],
  [sgnp, { doNotTrack: true }, /^spec.applyOnForward: ApplyOnForward/],
  [kinds.profiles, { egress: [{ ...allow, protocol: 'x' }] }, /^spec.egress\[0\].protocol: protocol name invalid/],
];

describe('policies', () => {
  for (const [kind, spec] of accepted) {
    test(`${kind.kind} ${JSON.stringify(spec)}: -> accepted`, () => assert.deepEqual(errorsOf(kind, spec), []));
  }
  for (const [kind, spec, expected] of refused) {
    test(`${kind.kind} ${JSON.stringify(spec).slice(0, 90)}: -> ${expected.source.slice(0, 60)}`, () => {
      const errors = errorsOf(kind, spec);
      assert.equal(errors.length, 1, errors.join('; '));
      assert.match(errors[0] ?? '', expected);
    });
  }

  const names: readonly [kind: Kind<KubernetesObject>, name: string, fits: boolean][] = [
    [np, 'allow-web', true],
    [np, 'platform.allow-web', true],
    [np, 'a.b.c', false],
    [np, 'knp.default.a.b', true],
    [np, 'knp.other.a', false],
    [np, 'Allow', false],
    [gnp, 'platform.allow-web', true],
    [gnp, 'knp.default.a', false],
    [snp, 'ossg.default.a', true],
    [sgnp, 'a.b.c', false],
  ];
  for (const [kind, name, fits] of names) {
    test(`${kind.kind} called ${name}: -> ${fits ? 'accepted' : 'one error'}`, () => {
      const errors = errorsOf(kind, {}, name);
      assert.equal(errors.length, fits ? 0 : 1, errors.join('; '));
      for (const error of errors) assert.match(error, /^metadata.name: /);
    });
  }

  test('names of Kubernetes policies: -> written elsewhere', () => {
    assert.match(writtenElsewhere('NetworkPolicy', 'knp.default.a') ?? '', /through the kubernetes API/);
    assert.equal(writtenElsewhere('NetworkPolicy', 'default.a'), undefined);
    assert.equal(writtenElsewhere('GlobalNetworkPolicy', 'knp.default.a'), undefined);
  });
});
