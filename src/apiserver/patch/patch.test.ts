import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { applyMergePatch } from '../../base/merge-patch.ts';
import { recordsAt, valueAt } from '../json.ts';
import { schemaOf } from '../openapi/schema-node.ts';
import { builtInResource } from '../resource.ts';
import { StatusError } from '../status-error.ts';
import { startTestServer, type TestServer } from '../testing/test-client.ts';
import { applyStrategicMerge } from './strategic-merge.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

const configMaps = '/api/v1/namespaces/default/configmaps';
const merge = 'application/merge-patch+json';
const json = 'application/json-patch+json';
const strategic = 'application/strategic-merge-patch+json';

// RFC 7386, appendix A.
const mergeCases: readonly [target: unknown, patch: unknown, result: unknown][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];
for (const [target, patch, result] of mergeCases) {
  test(`merge patch: ${JSON.stringify(target)} with ${JSON.stringify(patch)} -> ${JSON.stringify(result)}`, () => {
    assert.deepEqual(applyMergePatch(target, patch), result);
  });
}

const strategicCases: { name: string; kind: string; target: object; patch: object; result: object }[] = [
  {
    name: 'conditions merge by type',
    kind: 'Node',
    target: {
      status: {
        conditions: [
          { type: 'Ready', status: 'True', reason: 'x' },
          { type: 'Disk', status: 'False' },
        ],
      },
    },
    patch: {
      status: {
        conditions: [
          { type: 'Ready', status: 'False' },
          { type: 'NetworkUnavailable', status: 'False' },
        ],
      },
    },
    result: {
      status: {
        conditions: [
          { type: 'Ready', status: 'False', reason: 'x' },
          { type: 'Disk', status: 'False' },
          { type: 'NetworkUnavailable', status: 'False' },
        ],
      },
    },
  },
  {
    name: 'containers by name, env by name, ports by number and protocol',
    kind: 'Pod',
    target: {
      spec: {
        containers: [
          { name: 'a', image: '1', env: [{ name: 'X', value: '1' }], ports: [{ containerPort: 53, protocol: 'TCP' }] },
        ],
      },
    },
    patch: {
      spec: {
        containers: [
          { name: 'a', env: [{ name: 'Y', value: '2' }], ports: [{ containerPort: 53, protocol: 'UDP' }] },
          { name: 'b' },
        ],
      },
    },
    result: {
      spec: {
        containers: [
          {
            name: 'a',
            image: '1',
            env: [
              { name: 'X', value: '1' },
              { name: 'Y', value: '2' },
            ],
            ports: [
              { containerPort: 53, protocol: 'TCP' },
              { containerPort: 53, protocol: 'UDP' },
            ],
          },
          { name: 'b' },
        ],
      },
    },
  },
  {
    name: '$patch: delete removes an item, $setElementOrder orders',
    kind: 'Pod',
    target: { spec: { containers: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] } },
    patch: {
      spec: {
        $setElementOrder: [],
        '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }],
        containers: [{ name: 'b', $patch: 'delete' }],
      },
    },
    result: { spec: { containers: [{ name: 'c' }, { name: 'a' }], $setElementOrder: [] } },
  },
  {
    name: '$patch: replace in a list and in an object',
    kind: 'Pod',
    target: { metadata: { labels: { a: '1' } }, spec: { containers: [{ name: 'a' }] } },
    patch: {
      metadata: { labels: { b: '2', $patch: 'replace' } },
      spec: { containers: [{ $patch: 'replace' }, { name: 'z' }] },
    },
    result: { metadata: { labels: { b: '2' } }, spec: { containers: [{ name: 'z' }] } },
  },
  {
    name: 'lists without a merge key are replaced',
    kind: 'Pod',
    target: { spec: { tolerations: [{ key: 'a' }] } },
    patch: { spec: { tolerations: [{ key: 'b' }] } },
    result: { spec: { tolerations: [{ key: 'b' }] } },
  },
  {
    name: 'service ports by port, endpoint slice ports replaced',
    kind: 'Service',
    target: { spec: { ports: [{ port: 80, name: 'a' }] }, ports: [{ port: 1 }] },
    patch: { spec: { ports: [{ port: 80, targetPort: 8080 }] }, ports: [{ port: 2 }] },
    result: { spec: { ports: [{ port: 80, name: 'a', targetPort: 8080 }] }, ports: [{ port: 2 }] },
  },
  {
    name: 'finalizers are a set, $deleteFromPrimitiveList removes',
    kind: 'Pod',
    target: { metadata: { finalizers: ['a', 'b'] } },
    patch: { metadata: { finalizers: ['c'], '$deleteFromPrimitiveList/finalizers': ['a'] } },
    result: { metadata: { finalizers: ['b', 'c'] } },
  },
  {
    name: '$retainKeys drops the rest, null removes',
    kind: 'Deployment',
    target: { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: {} }, paused: true } },
    patch: { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' }, paused: null } },
    result: { spec: { strategy: { type: 'Recreate' } } },
  },
];
strategicCases.push(
  {
    name: '$patch: merge is the default said aloud',
    kind: 'Pod',
    target: { metadata: { labels: { a: '1' } } },
    patch: { metadata: { labels: { b: '2', $patch: 'merge' } } },
    result: { metadata: { labels: { a: '1', b: '2' } } },
  },
  {
    name: '$patch: delete empties an object',
    kind: 'Pod',
    target: { metadata: { labels: { a: '1' }, name: 'x' } },
    patch: { metadata: { labels: { $patch: 'delete' } } },
    result: { metadata: { labels: {}, name: 'x' } },
  },
  {
    name: 'new nested objects drop their nulls',
    kind: 'Pod',
    target: {},
    patch: { metadata: { labels: { a: null, b: 'c' } } },
    result: { metadata: { labels: { b: 'c' } } },
  },
  {
    name: '$setElementOrder keeps what only the server has behind what it followed',
    kind: 'Pod',
    target: { spec: { containers: [{ name: 'a' }, { name: 'sidecar' }, { name: 'b' }] } },
    patch: {
      spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'b', image: 'x' }] },
    },
    result: { spec: { containers: [{ name: 'b', image: 'x' }, { name: 'a' }, { name: 'sidecar' }] } },
  },
  {
    name: 'ephemeral containers and volumes by name; $retainKeys in a volume changes its source',
    kind: 'Pod',
    target: { spec: { volumes: [{ name: 'v', emptyDir: {} }] } },
    patch: { spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] } },
    result: { spec: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] } },
  },
);
for (const row of strategicCases) {
  test(`strategic merge: ${row.name}`, () => {
    assert.deepEqual(applyStrategicMerge(schemaOf(builtInResource(row.kind)), row.target, row.patch), row.result);
  });
}

const badStrategic: readonly [name: string, patch: object, words: RegExp][] = [
  ['unknown $patch in an object', { metadata: { labels: { $patch: 'burn' } } }, /metadata.labels: \$patch is "burn"/],
  ['unknown $patch in an item', { spec: { containers: [{ name: 'a', $patch: 1 }] } }, /spec.containers: \$patch is 1/],
  ['unknown $patch in a list that is replaced', { spec: { tolerations: [{ $patch: 'x' }] } }, /\$patch/],
  ['item without its key', { spec: { containers: [{ image: 'x' }] } }, /merge key "name"/],
  ['item that is no object', { spec: { containers: ['x'] } }, /must be objects/],
  ['$retainKeys that is no list', { spec: { $retainKeys: 'a' } }, /must be a list/],
  ['$retainKeys without a field of the patch', { spec: { $retainKeys: ['a'], hostNetwork: true } }, /"hostNetwork"/],
  ['$setElementOrder that is no list', { spec: { '$setElementOrder/containers': 1 } }, /must be a list/],
  [
    '$deleteFromPrimitiveList that is no list',
    { metadata: { '$deleteFromPrimitiveList/finalizers': 'a' } },
    /list of values/,
  ],
];
for (const [name, patch, words] of badStrategic) {
  test(`strategic merge: ${name} -> 400`, () => {
    assert.throws(
      () => applyStrategicMerge(schemaOf(builtInResource('Pod')), {}, patch),
      (error) => error instanceof StatusError && error.status === 400 && words.test(error.message),
    );
  });
}

test('PATCH: merge, JSON and strategic on one object -> each applied', async () => {
  await api.call('POST', configMaps, { metadata: { name: 'p' }, data: { a: '1', b: '2' } });
  const path = `${configMaps}/p`;
  assert.deepEqual((await api.call('PATCH', path, { data: { a: null, c: '3' } }, merge)).body.data, { b: '2', c: '3' });
  const operations = [
    { op: 'test', path: '/data/b', value: '2' },
    { op: 'replace', path: '/data/b', value: '9' },
    { op: 'add', path: '/metadata/labels', value: { x: 'y' } },
  ];
  const patched = (await api.call('PATCH', path, operations, json)).body;
  assert.deepEqual([patched.data, valueAt(patched, 'metadata', 'labels')], [{ b: '9', c: '3' }, { x: 'y' }]);
  assert.deepEqual((await api.call('PATCH', path, { data: { d: '4' } }, strategic)).body.data, {
    b: '9',
    c: '3',
    d: '4',
  });
});

test('PATCH status: conditions of a node merge, spec stays', async () => {
  const node = {
    metadata: { name: 'n1' },
    spec: { podCIDR: '10.0.0.0/24' },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
  await api.call('POST', '/api/v1/nodes', node);
  const patch = {
    metadata: { annotations: { 'projectcalico.org/IPv4Address': '192.168.122.20/24' } },
    spec: { podCIDR: 'ignored' },
    status: { conditions: [{ type: 'NetworkUnavailable', status: 'False' }] },
  };
  const { body } = await api.call('PATCH', '/api/v1/nodes/n1/status', patch, strategic);
  assert.deepEqual(valueAt(body, 'status', 'conditions'), [
    { type: 'Ready', status: 'True' },
    { type: 'NetworkUnavailable', status: 'False' },
  ]);
  assert.equal(valueAt(body, 'spec', 'podCIDR'), '10.0.0.0/24');
  assert.equal(valueAt(body, 'metadata', 'annotations', 'projectcalico.org/IPv4Address'), '192.168.122.20/24');
});

const refused: readonly { name: string; path?: string; body: unknown; type: string; status: number }[] = [
  { name: 'missing object', path: `${configMaps}/none`, body: {}, type: merge, status: 404 },
  { name: 'plain JSON type', body: {}, type: 'application/json', status: 415 },
  {
    name: 'strategic on a custom kind',
    path: '/apis/projectcalico.org/v3/ippools/x',
    body: {},
    type: strategic,
    status: 415,
  },
  { name: 'malformed', body: '{', type: merge, status: 400 },
  { name: 'JSON patch is no list', body: {}, type: json, status: 400 },
  { name: 'failing test operation', body: [{ op: 'test', path: '/data/a', value: 'zzz' }], type: json, status: 422 },
  { name: 'remove of a missing path', body: [{ op: 'remove', path: '/data/zzz' }], type: json, status: 422 },
  { name: 'operation is null', body: [null], type: json, status: 400 },
  { name: 'unknown op', body: [{ op: 'burn', path: '/data' }], type: json, status: 400 },
  { name: 'path is no pointer', body: [{ op: 'remove', path: 'data' }], type: json, status: 400 },
  { name: 'copy without from', body: [{ op: 'copy', path: '/data/x' }], type: json, status: 400 },
  { name: 'copy from nowhere', body: [{ op: 'copy', from: '/nope/x', path: '/data/x' }], type: json, status: 422 },
  { name: 'add without value', body: [{ op: 'add', path: '/data/x' }], type: json, status: 400 },
  { name: 'the object itself removed', body: [{ op: 'remove', path: '' }], type: json, status: 400 },
  { name: 'path into the prototype', body: [{ op: 'add', path: '/__proto__/x', value: 1 }], type: json, status: 422 },
  {
    name: 'doubling copies',
    body: [...Array(60)].map((_, i) => ({ op: 'copy', from: '/data', path: `/data/k${i}` })),
    type: json,
    status: 413,
  },
  { name: 'old resourceVersion', body: { metadata: { resourceVersion: '1' } }, type: merge, status: 409 },
  { name: 'null document', body: 'null', type: merge, status: 400 },
  { name: 'apply without fieldManager', body: {}, type: 'application/apply-patch+yaml', status: 400 },
];
for (const row of refused) {
  test(`PATCH: ${row.name} -> ${row.status}`, async () => {
    await api.call('POST', configMaps, { metadata: { name: 'target' }, data: { a: 'x'.repeat(500) } });
    const { status, body } = await api.call('PATCH', row.path ?? `${configMaps}/target`, row.body, row.type);
    assert.deepEqual([status, body.kind], [row.status, 'Status'], JSON.stringify(body));
  });
}

const plainWords: readonly [operations: unknown[], words: RegExp][] = [
  [[null], /^operation 0 of the JSON patch is null/],
  [
    [
      { op: 'test', path: '/data/a', value: 'x' },
      { op: 'zap', path: '/x' },
    ],
    /^operation 1 of the JSON patch has the op "zap"/,
  ],
  [[{ op: 'remove', path: '/data/none' }], /operation 0 \(remove \/data\/none\): there is nothing at this path$/],
  [[{ op: 'test', path: '/data/a', value: 'other' }], /the value there is another one$/],
  [[{ op: 'add', path: '/spec/a/b', value: 1 }], /nothing above this path/],
  [[{ op: 'add', path: '/__proto__/x', value: 1 }], /does not fit the object$/],
];
for (const [operations, words] of plainWords) {
  test(`JSON patch: ${JSON.stringify(operations)} -> ${words.source}`, async () => {
    await api.call('POST', configMaps, { metadata: { name: 'words' }, data: { a: 'b' } });
    const { body } = await api.call('PATCH', `${configMaps}/words`, operations, json);
    assert.match(String(body.message), words);
    // kubectl shows the message of a 422 only where the details name no object.
    assert.equal(body.details, undefined);
  });
}

test('PATCH: duplicate fields -> Strict 400, Warn tells, Ignore is silent, in JSON and YAML', async () => {
  await api.call('POST', configMaps, { metadata: { name: 'twice' } });
  const text = '{"data":{"a":"1","a":"2"}}';
  const strict = await api.call('PATCH', `${configMaps}/twice?fieldValidation=Strict`, text, merge);
  assert.deepEqual([strict.status, /duplicate field "data.a"/.test(String(strict.body.message))], [400, true]);
  const warned = await api.call('PATCH', `${configMaps}/twice`, text, merge);
  assert.deepEqual([warned.status, warned.body.data], [200, { a: '2' }]);
  assert.match(String(warned.headers.warning), /duplicate field/);
  const silent = await api.call('PATCH', `${configMaps}/twice?fieldValidation=Ignore`, text, merge);
  assert.deepEqual([silent.status, silent.headers.warning], [200, undefined]);
  const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: twice\ndata:\n  a: "1"\n  a: "2"\n';
  const applied = await api.call(
    'PATCH',
    `${configMaps}/twice?fieldManager=x&force=true&fieldValidation=Strict`,
    yaml,
    'application/apply-patch+yaml',
  );
  assert.match(String(applied.body.message), /strict decoding error: duplicate field "data.a"/);
});

test('scale: PUT and PATCH -> replicas; an old resourceVersion -> 409', async () => {
  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'x' }] } };
  await api.call('POST', deployments, {
    metadata: { name: 's' },
    spec: { selector: { matchLabels: { a: 'b' } }, template },
  });
  const first = await api.call('GET', `${deployments}/s/scale`);
  const patched = await api.call('PATCH', `${deployments}/s/scale`, { spec: { replicas: 3 } }, merge);
  assert.deepEqual(valueAt(patched.body, 'spec', 'replicas'), 3);
  const late = await api.call('PUT', `${deployments}/s/scale`, { ...first.body, spec: { replicas: 9 } });
  assert.equal(late.status, 409);
  const managers = recordsAt((await api.call('GET', `${deployments}/s`)).body, 'metadata', 'managedFields');
  assert.ok(
    managers.some((entry) => entry.subresource === 'scale' && valueAt(entry, 'fieldsV1', 'f:spec', 'f:replicas')),
  );
});
