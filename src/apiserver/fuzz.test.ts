import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { createLogger } from '../base/log.ts';
import { parseFieldSelector } from './field-selector.ts';
import { builtInResource } from './resource.ts';
import { compileSelection } from './selection.ts';
import { StatusError } from './status-error.ts';
import { Entry } from './storage/entry.ts';
import { startTestServer, type TestServer } from './testing/test-client.ts';

let api: TestServer;
const serverErrors: string[] = [];
before(async () => {
  api = await startTestServer({ log: createLogger((line) => serverErrors.push(line), Date.now, 'error') });
});
after(() => api.stop());

const seed = 20_261;
const configMaps = '/api/v1/namespaces/default/configmaps';

/** No answer of the server is its own fault, and every answer is JSON with the code of its status line. */
function checkAnswer(status: number, body: Record<string, unknown>): void {
  assert.ok(status < 500 || status === 504, `${status} ${JSON.stringify(body)} ${serverErrors.join('\n')}`);
  if (status >= 400) assert.deepEqual([body.kind, body.code], ['Status', status]);
}

const pieces = fc.constantFrom(
  'api',
  'v1',
  'apis',
  'apps',
  'pods',
  'namespaces',
  'default',
  'status',
  'nodes',
  '..',
  '%2e%2e',
  '%00',
  '%ff',
  '{}',
  'watch',
  'ippools',
  'projectcalico.org',
  'v3',
  'x',
);
const paths = fc.oneof(
  fc.array(fc.oneof(pieces, fc.webSegment()), { maxLength: 8 }).map((parts) => `/${parts.join('/')}`),
  fc
    .tuple(fc.constantFrom(configMaps, '/api/v1/pods', '/apis/projectcalico.org/v3/ippools'), fc.webQueryParameters())
    .map(([path, query]) => `${path}?${query}`),
);

test('fuzz: paths and queries -> Status or answer, never a failure', async () => {
  const methods = fc.constantFrom('GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE');
  await fc.assert(
    fc.asyncProperty(methods, paths, async (method, path) => {
      if (/[?&](watch)/.test(path)) return;
      const { status, body } = await api.call(method, path);
      if (!/\/(healthz|livez|readyz)/.test(path)) checkAnswer(status, body);
    }),
    { seed, numRuns: 400 },
  );
});

const parameters = [
  'limit',
  'continue',
  'labelSelector',
  'fieldSelector',
  'resourceVersion',
  'resourceVersionMatch',
  'dryRun',
  'fieldValidation',
  'gracePeriodSeconds',
  'propagationPolicy',
  'timeoutSeconds',
  'force',
  'fieldManager',
];
test('fuzz: values of known query parameters -> Status or answer, never a failure', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'DELETE'),
      fc.constantFrom(...parameters),
      fc.string({ unit: 'binary', maxLength: 40 }),
      async (method, name, value) => {
        const text = encodeURIComponent(value.toWellFormed());
        const { status, body } = await api.call(method, `${configMaps}?${name}=${text}`);
        checkAnswer(status, body);
      },
    ),
    { seed, numRuns: 300 },
  );
});

const types = [
  'application/json',
  'application/yaml',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'text/plain',
  '',
];
/** Objects of the right shape with wrong values in the places that the server looks at. */
const fields = fc.constantFrom(
  'metadata',
  'spec',
  'status',
  'data',
  'name',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
  'ports',
  'containers',
  'conditions',
  'replicas',
  'selector',
  'template',
  'clusterIP',
  'type',
  'versions',
  'schema',
  'cidr',
  '$patch',
  'uid',
  'resourceVersion',
  'names',
  'op',
  'path',
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.string({ maxLength: 8 }), fc.integer(), fc.constant(null), fc.boolean(), fc.double()),
    fc.dictionary(fields, tie('tree'), { maxKeys: 5 }),
    fc.array(tie('tree'), { maxLength: 3 }),
  ),
}));
const targets = [
  configMaps,
  `${configMaps}/a`,
  '/api/v1/namespaces/default/pods',
  '/api/v1/namespaces/default/pods/a',
  '/api/v1/namespaces/default/pods/a/status',
  '/api/v1/namespaces/default/pods/a/binding',
  '/api/v1/namespaces/default/services',
  '/api/v1/namespaces/default/services/a',
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis/apps/v1/namespaces/default/deployments/a/scale',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/projectcalico.org/v3/ippools',
  '/apis/projectcalico.org/v3/ippools/a',
  '/api/v1/nodes/a/status',
  '/api/v1/namespaces',
];

test('fuzz: bodies of the wrong shape for every verb and media type -> Status or answer, never a failure', async () => {
  const spec = { containers: [{ name: 'a' }] };
  await api.call('POST', configMaps, { metadata: { name: 'a' } });
  await api.call('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'a' }, spec });
  await api.call('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 'a' },
    spec: { ports: [{ port: 1 }] },
  });
  await api.call('POST', '/api/v1/nodes', { metadata: { name: 'a' } });
  await api.call('POST', '/apis/projectcalico.org/v3/ippools', {
    metadata: { name: 'a' },
    spec: { cidr: '10.0.0.0/16' },
  });
  await api.call('POST', '/apis/apps/v1/namespaces/default/deployments', {
    metadata: { name: 'a' },
    spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec } },
  });
  const named = tree.map((value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { metadata: { name: 'a' }, ...value }
      : value,
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'),
      fc.constantFrom(...targets),
      fc.constantFrom(...types),
      named,
      async (method, path, type, value) => {
        const query = type.includes('apply') ? '?fieldManager=fuzz' : '';
        const { status, body } = await api.call(
          method === 'DELETE' ? 'PATCH' : method,
          path + query,
          JSON.stringify(value),
          type,
        );
        checkAnswer(status, body);
      },
    ),
    { seed, numRuns: 1500 },
  );
  // What got in can be read and listed again.
  for (const path of targets.filter((target) => !target.endsWith('binding'))) {
    const { status, body } = await api.call('GET', path);
    checkAnswer(status, body);
  }
});

test('fuzz: raw bytes as bodies -> 4xx', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...types), fc.uint8Array({ maxLength: 200 }), async (type, bytes) => {
      const { status, body } = await api.call('POST', configMaps, Buffer.from(bytes), type);
      checkAnswer(status, body);
      assert.ok(status >= 400);
    }),
    { seed, numRuns: 200 },
  );
});

test('fuzz: YAML that bites (aliases, tags, deep flow) -> 4xx within a second', async () => {
  const bombs = [
    `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
      .split('')
      .map((key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(',')}]`)
      .join('\n')}`,
    `'${'['.repeat(150)}'`,
    `${'['.repeat(5000)}`,
    `${"- '".repeat(3000)}`,
    Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    '!!js/function "x"',
    '? {a: b}\n: c',
    'a: *missing',
  ];
  for (const bomb of bombs) {
    const started = performance.now();
    const { status, body } = await api.call('POST', configMaps, bomb, 'application/yaml');
    assert.ok(
      status >= 400 && status < 500,
      `${status} ${JSON.stringify(body).slice(0, 200)} for ${bomb.slice(0, 40)}`,
    );
    assert.ok(performance.now() - started < 1000, bomb.slice(0, 40));
  }
});

test('fuzz: selectors -> parsed or 400', () => {
  const labelled = new Entry({ resource: 'pods', namespace: '', name: 'p' }, 1, '{"metadata":{"labels":{"a":"b"}}}');
  const letters = fc.constantFrom('a', 'b', '=', '!', ',', '(', ')', ' ', 'in', 'notin', '<', '>', '1', '\\', '/', '.');
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 15 }), (parts) => {
      const text = parts.join('');
      for (const parse of [
        () => compileSelection({ labelSelector: text }, builtInResource('Pod')).matches(labelled),
        () => parseFieldSelector(text, builtInResource('Pod')),
      ]) {
        try {
          parse();
        } catch (error) {
          assert.ok(error instanceof StatusError && error.status === 400, String(error));
        }
      }
    }),
    { seed, numRuns: 2000 },
  );
});

test('fuzz: broken requests on the socket -> connection ends, server stays up', async () => {
  for (const bytes of [
    '\r\n\r\n',
    'GET\r\n\r\n',
    'POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n',
    '\x16\x03\x01',
    'A'.repeat(100_000),
  ]) {
    const socket = connect(api.socket);
    socket.on('error', () => undefined);
    socket.end(bytes);
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
  }
  const cut = connect(api.socket);
  cut.write(
    'POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"a"',
  );
  cut.on('error', () => undefined);
  cut.destroy();
  assert.equal((await api.call('GET', '/healthz')).status, 200);
});
