import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import protobuf from 'protobufjs/light.js';
import { valueAt } from '../json.ts';
import { StatusError } from '../status-error.ts';
import { startTestServer, type TestServer } from '../testing/test-client.ts';
import { decodeBody, protobufType } from './decode-body.ts';

/** Bodies as kubectl 1.32 sent them. */
const recorded: readonly [name: string, base64: string, expected: unknown][] = [
  [
    'create deployment d1 --image=x --replicas=0 --port=80',
    'azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50EqsBCh0KAmQxEgAaACIAKgAyADgAQgBaCQoDYXBwEgJkMRJ8CAASCwoJCgNhcHASAmQxGmMKGwoAEgAaACIAKgAyADgAQgBaCQoDYXBwEgJkMRJEEiYKAXgSAXgqADIKCgAQABhQIgAqAEIAagByAIABAIgBAJABAKIBABoAMgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAiAgoAKAA4ABoMCAAQABgAIAAoADgAGgAiAA==',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd1', labels: { app: 'd1' } },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'd1' } },
        template: {
          metadata: { labels: { app: 'd1' } },
          spec: { containers: [{ name: 'x', image: 'x', ports: [{ containerPort: 80 }], resources: {} }] },
        },
        strategy: {},
      },
      status: {},
    },
  ],
  [
    'create secret generic s1 --from-literal=a=b --type=kubernetes.io/x',
    'azhzAAoMCgJ2MRIGU2VjcmV0Ei0KEgoCczESABoAIgAqADIAOABCABIGCgFhEgFiGg9rdWJlcm5ldGVzLmlvL3gaACIA',
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's1' }, data: { a: 'Yg==' }, type: 'kubernetes.io/x' },
  ],
  [
    'create service nodeport n1 --tcp=80:http --node-port=30080',
    'azhzAAoNCgJ2MRIHU2VydmljZRJqCh0KAm4xEgAaACIAKgAyADgAQgBaCQoDYXBwEgJuMRJFCiAKBzgwLWh0dHASA1RDUBhQIgoIARAAGgRodHRwKIDrARIJCgNhcHASAm4xGgAiCE5vZGVQb3J0OgBCAFIAWgBgAGgAGgIKABoAIgA=',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'n1', labels: { app: 'n1' } },
      spec: {
        ports: [{ name: '80-http', protocol: 'TCP', port: 80, targetPort: 'http', nodePort: 30080 }],
        selector: { app: 'n1' },
        type: 'NodePort',
      },
      status: { loadBalancer: {} },
    },
  ],
  [
    'auth can-i get pods/log --subresource=log',
    'azhzAAoyChdhdXRob3JpemF0aW9uLms4cy5pby92MRIXU2VsZlN1YmplY3RBY2Nlc3NSZXZpZXcSQgoQCgASABoAIgAqADIAOABCABIkCiIKB2RlZmF1bHQSA2dldBoAIgAqBHBvZHMyA2xvZzoDbG9nGggIABIAGgAgABoAIgA=',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      metadata: {},
      spec: {
        resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods', subresource: 'log', name: 'log' },
      },
      status: { allowed: false },
    },
  ],
];

for (const [name, base64, expected] of recorded) {
  test(`protobuf body: ${name} -> the object`, () => {
    assert.deepEqual(decodeBody(Buffer.from(base64, 'base64')), expected);
  });
}

/** A body by hand: `fill` writes the message. */
function body(apiVersion: string, kind: string, fill: (writer: protobuf.Writer) => void): Buffer {
  const message = protobuf.Writer.create();
  fill(message);
  const envelope = protobuf.Writer.create();
  envelope.uint32(10).fork().uint32(10).string(apiVersion).uint32(18).string(kind).ldelim();
  envelope.uint32(18).bytes(message.finish());
  return Buffer.concat([Buffer.from('k8s\0'), envelope.finish()]);
}

const length = (number: number) => (number << 3) | 2;

test('protobuf body: volume and probe -> their sources beside the name, as in JSON', () => {
  const pod = body('v1', 'Pod', (writer) => {
    const spec = writer.uint32(length(2)).fork();
    const volume = spec.uint32(length(1)).fork().uint32(length(1)).string('v');
    volume.uint32(length(2)).fork().uint32(length(2)).fork().ldelim().ldelim().ldelim();
    const probe = spec.uint32(length(2)).fork().uint32(length(10)).fork();
    probe.uint32(length(1)).fork().uint32(length(3)).fork().uint32(length(1)).fork();
    probe.uint32(16).int32(81).ldelim().ldelim().ldelim().uint32(16).int32(0).uint32(24).int32(5);
    probe.ldelim().ldelim().ldelim();
  });
  assert.deepEqual(valueAt(decodeBody(pod), 'spec'), {
    volumes: [{ name: 'v', emptyDir: {} }],
    containers: [{ livenessProbe: { tcpSocket: { port: 81 }, timeoutSeconds: 5 } }],
  });
});

test('protobuf body: times, quantities, false behind a pointer, JSON inside -> their JSON forms', () => {
  const node = body('v1', 'Node', (writer) => {
    const meta = writer.uint32(length(1)).fork().uint32(length(8)).fork().uint32(8).int64(1_700_000_000).ldelim();
    const owner = meta.uint32(length(13)).fork().uint32(48).bool(false).ldelim();
    owner
      .uint32(length(17))
      .fork()
      .uint32(length(7))
      .fork()
      .uint32(length(1))
      .string('{"f:a":{}}')
      .ldelim()
      .ldelim()
      .ldelim();
    const entry = writer.uint32(length(3)).fork().uint32(length(1)).fork().uint32(length(1)).string('cpu');
    entry.uint32(length(2)).fork().uint32(length(1)).string('250m').ldelim().ldelim().ldelim();
  });
  const decoded = decodeBody(node);
  assert.equal(valueAt(decoded, 'metadata', 'creationTimestamp'), '2023-11-14T22:13:20Z');
  assert.deepEqual(valueAt(decoded, 'metadata', 'ownerReferences'), [{ controller: false }]);
  assert.deepEqual(valueAt(decoded, 'metadata', 'managedFields'), [{ fieldsV1: { 'f:a': {} } }]);
  assert.deepEqual(valueAt(decoded, 'status', 'capacity'), { cpu: '250m' });
});

test('protobuf body: DeleteOptions in any group version -> understood, grace 0 kept', () => {
  const options = body('projectcalico.org/v3', 'DeleteOptions', (writer) => writer.uint32(8).int64(0));
  assert.equal(decodeBody(options).gracePeriodSeconds, 0);
});

const configMap = (fill: (writer: protobuf.Writer) => void) => body('v1', 'ConfigMap', fill);

const refused: readonly [name: string, bytes: Buffer, status: number, message: RegExp][] = [
  ['JSON', Buffer.from('{}'), 400, /another beginning/],
  ['nothing behind the beginning', Buffer.from('k8s\0'), 415, /an object without kind/],
  [
    'kind that is understood as JSON only',
    body('batch/v1', 'Job', () => {}),
    415,
    /Job in version "batch\/v1".*application\/json/,
  ],
  [
    'unknown field',
    configMap((writer) => writer.uint32(length(99)).string('x')),
    400,
    /unknown field number 99 in ConfigMap$/,
  ],
  [
    'unknown field inside',
    configMap((writer) => writer.uint32(length(1)).fork().uint32(length(77)).string('x').ldelim()),
    400,
    /unknown field number 77 in ObjectMeta at metadata/,
  ],
  ['number where a text belongs', configMap((writer) => writer.uint32(8).int32(3)), 400, /metadata: found wire type 0/],
  [
    'text that is not UTF-8',
    configMap((writer) =>
      writer
        .uint32(length(1))
        .fork()
        .uint32(length(1))
        .bytes(Buffer.from([0xff]))
        .ldelim(),
    ),
    400,
    /metadata.name: the text is not valid UTF-8/,
  ],
  [
    'cut off',
    body('v1', 'Pod', (writer) => writer.uint32(length(1)).string('x'.repeat(50))).subarray(0, 40),
    400,
    /malformed/,
  ],
  [
    'number beyond what JSON carries',
    configMap((writer) =>
      writer
        .uint32(length(1))
        .fork()
        .uint32(56)
        .int64(Number.MAX_SAFE_INTEGER + 3)
        .ldelim(),
    ),
    400,
    /metadata.generation: the number/,
  ],
];

for (const [name, bytes, status, message] of refused) {
  test(`protobuf body: ${name} -> ${status}`, () => {
    assert.throws(
      () => decodeBody(bytes),
      (error) => error instanceof StatusError && error.status === status && message.test(error.message),
    );
  });
}

test('protobuf body: a key "__proto__" in a map -> data, no prototype', () => {
  const decoded = decodeBody(
    configMap((writer) => {
      writer.uint32(length(2)).fork().uint32(length(1)).string('__proto__').uint32(length(2)).string('x').ldelim();
    }),
  );
  assert.deepEqual(Object.keys(valueAt(decoded, 'data') as object), ['__proto__']);
});

test('protobuf body: recorded bodies with bytes changed -> an object or a StatusError, nothing else', () => {
  let seed = 7;
  const random = (limit: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % limit;
  };
  for (let round = 0; round < 3000; round++) {
    const bytes = Buffer.from(recorded[random(recorded.length)]?.[1] ?? '', 'base64');
    for (let change = 0; change <= random(4); change++) bytes[4 + random(bytes.length - 4)] = random(256);
    try {
      decodeBody(bytes);
    } catch (error) {
      assert.ok(error instanceof StatusError && error.status < 500, String(error));
    }
  }
});

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

test('protobuf body: POST -> stored as if it had come as JSON', async () => {
  const [, base64 = ''] = recorded[0] ?? [];
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const { status, body: made } = await api.call('POST', path, Buffer.from(base64, 'base64'), protobufType);
  assert.equal(status, 201);
  assert.equal(valueAt(made, 'spec', 'replicas'), 0);
  assert.equal(valueAt(made, 'spec', 'revisionHistoryLimit'), 10);
  assert.equal((await api.call('DELETE', `${path}/d1`, Buffer.from(base64, 'base64'), protobufType)).status, 200);
});

test('protobuf body: unknown field -> 400 and nothing stored', async () => {
  const bytes = configMap((writer) =>
    writer.uint32(length(1)).fork().uint32(length(1)).string('bad').ldelim().uint32(length(99)).string('x'),
  );
  const path = '/api/v1/namespaces/default/configmaps';
  assert.equal((await api.call('POST', path, bytes, protobufType)).status, 400);
  assert.equal((await api.call('GET', `${path}/bad`)).status, 404);
});
