import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { recordsAt, stringAt, valueAt } from './json.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer();
  await api.call('POST', definitions, definition('widgets', 'Widget'));
});
after(() => api.stop());

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const widgets = '/apis/example.com/v1/namespaces/default/widgets';

const schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10 },
        color: { type: 'string', enum: ['red', 'green'], default: 'red' },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
        port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        maybe: { type: 'string', nullable: true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        map: { type: 'object', additionalProperties: { type: 'integer' } },
        keyed: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['key'],
          items: { type: 'object', required: ['key'], properties: { key: { type: 'string' }, n: { type: 'integer' } } },
        },
        unique: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        parts: {
          type: 'array',
          items: { type: 'object', properties: { id: { type: 'integer' }, on: { type: 'boolean', default: true } } },
        },
      },
    },
    status: { type: 'object', properties: { phase: { type: 'string' } } },
  },
};

function definition(plural: string, kind: string) {
  return {
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, subresources: { status: {} } },
      ],
    },
  };
}
const widget = (name: string, spec: unknown) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name },
  spec,
});

test('definition: created -> Established and served at once', async () => {
  const { body } = await api.call('GET', `${definitions}/widgets.example.com`);
  const conditions = recordsAt(body, 'status', 'conditions').map((item) => `${item.type}=${item.status}`);
  assert.deepEqual(conditions, ['NamesAccepted=True', 'Established=True']);
  assert.equal((await api.call('GET', widgets)).body.kind, 'WidgetList');
});

test('custom object: defaults filled in, unknown fields pruned with a warning, free ones kept', async () => {
  const spec = {
    size: 1,
    bogus: 1,
    free: { any: [1] },
    parts: [{ id: 1, junk: 2 }],
    map: { a: 1 },
    maybe: null,
    port: 'http',
  };
  const { status, body, headers } = await api.call('POST', widgets, widget('shaped', spec));
  assert.equal(status, 201);
  assert.deepEqual(body.spec, {
    size: 1,
    color: 'red',
    free: { any: [1] },
    parts: [{ id: 1, on: true }],
    map: { a: 1 },
    maybe: null,
    port: 'http',
  });
  assert.match(String(headers.warning), /unknown field \\"spec\.bogus\\".*unknown field \\"spec\.parts\[0\]\.junk\\"/);
});

test('custom object: fieldValidation=Strict -> 400 that names the unknown field; Ignore -> silent', async () => {
  const strict = await api.call('POST', `${widgets}?fieldValidation=Strict`, widget('strict', { size: 1, bogus: 1 }));
  assert.equal(strict.status, 400);
  assert.match(String(strict.body.message), /strict decoding error: unknown field "spec\.bogus"/);
  const ignore = await api.call('POST', `${widgets}?fieldValidation=Ignore`, widget('ignore', { size: 1, bogus: 1 }));
  assert.deepEqual([ignore.status, ignore.headers.warning], [201, undefined]);
  assert.equal((await api.call('POST', `${widgets}?fieldValidation=Maybe`, widget('x', { size: 1 }))).status, 422);
});

const refused: readonly { name: string; spec: unknown; field: string; message: RegExp }[] = [
  { name: 'required missing', spec: {}, field: 'spec.size', message: /^Required value$/ },
  { name: 'wrong type', spec: { size: 'x' }, field: 'spec.size', message: /must be of type integer: "string"/ },
  { name: 'below minimum', spec: { size: 0 }, field: 'spec.size', message: /greater than or equal to 1/ },
  {
    name: 'not in enum',
    spec: { size: 1, color: 'blue' },
    field: 'spec.color',
    message: /Unsupported value: "blue": supported values: "red", "green"/,
  },
  { name: 'pattern', spec: { size: 1, name: 'A1' }, field: 'spec.name', message: /should match '\^\[a-z\]\+\$'/ },
  {
    name: 'too long',
    spec: { size: 1, name: 'abcdef' },
    field: 'spec.name',
    message: /Too long: may not be more than 5/,
  },
  { name: 'int-or-string is an object', spec: { size: 1, port: {} }, field: 'spec.port', message: /integer or string/ },
  {
    name: 'in a list',
    spec: { size: 1, parts: [{ id: 1 }, { id: 'x' }] },
    field: 'spec.parts[1].id',
    message: /type integer/,
  },
  {
    name: 'key of a list of type map said twice',
    spec: { size: 1, keyed: [{ key: 'a', n: 1 }, { key: 'b' }, { key: 'a', n: 2 }] },
    field: 'spec.keyed[2]',
    message: /^Duplicate value: \{"key":"a"\}$/,
  },
  {
    name: 'item of a set said twice',
    spec: { size: 1, unique: ['a', 'a'] },
    field: 'spec.unique[1]',
    message: /^Duplicate value: "a"$/,
  },
  { name: 'in a map', spec: { size: 1, map: { a: 'x' } }, field: 'spec.map.a', message: /type integer/ },
  { name: 'nullable of another type', spec: { size: 1, maybe: 5 }, field: 'spec.maybe', message: /type string/ },
];
for (const row of refused) {
  test(`custom object: ${row.name} -> 422 with cause ${row.field}`, async () => {
    const { status, body } = await api.call('POST', widgets, widget('refused', row.spec));
    assert.deepEqual([status, body.reason], [422, 'Invalid']);
    const causes = recordsAt(body, 'details', 'causes');
    assert.deepEqual(
      causes.map((cause) => cause.field),
      [row.field],
    );
    assert.match(String(causes[0]?.message), row.message);
    assert.match(String(body.message), /^Widget\.example\.com "refused" is invalid: /);
  });
}

test('custom object: status subresource, generation, PUT needs a resourceVersion', async () => {
  const created = (await api.call('POST', widgets, { ...widget('sub', { size: 1 }), status: { phase: 'x' } })).body;
  assert.equal(created.status, undefined);
  const status = (
    await api.call('PUT', `${widgets}/sub/status`, { ...created, spec: { size: 9 }, status: { phase: 'up' } })
  ).body;
  assert.deepEqual(
    [valueAt(status, 'spec', 'size'), valueAt(status, 'status', 'phase'), valueAt(status, 'metadata', 'generation')],
    [1, 'up', 1],
  );
  const main = (await api.call('PUT', `${widgets}/sub`, { ...status, spec: { size: 2 }, status: { phase: 'down' } }))
    .body;
  assert.deepEqual(
    [valueAt(main, 'spec', 'size'), valueAt(main, 'status', 'phase'), valueAt(main, 'metadata', 'generation')],
    [2, 'up', 2],
  );
  const blind = await api.call('PUT', `${widgets}/sub`, widget('sub', { size: 3 }));
  assert.equal(blind.status, 422);
  assert.match(
    String(blind.body.message),
    /metadata\.resourceVersion: Invalid value: 0: must be specified for an update/,
  );
});

const withProperty = (crd: ReturnType<typeof definition>, a: object) => ({
  ...crd,
  spec: {
    ...crd.spec,
    versions: [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { a } } } },
    ],
  },
});
const refusedDefinitions: readonly {
  name: string;
  change: (crd: ReturnType<typeof definition>) => object;
  message: RegExp;
}[] = [
  {
    name: 'name does not fit',
    change: (crd) => ({ ...crd, metadata: { name: 'x.example.com' } }),
    message: /spec\.names\.plural/,
  },
  {
    name: 'bad scope',
    change: (crd) => ({ ...crd, spec: { ...crd.spec, scope: 'Galaxy' } }),
    message: /spec\.scope: Unsupported value/,
  },
  {
    name: 'no versions',
    change: (crd) => ({ ...crd, spec: { ...crd.spec, versions: [] } }),
    message: /spec\.versions: Required/,
  },
  {
    name: 'unusable pattern',
    change: (crd) => ({
      ...crd,
      spec: {
        ...crd.spec,
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { a: { type: 'string', pattern: '(' } } } },
          },
        ],
      },
    }),
    message: /openAPIV3Schema/,
  },
  {
    name: 'field without a type',
    change: (crd) => withProperty(crd, {}),
    message: /openAPIV3Schema\.properties\[a\]\.type: Required value: must not be empty for specified object fields/,
  },
  {
    name: 'type that does not exist',
    change: (crd) => withProperty(crd, { type: 'array', items: { type: 'strin' } }),
    message: /openAPIV3Schema\.properties\[a\]\.items\.type: Unsupported value: "strin": supported values: "array"/,
  },
  {
    name: 'both named and other fields',
    change: (crd) =>
      withProperty(crd, {
        type: 'object',
        properties: { b: { type: 'string' } },
        additionalProperties: { type: 'string' },
      }),
    message: /properties\[a\]\.additionalProperties: Forbidden/,
  },
  {
    name: 'built-in group',
    change: (crd) => ({ metadata: { name: 'gadgets.apps' }, spec: { ...crd.spec, group: 'apps' } }),
    message: /built-in/,
  },
];
for (const row of refusedDefinitions) {
  test(`definition: ${row.name} -> 422`, async () => {
    const { status, body } = await api.call('POST', definitions, row.change(definition('gadgets', 'Gadget')));
    assert.equal(status, 422);
    assert.match(String(body.message), row.message);
  });
}

test('definition: kind taken in the group -> NamesAccepted False, not served', async () => {
  const { body } = await api.call('POST', definitions, definition('widgetz', 'Widget'));
  assert.deepEqual(
    recordsAt(body, 'status', 'conditions').map((item) => item.status),
    ['False', 'False'],
  );
  assert.equal((await api.call('GET', '/apis/example.com/v1/widgetz')).status, 404);
});

test('definition: deleted -> its objects go with it, then it is no longer served', async () => {
  await api.call('POST', definitions, definition('things', 'Thing'));
  const things = '/apis/example.com/v1/namespaces/default/things';
  const thing = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' }, spec: { size: 1 } };
  assert.equal((await api.call('POST', things, thing)).status, 201);
  const watch = await api.watch(`${definitions}?watch=1&fieldSelector=metadata.name%3Dthings.example.com`);
  await api.call('DELETE', `${definitions}/things.example.com`);
  await watch.until((line) => line.type === 'DELETED');
  watch.end();
  assert.equal((await api.call('GET', things)).status, 404);
});

test('definition: being deleted while an object holds on -> no new objects of the kind', async () => {
  await api.call('POST', definitions, definition('leavers', 'Leaver'));
  const leavers = '/apis/example.com/v1/namespaces/default/leavers';
  const leaver = (name: string, finalizers: readonly string[]) => ({
    ...{ apiVersion: 'example.com/v1', kind: 'Leaver', metadata: { name, finalizers }, spec: { size: 1 } },
  });
  await api.call('POST', leavers, leaver('held', ['example.com/hold']));
  await api.call('DELETE', `${definitions}/leavers.example.com`);
  const { status, body } = await api.call('POST', leavers, leaver('late', []));
  assert.equal(status, 405);
  assert.match(String(body.message), /definition is terminating$/);
  const merge = 'application/merge-patch+json';
  const freed = await api.call('PATCH', `${leavers}/held`, { metadata: { finalizers: null } }, merge);
  assert.equal(freed.status, 200);
});

test('projectcalico.org: rules beyond the schema -> 422 with the field', async () => {
  const pools = '/apis/projectcalico.org/v3/ippools';
  const pool = (spec: object) => ({
    apiVersion: 'projectcalico.org/v3',
    kind: 'IPPool',
    metadata: { name: 'p' },
    spec,
  });
  const unmasked = await api.call('POST', pools, pool({ cidr: '10.24.0.1/16' }));
  assert.equal(unmasked.status, 422);
  assert.ok(recordsAt(unmasked.body, 'details', 'causes').some((cause) => cause.field === 'spec.cidr'));
  const both = await api.call('POST', pools, pool({ cidr: '10.24.0.0/16', ipipMode: 'Always', vxlanMode: 'Always' }));
  assert.equal(both.status, 422);
  const right = await api.call('POST', pools, pool({ cidr: '10.24.0.0/16', ipipMode: 'Always' }));
  assert.equal(right.status, 201);
  const moved = { ...right.body, spec: { ...(right.body.spec as object), cidr: '10.25.0.0/16' } };
  const refusedMove = await api.call('PUT', `${pools}/p`, moved);
  assert.equal(refusedMove.status, 422);
  assert.match(stringAt(refusedMove.body, 'message') ?? '', /spec\.cidr/);
});

test('warnings: letters beyond ASCII and a hundred unknown fields -> still 201, at most 20 lines', async () => {
  const junk = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`世${i}`, 1]));
  const { status, headers } = await api.call('POST', widgets, widget('warned', { size: 1, ...junk }));
  assert.equal(status, 201);
  assert.equal(String(headers.warning).split('299 - ').length - 1, 20);
});
