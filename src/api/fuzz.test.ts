import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { calicoSchema } from './crds.ts';
import { defaultObject } from './defaults.ts';
import type { JsonSchema } from './json-schema.ts';
import { kindSchemas } from './kind-schemas.ts';
import type { KubernetesObject } from './meta.ts';
import { normaliseKeys } from './normalise-keys.ts';
import { validateObject } from './validate.ts';

const seed = 20_261_121;
const maxMs = 1_000;

const texts = fc.oneof(
  fc.constantFrom(
    '',
    'Allow',
    'TCP',
    'tcp',
    '6',
    '1:2',
    '0:5',
    '70000',
    '10.0.0.0/8',
    '10.0.0.1/8',
    'fd00::/8',
    '::/0',
  ),
  fc.constantFrom(
    'all()',
    'global()',
    'a == ',
    "a in {'x'}",
    'Delete',
    'Ingress',
    'default',
    'knp.default.a',
    'a.b.c',
    'eth0',
    '10.0.0.1',
  ),
  fc.string({ maxLength: 12 }),
);
const anything = fc.oneof(
  texts,
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 65_536, 1e300, [], {}, [null], [[]], { a: null }),
);

/** Values of the schema's form more often than not, with every kind of mistake strewn in. */
function valueFor(schema: JsonSchema | undefined, depth = 0): fc.Arbitrary<unknown> {
  if (schema === undefined || depth > 7) return anything;
  return fc.oneof({ arbitrary: formOf(schema, depth), weight: 12 }, { arbitrary: anything, weight: 1 });
}

function formOf(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema['x-kubernetes-int-or-string'] === true) return fc.oneof(texts, fc.integer({ min: -1, max: 70_000 }));
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({ min: -1, max: 70_000 });
    case 'array':
      return fc.array(valueFor(schema.items, depth + 1), { maxLength: 2 });
    case 'object': {
      const fields = Object.entries(schema.properties ?? {});
      if (fields.length === 0) return fc.dictionary(texts, anything, { maxKeys: 2 });
      const known = Object.fromEntries(fields.map(([key, inner]) => [key, valueFor(inner, depth + 1)]));
      // Few fields at a time, so that objects stay small however many fields a kind has.
      return fc
        .subarray(Object.keys(known), { maxLength: Math.min(5, fields.length) })
        .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, known[key] ?? anything]))));
    }
    default:
      return texts;
  }
}

describe('fuzz', () => {
  for (const kind of Object.keys(kindSchemas)) {
    const at = { group: 'projectcalico.org', kind };
    test(`${kind}: objects nearly right -> checked within ${maxMs} ms, never an exception, never changed`, () => {
      const metadata = fc.oneof(
        texts.map((name) => ({ name })),
        fc.record({ name: texts, labels: fc.dictionary(texts, texts, { maxKeys: 2 }) }),
        anything,
      );
      const object = fc.record({ metadata, spec: valueFor(calicoSchema(at)?.properties?.spec) });
      fc.assert(
        fc.property(object, (one) => {
          const before = JSON.stringify(one);
          const start = performance.now();
          const filled = defaultObject(at, normaliseKeys(at, one) as KubernetesObject);
          for (const candidate of [one as KubernetesObject, filled]) {
            for (const { field, reason } of validateObject(at, candidate)) {
              assert.ok(typeof field === 'string' && reason !== '', field);
            }
          }
          assert.ok(performance.now() - start < maxMs);
          assert.equal(JSON.stringify(one), before);
        }),
        { seed, numRuns: 400 },
      );
    });
  }
});
