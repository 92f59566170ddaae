import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromV1, type ImportedObject, v1ApiVersion, v1Plurals } from './import-v1.ts';
import type { KubernetesObject } from './meta.ts';

type Json = Readonly<Record<string, unknown>>;

const v1 = (kind: string, name: string, spec: Json, metadata: Json = {}): KubernetesObject =>
  ({ apiVersion: v1ApiVersion, kind, metadata: { name, ...metadata }, spec }) as KubernetesObject;

function imported(object: KubernetesObject): ImportedObject {
  const result = fromV1(object);
  if ('object' in result) return result;
  throw new assert.AssertionError({ message: JSON.stringify(result) });
}

const specOf = (object: KubernetesObject): Json => (object as { readonly spec?: Json }).spec ?? {};

const specs: readonly [title: string, object: KubernetesObject, expected: Json][] = [
  [
    'IPPool: defaults -> filled in',
    v1('IPPool', 'p', { cidr: '10.0.0.0/16', ipipMode: 'Always' }),
    {
      blockSize: 26,
      vxlanMode: 'Never',
      nodeSelector: 'all()',
    },
  ],
  [
    'IPPool: ipip and nat-outgoing of the first versions -> ipipMode, natOutgoing',
    v1('IPPool', 'p', {
      cidr: '10.0.0.0/16',
      ipip: { enabled: true, mode: 'cross-subnet' },
      'nat-outgoing': true,
    }),
    { ipipMode: 'CrossSubnet', natOutgoing: true },
  ],
  [
    'IPAMConfig: -> IPAMConfiguration',
    v1('IPAMConfig', 'default', { strictAffinity: true, maxBlocksPerHost: 4 }),
    {
      strictAffinity: true,
      maxBlocksPerHost: 4,
    },
  ],
  [
    'BlockAffinity: deleted "false" -> false',
    v1('BlockAffinity', 'n1-10-0-0-0-26', {
      cidr: '10.0.0.0/26',
      node: 'n1',
      state: 'confirmed',
      deleted: 'false',
    }),
    { deleted: false },
  ],
  [
    'BlockAffinity: deleted "true" -> true, no error',
    v1('BlockAffinity', 'n1-10-0-0-0-26', {
      cidr: '10.0.0.0/26',
      node: 'n1',
      state: 'pendingDeletion',
      deleted: 'true',
    }),
    { deleted: true },
  ],
  [
    'GlobalNetworkPolicy: types left out -> filled in',
    v1('GlobalNetworkPolicy', 'default.p', {
      tier: 'default',
      egress: [{ action: 'Allow' }],
    }),
    { types: ['Egress'] },
  ],
];

const names: readonly [kind: string, stored: string, tier: string, shown: string][] = [
  ['GlobalNetworkPolicy', 'default.web', 'default', 'web'],
  ['GlobalNetworkPolicy', 'web', 'default', 'web'],
  ['GlobalNetworkPolicy', 'security.web', 'security', 'security.web'],
];

const wrong: readonly [title: string, object: KubernetesObject, field: string][] = [
  ['another group', { ...v1('IPPool', 'p', {}), apiVersion: 'projectcalico.org/v3' }, 'kind'],
  ['a kind nobody knows', v1('Wibble', 'p', {}), 'kind'],
  ['an invalid pool, which v1 lets pass', v1('IPPool', 'p', { cidr: '10.0.0.1/16' }), 'spec.cidr'],
  ['a key nobody knows', v1('FelixConfiguration', 'default', { wibble: 1 }), 'spec.wibble'],
  [
    'metadata that cannot be read',
    v1('IPPool', 'p', {}, { annotations: { 'projectcalico.org/metadata': '{' } }),
    'metadata.annotations.projectcalico.org/metadata',
  ],
  ['a spec that is none', { ...v1('IPPool', 'p', {}), spec: 7 } as KubernetesObject, 'spec'],
];

describe('fromV1', () => {
  test('metadata: annotation of the old store -> its labels and annotations, nothing of the store', () => {
    const carried = { name: 'x', labels: { a: '1' }, annotations: { note: 'n' }, creationTimestamp: null };
    const { object, notes } = imported(
      v1(
        'GlobalNetworkSet',
        'set',
        { nets: ['10.0.0.0/8'] },
        {
          uid: 'u',
          resourceVersion: '7',
          labels: { b: '2' },
          finalizers: ['f'],
          annotations: {
            'projectcalico.org/metadata': JSON.stringify(carried),
            'kubectl.kubernetes.io/last-applied-configuration': '{}',
            kept: 'k',
          },
        },
      ),
    );
    assert.equal(object.apiVersion, 'projectcalico.org/v3');
    assert.deepEqual(object.metadata, {
      name: 'set',
      labels: { a: '1', b: '2' },
      annotations: { kept: 'k', note: 'n' },
    });
    assert.equal(notes.length, 2);
  });

  for (const [title, object, expected] of specs) {
    test(title, () => {
      const spec = specOf(imported(object).object);
      for (const [key, value] of Object.entries(expected)) assert.deepEqual(spec[key], value, key);
    });
  }

  for (const [kind, stored, tier, shown] of names) {
    test(`${kind} stored as ${stored}: tier ${tier} -> ${shown}`, () =>
      assert.equal(imported(v1(kind, stored, { tier })).object.metadata.name, shown));
  }
  test('names of other kinds: with a dot -> kept', () =>
    assert.equal(imported(v1('IPPool', 'default.a', { cidr: '10.0.0.0/16' })).object.metadata.name, 'default.a'));

  for (const [title, object, field] of wrong) {
    test(`${title}: -> error at ${field}`, () => {
      const result = fromV1(object);
      assert.ok(!('object' in result));
      assert.deepEqual(
        result.map((error) => error.field),
        [field],
      );
    });
  }

  test('plurals: -> the renamed kind under its old name', () => {
    assert.ok(v1Plurals.includes('ipamconfigs') && v1Plurals.includes('blockaffinities'));
    assert.ok(!v1Plurals.includes('ipamconfigurations'));
  });
});
