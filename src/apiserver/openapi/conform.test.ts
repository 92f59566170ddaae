import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonRecord } from '../json.ts';
import { builtInResource } from '../resource.ts';
import { conform } from './conform.ts';
import { schemaOf } from './schema-node.ts';

function conformTo(kind: string, object: JsonRecord) {
  const schema = schemaOf(builtInResource(kind));
  assert.ok(schema);
  return { object, ...conform(schema, object) };
}

const unknown: readonly [kind: string, object: JsonRecord, path: string][] = [
  ['Deployment', { spec: { foo: 1 } }, 'spec.foo'],
  ['Deployment', { spec: { template: { metadata: { lables: {} } } } }, 'spec.template.metadata.lables'],
  ['Pod', { spec: { containers: [{}, { imagePolicy: 'x' }] } }, 'spec.containers[1].imagePolicy'],
  ['Pod', { spec: { affinity: { nodeAffinity: { require: {} } } } }, 'spec.affinity.nodeAffinity.require'],
  ['Pod', { spec: { containers: [{ livenessProbe: { httpget: {} } }] } }, 'spec.containers[0].livenessProbe.httpget'],
  ['Pod', { status: { phse: 'Running' } }, 'status.phse'],
  ['Node', { status: { nodeInfo: { os: 'linux' } } }, 'status.nodeInfo.os'],
  ['ConfigMap', { dat: {} }, 'dat'],
  ['Event', { involvedObject: { nam: 'x' } }, 'involvedObject.nam'],
  ['EndpointSlice', { endpoints: [{ address: [] }] }, 'endpoints[0].address'],
  ['NetworkPolicy', { spec: { ingress: [{ from: [{ podselector: {} }] }] } }, 'spec.ingress[0].from[0].podselector'],
  ['Lease', { spec: { holder: 'x' } }, 'spec.holder'],
  ['Pod', { __proto: {}, metadata: { toString: 'x' } }, '__proto,metadata.toString'],
  [
    'CustomResourceDefinition',
    { spec: { versions: [{ schema: { openAPIV3Schema: { properties: { a: { typ: 'x' } } } } }] } },
    'spec.versions[0].schema.openAPIV3Schema.properties.a.typ',
  ],
];

for (const [kind, object, path] of unknown) {
  test(`unknown field: ${kind} ${path} -> named and gone`, () => {
    const found = conformTo(kind, object);
    assert.equal(found.unknown.join(','), path);
    assert.deepEqual(conformTo(kind, found.object).unknown, []);
  });
}

const into = 'json: cannot unmarshal';
const wrong: readonly [name: string, kind: string, object: JsonRecord, mistake: string][] = [
  [
    'text for a number',
    'Deployment',
    { spec: { replicas: 'three' } },
    `${into} string into Go struct field DeploymentSpec.spec.replicas of type int32`,
  ],
  [
    'number for a text, in lists',
    'Deployment',
    { spec: { template: { spec: { containers: [{ env: [{ name: 'A', value: 1 }] }] } } } },
    `${into} number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string`,
  ],
  [
    'number as a label',
    'Pod',
    { metadata: { labels: { a: 1 } } },
    `${into} number into Go struct field ObjectMeta.metadata.labels of type string`,
  ],
  [
    'text for a list',
    'Pod',
    { spec: { containers: 'nginx' } },
    `${into} string into Go struct field PodSpec.spec.containers of type []v1.Container`,
  ],
  ['list for an object', 'Pod', { spec: [] }, `${into} array into Go struct field Pod.spec of type v1.PodSpec`],
  [
    'object for a map of texts',
    'Service',
    { spec: { selector: 'app=web' } },
    `${into} string into Go struct field ServiceSpec.spec.selector of type map[string]string`,
  ],
  [
    'text for a flag',
    'Pod',
    { spec: { hostNetwork: 'yes' } },
    `${into} string into Go struct field PodSpec.spec.hostNetwork of type bool`,
  ],
  [
    'half a replica',
    'Deployment',
    { spec: { replicas: 1.5 } },
    `${into} number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32`,
  ],
  [
    'a port too large for its type',
    'Service',
    { spec: { ports: [{ port: 3e9 }] } },
    `${into} number 3000000000 into Go struct field ServicePort.spec.ports.port of type int32`,
  ],
  [
    'flag for a number or name',
    'Service',
    { spec: { ports: [{ targetPort: true }] } },
    `${into} bool into Go value of type int32`,
  ],
  ['not base64', 'Secret', { data: { a: 'YW*j' } }, 'illegal base64 data at input byte 2'],
  [
    'no amount',
    'Pod',
    { spec: { containers: [{ resources: { limits: { cpu: 'lots' } } }] } },
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    'no point in time',
    'Lease',
    { spec: { renewTime: 'now' } },
    'parsing time "now" as "2006-01-02T15:04:05Z07:00": cannot parse "now" as "2006"',
  ],
];

for (const [name, kind, object, mistake] of wrong) {
  test(`wrong type: ${name} -> told as kube-apiserver does`, () => {
    assert.equal(conformTo(kind, object).mistake, mistake);
  });
}

test('conform: null is no value; amounts become texts; what is right stays', () => {
  const {
    object,
    unknown: none,
    mistake,
  } = conformTo('Pod', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', creationTimestamp: null, labels: { a: null }, annotations: null },
    spec: {
      containers: [{ name: 'a', command: ['x', null], resources: { limits: { cpu: 1, memory: '64Mi' } } }, null],
      volumes: null,
      dnsConfig: {},
    },
  });
  assert.deepEqual([none, mistake], [[], undefined]);
  assert.deepEqual(object, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', labels: { a: '' } },
    spec: {
      containers: [{ name: 'a', command: ['x', ''], resources: { limits: { cpu: '1', memory: '64Mi' } } }, {}],
      dnsConfig: {},
    },
  });
});

test('conform: a definition keeps free values, unions and words with dashes', () => {
  const schema = {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    properties: {
      a: { enum: [1, null, { b: 2 }], default: { c: [] }, items: { what: 'ever' }, additionalProperties: true },
    },
    'x-kubernetes-validations': [{ rule: 'true' }],
  };
  const definition = { spec: { versions: [{ schema: { openAPIV3Schema: structuredClone(schema) } }] } };
  const { object, unknown: none } = conformTo('CustomResourceDefinition', definition);
  assert.deepEqual(none, []);
  assert.deepEqual(object, { spec: { versions: [{ schema: { openAPIV3Schema: schema } }] } });
});
