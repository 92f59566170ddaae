import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { networkPolicies, pods, tiers } from './kinds.ts';
import { normaliseKeys } from './normalise-keys.ts';

const cases: readonly [why: string, document: unknown, normalised: unknown][] = [
  ['right spelling', { spec: { ingress: [] } }, { spec: { ingress: [] } }],
  [
    'every level',
    { Kind: 'NetworkPolicy', Metadata: { Name: 'a' }, Spec: { Ingress: [{ Action: 'Allow', ICMP: { Type: 8 } }] } },
    { kind: 'NetworkPolicy', metadata: { name: 'a' }, spec: { ingress: [{ action: 'Allow', icmp: { type: 8 } }] } },
  ],
  ['notICMP', { spec: { egress: [{ noticmp: { code: 1 } }] } }, { spec: { egress: [{ notICMP: { code: 1 } }] } }],
  ['labels', { metadata: { LABELS: { App: 'x' } } }, { metadata: { labels: { App: 'x' } } }],
  ['unknown field', { spec: { Bogus: 1 } }, { spec: { Bogus: 1 } }],
  ['both spellings', { spec: { order: 1, Order: 2 } }, { spec: { order: 1, Order: 2 } }],
  ['two wrong spellings', { spec: { ORDER: 1, Order: 2 } }, { spec: { ORDER: 1, Order: 2 } }],
  ['names of Object.prototype', { spec: { constructor: { a: 1 } } }, { spec: { constructor: { a: 1 } } }],
  ['annotations of a rule', { spec: { ingress: [{ metadata: { annotations: { A: '' } } }] } }, undefined],
  [
    'null',
    { metadata: { labels: null }, spec: { order: null, ingress: [{ protocol: null }] } },
    { metadata: {}, spec: { ingress: [{}] } },
  ],
  ['null under a name nobody knows', { spec: { bogus: null } }, { spec: { bogus: null } }],
  ['no object', 'text', 'text'],
];

describe('normaliseKeys', () => {
  for (const [why, document, normalised] of cases) {
    test(`${why}: -> ${JSON.stringify(normalised ?? 'the same')}`, () =>
      assert.deepEqual(normaliseKeys(networkPolicies, document), normalised ?? document));
  }

  test('kinds of other groups: -> as they are', () => {
    const document = { Spec: { NodeName: 'n' } };
    assert.equal(normaliseKeys(pods, document), document);
    assert.deepEqual(normaliseKeys(tiers, { spec: { Order: 1 } }), { spec: { order: 1 } });
  });
});
