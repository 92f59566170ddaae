import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { createLogger } from '../base/log.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

let api: TestServer;
const serverErrors: string[] = [];
const seed = 20_265;
const apps = '/apis/apps/v1/namespaces/default/deployments';
const core = '/api/v1/namespaces/default';
const v3 = '/apis/projectcalico.org/v3';
const merge = 'application/merge-patch+json';
const json = 'application/json-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const apply = 'application/apply-patch+yaml';

before(async () => {
  api = await startTestServer({ log: createLogger((line) => serverErrors.push(line), Date.now, 'error') });
  const spec = {
    containers: [{ name: 'a', image: 'x', ports: [{ containerPort: 80 }], env: [{ name: 'E', value: '1' }] }],
  };
  await api.call('POST', `${core}/pods`, { metadata: { name: 'a', labels: { a: 'b' } }, spec });
  await api.call('POST', `${core}/services`, { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } });
  await api.call('POST', `${core}/configmaps`, { metadata: { name: 'a' }, data: { a: 'b' } });
  await api.call('POST', apps, {
    metadata: { name: 'a' },
    spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec } },
  });
  await api.call('POST', `${v3}/ippools`, { metadata: { name: 'a' }, spec: { cidr: '10.0.0.0/16' } });
});
after(() => api.stop());

/** An answer within a second that is no failure of the server. */
async function send(method: string, path: string, body: unknown, type: string): Promise<number> {
  const started = performance.now();
  const answer = await api.call(method, path, body, type);
  const said = () =>
    `${answer.status} ${JSON.stringify(answer.body).slice(0, 300)} for ${JSON.stringify(body)?.slice(0, 500)}`;
  assert.ok(answer.status < 500, `${said()} ${serverErrors.join('\n')}`);
  assert.ok(performance.now() - started < 1000, `slow: ${said()}`);
  if (answer.status >= 400) assert.deepEqual([answer.body.kind, answer.body.code], ['Status', answer.status]);
  assert.deepEqual(serverErrors, []);
  return answer.status;
}

const targets = fc.constantFrom(`${core}/pods/a`, `${core}/services/a`, `${core}/configmaps/a`, `${apps}/a`);
const scalars = fc.oneof(
  fc.constantFrom<unknown>('a', 'b', '', 'replace', 'delete', 'merge', 'TCP', 80, 0, -1, 1.5, 1e21, true, null),
  fc.string({ maxLength: 5 }),
);
const words = fc.constantFrom(
  ...['metadata', 'spec', 'status', 'data', 'labels', 'annotations', 'finalizers', 'ownerReferences', 'managedFields'],
  ...['template', 'containers', 'volumes', 'ports', 'env', 'conditions', 'selector', 'matchLabels', 'replicas', 'name'],
  ...['image', 'port', 'containerPort', 'protocol', 'uid', 'type', 'manager', 'operation', 'fieldsV1', 'fieldsType'],
  ...[
    '$patch',
    '$retainKeys',
    '$setElementOrder/containers',
    '$setElementOrder/ports',
    'f:spec',
    'k:{"name":"a"}',
    '.',
  ],
  ...['$deleteFromPrimitiveList/finalizers', 'constructor', 'toString', 'hasOwnProperty', 'apiVersion', 'kind'],
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalars,
    fc.dictionary(words, tie('tree'), { maxKeys: 4 }),
    fc.array(tie('tree'), { maxLength: 3 }),
  ),
}));
/** A tree at a place where the server has something. */
const places = fc
  .tuple(
    fc.constantFrom(
      ['metadata'],
      ['metadata', 'labels'],
      ['metadata', 'managedFields'],
      ['spec'],
      ['spec', 'containers'],
      ['spec', 'ports'],
      ['spec', 'template', 'spec', 'containers'],
      ['spec', 'template', 'metadata'],
      ['spec', 'selector'],
      ['status', 'conditions'],
    ),
    tree,
  )
  .map(([path, value]) => path.reduceRight<unknown>((below, field) => ({ [field]: below }), value));

test('fuzz: strategic, merge and apply patches at places that exist -> answer, never a failure', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(strategic, merge, apply),
      targets,
      fc.oneof(places, tree),
      async (type, path, patch) => {
        const query = type === apply ? '?fieldManager=fuzz&force=true' : '';
        await send('PATCH', `${path}${query}`, JSON.stringify(patch), type);
      },
    ),
    { seed, numRuns: 500 },
  );
});

test('fuzz: appliers one after another -> objects that can be read, applied and replaced again', async () => {
  await fc.assert(
    fc.asyncProperty(targets, fc.constantFrom('one', 'two', 'kubectl'), places, async (path, manager, config) => {
      await send('PATCH', `${path}?fieldManager=${manager}&force=true&dryRun=All`, JSON.stringify(config), apply);
      await send('PATCH', `${path}?fieldManager=${manager}`, JSON.stringify(config), apply);
      const { body } = await api.call('GET', path);
      assert.equal(await send('PUT', path, body, 'application/json'), 200);
    }),
    { seed, numRuns: 100 },
  );
});

const pointers = fc.oneof(
  fc.constantFrom(
    '',
    '/',
    '/spec',
    '/spec/ports/0',
    '/spec/ports/-',
    '/spec/containers/0/env/1',
    '/metadata/labels/a~1b',
    '/~2',
  ),
  fc
    .array(fc.oneof(words, fc.nat(3).map(String)), { maxLength: 4 })
    .map((parts) => parts.map((part) => `/${part}`).join('')),
  fc.string({ maxLength: 6 }),
);
const operations = fc.array(
  fc.oneof(
    fc.record(
      {
        op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'burn'),
        path: pointers,
        from: pointers,
        value: tree,
      },
      { requiredKeys: ['op'] },
    ),
    tree,
  ),
  { maxLength: 4 },
);
test('fuzz: JSON patches -> answer, never a failure', async () => {
  await fc.assert(
    fc.asyncProperty(targets, operations, async (path, patch) => {
      await send('PATCH', `${path}?dryRun=All`, JSON.stringify(patch), json);
    }),
    { seed, numRuns: 400 },
  );
});

test('fuzz: YAML bodies with characters changed -> answer, never a failure', async () => {
  const config = stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'y', labels: { a: 'b' } },
    data: { text: 'several\nlines\n', quoted: '"x"', number: '1' },
  });
  const marks = fc.constantFrom(
    ...':-#&*!|>\'"%@`{}[],?\n\t ~<',
    '---\n',
    '...\n',
    '&a ',
    '*a',
    '<<: ',
    '!!binary ',
    '\u0000',
    '\ufeff',
  );
  const edits = fc.array(fc.tuple(fc.nat(config.length), marks), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('POST', 'PATCH'), edits, async (method, list) => {
      const text = list.reduce((before, [at, mark]) => before.slice(0, at) + mark + before.slice(at), config);
      const query = method === 'PATCH' ? '/y?fieldManager=fuzz&force=true' : '?fieldValidation=Strict';
      await send(method, `${core}/configmaps${query}`, text, method === 'PATCH' ? apply : 'application/yaml');
    }),
    { seed, numRuns: 250 },
  );
});

const selectorPieces = fc.constantFrom(
  ...[
    'all()',
    'global()',
    'has(',
    ')',
    '(',
    '!',
    '&&',
    '||',
    '==',
    '!=',
    'in',
    'not in',
    '{',
    '}',
    ',',
    "'a'",
    '"b"',
    'a',
  ],
  ...['contains', 'starts with', 'ends with', 'a/b.c-d', ' ', "'", '\\', '\u00e9', '$', '0'],
);
const cidrPieces = fc.constantFrom(
  '10',
  '.',
  '0',
  '/',
  '255',
  '256',
  '::',
  ':',
  'fd00',
  'g',
  '-1',
  '33',
  '128',
  '%eth0',
  ' ',
  '0x1',
);
const selectors = fc.array(selectorPieces, { maxLength: 12 }).map((parts) => parts.join(''));
const cidrs = fc.oneof(
  fc.array(cidrPieces, { maxLength: 10 }).map((parts) => parts.join('')),
  fc.ipV4(),
  fc.ipV6(),
);
test('fuzz: selectors and CIDRs of pools, policies and sets -> answer, never a failure', async () => {
  await fc.assert(
    fc.asyncProperty(selectors, cidrs, selectors, async (selector, cidr, other) => {
      const metadata = { name: 'fuzz' };
      const query = '?dryRun=All&fieldValidation=Strict';
      const end = { selector: other, nets: [cidr], notNets: [cidr], namespaceSelector: selector, ports: [cidr] };
      const rule = { action: 'Allow', protocol: 'TCP', source: end, destination: end };
      const policy = { metadata, spec: { selector, ingress: [rule], egress: [rule] } };
      await send(
        'POST',
        `${v3}/ippools${query}`,
        { metadata, spec: { cidr, nodeSelector: selector } },
        'application/json',
      );
      await send('POST', `${v3}/globalnetworkpolicies${query}`, policy, 'application/json');
      await send('POST', `${v3}/globalnetworksets${query}`, { metadata, spec: { nets: [cidr] } }, 'application/json');
    }),
    { seed, numRuns: 80 },
  );
});

const celPieces = fc.constantFrom(
  ...[
    'self',
    'oldSelf',
    '.',
    'a',
    'b',
    '(',
    ')',
    '[',
    ']',
    '0',
    '1',
    "'x'",
    '"',
    '+',
    '-',
    '*',
    '/',
    '%',
    '==',
    '!=',
    '<',
    '>=',
  ],
  ...[
    '&&',
    '||',
    '!',
    '?',
    ':',
    'has',
    'all',
    'exists',
    'map',
    'filter',
    ',',
    'x',
    'size',
    'matches',
    "'('",
    'in',
    'true',
    'null',
  ],
  ...[
    'duration',
    'timestamp',
    'cidr',
    'ip',
    'optional.none()',
    'orValue',
    'dyn',
    'type',
    'string',
    'int',
    '{',
    '}',
    '__proto__',
    ' ',
  ],
);
test('fuzz: validation rules -> refused, or compiled and evaluated, never a failure', async () => {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await fc.assert(
    fc.asyncProperty(fc.array(celPieces, { minLength: 1, maxLength: 10 }), async (parts) => {
      const validations = [{ rule: parts.join(''), messageExpression: parts.toReversed().join('') }];
      const properties = { a: { type: 'integer' }, b: { type: 'array', items: { type: 'string' } } };
      const schema = {
        type: 'object',
        properties: { spec: { type: 'object', properties, 'x-kubernetes-validations': validations } },
      };
      await send(
        'POST',
        `${path}?dryRun=All`,
        {
          metadata: { name: 'fuzzes.example.com' },
          spec: {
            group: 'example.com',
            scope: 'Cluster',
            names: { plural: 'fuzzes', kind: 'Fuzz' },
            versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
          },
        },
        'application/json',
      );
    }),
    { seed, numRuns: 200 },
  );
});

test('fuzz: a pattern that backtracks without end -> refused within a second', async () => {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { v: { type: 'string', pattern: '^(a+)+$' } } } },
  };
  const definition = {
    metadata: { name: 'traps.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural: 'traps', kind: 'Trap' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
  assert.equal(await send('POST', path, definition, 'application/json'), 201);
  const trap = {
    apiVersion: 'example.com/v1',
    kind: 'Trap',
    metadata: { name: 't' },
    spec: { v: `${'a'.repeat(50)}b` },
  };
  assert.equal(await send('POST', '/apis/example.com/v1/traps', trap, 'application/json'), 422);
});
