import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultObject } from './defaults.ts';
import type { KubernetesObject } from './meta.ts';
import { specCases } from './testing/spec-cases.ts';
import { validateObject } from './validate.ts';

describe('validateObject: kinds of addresses, BGP and configuration', () => {
  for (const { kind, name = 'default', spec, old, wrong } of specCases) {
    const object = (of: object): KubernetesObject => ({ metadata: { name }, spec: of }) as KubernetesObject;
    const change = old === undefined ? '' : ` after ${JSON.stringify(old)}`;
    test(`${kind.kind} ${name}: ${JSON.stringify(spec)}${change} -> errors at [${wrong}]`, () => {
      const errors = validateObject(kind, object(spec), old === undefined ? undefined : object(old));
      assert.deepEqual(
        errors.map(({ field }) => field),
        wrong,
        JSON.stringify(errors),
      );
    });

    if (wrong.length > 0 || old !== undefined) continue;
    test(`${kind.kind} ${JSON.stringify(spec)}: with defaults -> right still, and nothing more to fill in`, () => {
      const filled = defaultObject(kind, object(spec));
      assert.deepEqual(validateObject(kind, filled), []);
      assert.deepEqual(defaultObject(kind, filled), filled);
    });
  }
});
