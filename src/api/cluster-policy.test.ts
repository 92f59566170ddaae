import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultObject } from './defaults.ts';
import type { KubernetesObject } from './meta.ts';
import { clusterPolicyCases } from './testing/cluster-policy-cases.ts';
import { validateObject } from './validate.ts';

describe('validateObject: policies of administrators', () => {
  for (const { kind, name = 'default', spec, wrong } of clusterPolicyCases) {
    test(`${kind.kind} ${name}: ${JSON.stringify(spec).slice(0, 200)} -> errors at [${wrong}]`, () => {
      const object = defaultObject(kind, { metadata: { name }, spec } as KubernetesObject);
      const errors = validateObject(kind, object);
      assert.deepEqual(
        errors.map(({ field }) => field),
        wrong,
        JSON.stringify(errors),
      );
    });
  }
});
