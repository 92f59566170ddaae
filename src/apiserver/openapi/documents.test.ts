import assert from 'node:assert/strict';
import { get } from 'node:http';
import { after, before, test } from 'node:test';
import { isRecord } from '../../base/is-record.ts';
import { type JsonRecord, recordAt, recordsAt, stringAt, valueAt } from '../json.ts';
import { startTestServer, type TestServer } from '../testing/test-client.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'boats.docs.example.com' },
  spec: {
    group: 'docs.example.com',
    scope: 'Namespaced',
    names: { kind: 'Boat', plural: 'boats' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A boat.',
            properties: {
              spec: {
                type: 'object',
                required: ['oars'],
                properties: {
                  oars: { type: 'integer', default: 2, description: 'How many oars.' },
                  anchor: { type: 'string', nullable: true },
                  free: {
                    type: 'object',
                    'x-kubernetes-preserve-unknown-fields': true,
                    properties: { a: { type: 'string' } },
                  },
                  port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** Every `$ref` below a value. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isRecord(value)) return [];
  const own = typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

function operationIds(document: JsonRecord): string[] {
  return Object.values(recordAt(document, 'paths') ?? {}).flatMap((path) =>
    Object.values(isRecord(path) ? path : {}).flatMap((operation) => stringAt(operation, 'operationId') ?? []),
  );
}

async function addressOf(name: string): Promise<string> {
  const { body } = await api.call('GET', '/openapi/v3');
  const address = stringAt(body, 'paths', name, 'serverRelativeURL');
  assert.ok(address, `${name} in the index`);
  return address;
}

test('v3: the index names every group version; each document resolves and has unique operations', async () => {
  const { body } = await api.call('GET', '/openapi/v3');
  const names = Object.keys(recordAt(body, 'paths') ?? {});
  for (const name of ['api/v1', 'apis/apps/v1', 'apis/projectcalico.org/v3', 'apis/authorization.k8s.io/v1']) {
    assert.ok(names.includes(name), `${name} of ${names}`);
  }
  for (const name of names) {
    const { status, body: document, headers } = await api.call('GET', await addressOf(name));
    assert.equal(status, 200);
    assert.match(String(headers['cache-control']), /immutable/);
    const schemas = recordAt(document, 'components', 'schemas') ?? {};
    for (const reference of references(document)) {
      const target = /^#\/components\/schemas\/(.+)$/.exec(reference)?.[1] ?? '';
      assert.ok(Object.hasOwn(schemas, target), `${reference} in ${name}`);
    }
    const ids = operationIds(document);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.length > 0);
  }
});

test('v3: a PATCH tells kubectl its kind, fieldValidation and dryRun; strategic merge for built-in kinds only', async () => {
  const { body: apps } = await api.call('GET', await addressOf('apis/apps/v1'));
  const path = '/apis/apps/v1/namespaces/{namespace}/deployments/{name}';
  const patch = recordAt(apps, 'paths', path, 'patch') ?? {};
  assert.deepEqual(patch['x-kubernetes-group-version-kind'], { group: 'apps', version: 'v1', kind: 'Deployment' });
  assert.equal(patch['x-kubernetes-action'], 'patch');
  const query = recordsAt(patch, 'parameters').map((parameter) => parameter.name);
  assert.deepEqual(query, ['dryRun', 'fieldManager', 'fieldValidation', 'force']);
  const types = Object.keys(recordAt(patch, 'requestBody', 'content') ?? {});
  assert.ok(types.includes('application/strategic-merge-patch+json'));
  assert.deepEqual(
    recordsAt(apps, 'paths', path, 'parameters').map((parameter) => parameter.name),
    ['namespace', 'name'],
  );

  await api.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd);
  const { body: docs } = await api.call('GET', await addressOf('apis/docs.example.com/v1'));
  const custom = recordAt(docs, 'paths', '/apis/docs.example.com/v1/namespaces/{namespace}/boats/{name}', 'patch');
  assert.deepEqual(Object.keys(recordAt(custom, 'requestBody', 'content') ?? {}), [
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
  ]);
});

test('v3: Deployment with its fields, a reference beside a description in allOf, unions as oneOf', async () => {
  const { body } = await api.call('GET', await addressOf('apis/apps/v1'));
  const schemas = recordAt(body, 'components', 'schemas') ?? {};
  const spec = recordAt(schemas, 'io.k8s.api.apps.v1.DeploymentSpec') ?? {};
  assert.deepEqual(valueAt(spec, 'required'), ['selector', 'template']);
  assert.deepEqual(valueAt(spec, 'properties', 'template', 'allOf'), [
    { $ref: '#/components/schemas/io.k8s.api.core.v1.PodTemplateSpec' },
  ]);
  const oneOf = (name: string) => valueAt(schemas, name, 'oneOf');
  assert.deepEqual(oneOf('io.k8s.apimachinery.pkg.util.intstr.IntOrString'), [{ type: 'integer' }, { type: 'string' }]);
  assert.deepEqual(oneOf('io.k8s.apimachinery.pkg.api.resource.Quantity'), [{ type: 'string' }, { type: 'number' }]);
  const kinds = valueAt(schemas, 'io.k8s.api.apps.v1.Deployment', 'x-kubernetes-group-version-kind');
  assert.deepEqual(kinds, [{ group: 'apps', version: 'v1', kind: 'Deployment' }]);
});

test('v2: everything in one document that resolves; a custom kind without what v2 cannot say', async () => {
  await api.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd);
  const { status, body } = await api.call('GET', '/openapi/v2');
  assert.equal(status, 200);
  const definitions = recordAt(body, 'definitions') ?? {};
  for (const reference of references(body)) {
    const target = /^#\/definitions\/(.+)$/.exec(reference)?.[1] ?? '';
    assert.ok(Object.hasOwn(definitions, target), reference);
  }
  const ids = operationIds(body);
  assert.equal(new Set(ids).size, ids.length);
  const boat = recordAt(definitions, 'com.example.docs.v1.Boat') ?? {};
  assert.equal(boat.description, 'A boat.');
  assert.deepEqual(valueAt(boat, 'properties', 'spec', 'properties'), {
    oars: { type: 'integer', description: 'How many oars.' },
    anchor: {},
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    port: { 'x-kubernetes-int-or-string': true },
  });
});

/** The status of a GET by a client that has the document of this ETag. */
function statusWith(path: string, etag: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ socketPath: api.socket, path, headers: { 'if-none-match': etag } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on('error', reject);
  });
}

test('caching: 304 for what the client has; an old hash leads to the new address; a new definition changes only its own', async () => {
  const before = await addressOf('apis/apps/v1');
  const { headers } = await api.call('GET', '/openapi/v3/apis/apps/v1');
  assert.ok(before.endsWith(String(headers.etag).replaceAll('"', '')));
  for (const path of ['/openapi/v3/apis/apps/v1', '/openapi/v3', '/openapi/v2']) {
    const { etag } = (await api.call('GET', path)).headers;
    assert.equal(await statusWith(path, String(etag)), 304);
    assert.equal(await statusWith(path, '"other"'), 200);
  }
  const old = await api.call('GET', '/openapi/v3/apis/apps/v1?hash=OLD');
  assert.deepEqual([old.status, old.headers.location], [301, before]);
  const other = structuredClone(crd);
  other.metadata.name = 'ships.docs.example.com';
  Object.assign(other.spec.names, { kind: 'Ship', plural: 'ships' });
  const index = async () => (await api.call('GET', '/openapi/v3')).headers.etag;
  const indexBefore = await index();
  await api.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', other);
  assert.equal(await addressOf('apis/apps/v1'), before);
  assert.notEqual(await index(), indexBefore);
});

test('unknown group version -> 404', async () => {
  const { status } = await api.call('GET', '/openapi/v3/apis/nothing.example.com/v1');
  assert.equal(status, 404);
});
