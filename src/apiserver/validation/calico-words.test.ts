import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isShapeError, unknownField } from '../../api/check-schema.ts';
import { defaultObject } from '../../api/defaults.ts';
import { apiVersionOf, type KubernetesObject } from '../../api/meta.ts';
import { specCases } from '../../api/testing/spec-cases.ts';
import { validateObject } from '../../api/validate.ts';
import { recordsAt } from '../json.ts';
import { causeOf } from '../status-error.ts';
import { startTestServer, type TestServer } from '../testing/test-client.ts';

// What the CLI says of an object, kubectl must read of the server: the same field, value and reason.

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

describe('server and CLI: the same words', () => {
  for (const { kind, name = 'default', spec, old } of specCases) {
    const metadata = { name, ...(kind.namespaced && { namespace: 'default' }) };
    const object: KubernetesObject & { spec: unknown } = {
      ...{ apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, spec },
    };
    // Of wrong types the schema speaks; unknown fields are a matter of fieldValidation.
    const said = validateObject(kind, defaultObject(kind, object));
    const wanted = said.filter((error) => !isShapeError(error) && error.reason !== unknownField);
    if (wanted.length === 0 || old !== undefined) continue;
    test(`${kind.kind} ${JSON.stringify(spec).slice(0, 120)}: -> ${wanted.map(({ field }) => field).join()}`, async () => {
      const namespace = kind.namespaced ? '/namespaces/default' : '';
      const { status, body } = await api.call('POST', `/apis/${apiVersionOf(kind)}${namespace}/${kind.plural}`, object);
      assert.equal(status, 422, JSON.stringify(body));
      const causes = recordsAt(body, 'details', 'causes').map(({ field, message }) => ({ field, message }));
      for (const { field, message } of wanted.map(causeOf)) {
        assert.ok(
          causes.some((one) => one.field === field && one.message === message),
          `${JSON.stringify({ field, message })} is not in ${JSON.stringify(causes)}`,
        );
      }
    });
  }
});
