import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { calicoCrds } from '../../api/crds.ts';
import { defaultObject } from '../../api/defaults.ts';
import type { KubernetesObject } from '../../api/meta.ts';
import { clusterPolicyCases } from '../../api/testing/cluster-policy-cases.ts';
import { specCases } from '../../api/testing/spec-cases.ts';
import { evaluateRules } from '../cel/evaluate-rules.ts';
import { defaultDefinition, validateDefinition } from '../definitions.ts';
import { copyJson } from '../json.ts';
import { customResourceDefinitions } from '../resource.ts';
import { asObject } from '../write.ts';
import { checkAgainstSchema } from './schema-check.ts';

const schemas = new Map(
  calicoCrds().map(({ spec }) => [spec.names.kind, spec.versions[0]?.schema.openAPIV3Schema as unknown]),
);

describe('definitions of projectcalico.org and policy.networking.k8s.io', () => {
  // A server trusts them and does not look again when it starts.
  for (const crd of calicoCrds()) {
    test(`${crd.spec.names.kind}: as a server checks the definitions of others -> nothing wrong`, () => {
      const definition = asObject(customResourceDefinitions, copyJson({ ...crd }));
      defaultDefinition(definition);
      assert.deepEqual(validateDefinition(definition), []);
    });
  }

  // An API server without this project's code has nothing but the definition.
  for (const { kind, name = 'default', spec, old, wrong, onlyInCode } of [...specCases, ...clusterPolicyCases]) {
    const verdict = wrong.length === 0 ? 'taken' : onlyInCode === undefined ? 'refused' : `taken (${onlyInCode})`;
    test(`${kind.kind} ${name}: ${JSON.stringify(spec)} -> ${verdict} by schema and CEL alone`, () => {
      const object = (of: object) =>
        defaultObject(kind, {
          apiVersion: 'projectcalico.org/v3',
          kind: kind.kind,
          metadata: { name },
          spec: of,
        } as KubernetesObject);
      const next = { ...object(spec) };
      const schema = schemas.get(kind.kind);
      const causes = [
        ...checkAgainstSchema(schema, next),
        ...evaluateRules(schema, next, old === undefined ? undefined : object(old)),
      ];
      assert.equal(causes.length > 0, verdict === 'refused', JSON.stringify(causes));
    });
  }
});
