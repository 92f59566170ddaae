import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkSchema } from './check-schema.ts';
import { calicoCrds } from './crds.ts';
import type { JsonSchema } from './json-schema.ts';
import { calicoKinds, clusterPolicyKinds } from './kinds.ts';

/** Every schema inside a schema, itself included, by path. */
function walk(schema: JsonSchema, path: string): readonly (readonly [path: string, schema: JsonSchema])[] {
  const inner = Object.entries(schema.properties ?? {}).map(([key, value]) => walk(value, `${path}.${key}`));
  if (schema.items !== undefined) inner.push(walk(schema.items, `${path}[]`));
  if (schema.additionalProperties !== undefined) inner.push(walk(schema.additionalProperties, `${path}.*`));
  return [[path, schema], ...inner.flat()];
}

describe('calicoCrds', () => {
  test('kinds: -> one definition each, names as the API server wants them', () => {
    const crds = calicoCrds();
    assert.deepEqual(
      crds.map(({ metadata }) => metadata.name),
      [...calicoKinds, ...clusterPolicyKinds].map(({ plural, group }) => `${plural}.${group}`),
    );
    for (const { spec } of crds) assert.equal(spec.versions.filter(({ storage }) => storage).length, 1);
  });

  for (const { spec } of calicoCrds()) {
    const [version] = spec.versions;
    const schemas = walk(version?.schema.openAPIV3Schema ?? {}, spec.names.kind);

    test(`${spec.names.kind}: structural -> every node typed, patterns compile, defaults fit their own schema`, () => {
      for (const [path, schema] of schemas) {
        assert.ok(schema.type !== undefined || schema['x-kubernetes-int-or-string'] === true, path);
        assert.ok(schema.properties === undefined || schema.additionalProperties === undefined, path);
        assert.ok(schema.type !== 'array' || schema.items !== undefined, path);
        if (schema.pattern !== undefined) assert.ok(new RegExp(schema.pattern, 'u'), path);
        if (schema.default !== undefined) assert.deepEqual(checkSchema(schema, schema.default, path), []);
        if (schema['x-kubernetes-list-type'] === 'set') assert.notEqual(schema.items?.type, 'object', path);
      }
    });

    test(`${spec.names.kind}: kubectl explain -> every field says what it is`, () => {
      const silent = schemas.flatMap(([path, { properties = {} }]) =>
        Object.entries(properties)
          .filter(([key, field]) => key !== 'metadata' && field.description === undefined)
          .map(([key]) => `${path}.${key}`),
      );
      assert.deepEqual(silent, []);
    });

    test(`${spec.names.kind}: rules -> messages of one line, paths of fields there are`, () => {
      for (const [path, schema] of schemas) {
        for (const { message, fieldPath } of schema['x-kubernetes-validations'] ?? []) {
          assert.match(message, /^\S[^\n]*$/, path);
          if (fieldPath === undefined) continue;
          const field = fieldPath.slice(1).split('.');
          const end = field.reduce<JsonSchema | undefined>((at, key) => at?.properties?.[key], schema);
          assert.ok(fieldPath.startsWith('.') && end !== undefined, `${path}: ${fieldPath}`);
        }
      }
    });

    // kube-apiserver refuses a definition whose rules could run for too long, which it estimates from these.
    test(`${spec.names.kind}: rules inside of lists -> the lists are bounded`, () => {
      for (const [path, schema] of schemas) {
        if (schema.items === undefined || schema.maxItems !== undefined) continue;
        const inner = walk(schema.items, path).filter(([, one]) => one['x-kubernetes-validations'] !== undefined);
        assert.deepEqual(inner, [], path);
      }
    });
  }
});
