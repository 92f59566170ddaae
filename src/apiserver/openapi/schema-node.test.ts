import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRecord } from '../../base/is-record.ts';
import { builtInResource, builtInResources, type Resource } from '../resource.ts';
import { parseDeclarations } from './declarations.ts';
import { placeKind } from './go-types.ts';
import { listFactFields } from './list-facts.ts';
import { type SchemaNode, schemaOf } from './schema-node.ts';

/** `spec.containers[].image`. */
function nodeAt(root: SchemaNode | undefined, path: string): SchemaNode | undefined {
  return path.split(/(?=\[\])|\./).reduce((node, step) => (step === '[]' ? node?.items() : node?.property(step)), root);
}

function visit(node: SchemaNode | undefined, seen: Set<SchemaNode>): void {
  if (node === undefined || seen.has(node)) return;
  seen.add(node);
  for (const name of Object.keys(isRecord(node.words.properties) ? node.words.properties : {})) {
    visit(node.property(name), seen);
  }
  visit(node.property('any name'), seen);
  visit(node.items(), seen);
}

test('schemas: every built-in kind resolves to its end and knows its apiVersion, kind and metadata', () => {
  const seen = new Set<SchemaNode>();
  for (const resource of builtInResources) {
    const root = schemaOf(resource);
    visit(root, seen);
    assert.equal(nodeAt(root, 'metadata.name')?.words.type, 'string', resource.kind);
    const { group, version, kind } = resource;
    assert.deepEqual(root?.words['x-kubernetes-group-version-kind'], [{ group, version, kind }]);
  }
  assert.ok(seen.size > 1000, `${seen.size} places`);
  // Where a name was looked up and nothing is known of it, anything goes: only where Kubernetes itself says so.
  const free = [...seen].filter((node) => node.words.type === undefined).map((node) => node.name ?? 'inline');
  assert.deepEqual([...new Set(free.map((name) => name.slice(name.lastIndexOf('.') + 1)))].sort(), [
    'JSON',
    'JSONSchemaPropsOrArray',
    'JSONSchemaPropsOrBool',
    'JSONSchemaPropsOrStringArray',
  ]);
});

const places: readonly [kind: string, path: string, is: string][] = [
  ['Pod', 'spec.containers[].ports[].containerPort', 'int32'],
  ['Pod', 'spec.containers[].resources.limits.cpu', 'quantity'],
  ['Pod', 'spec.containers[].livenessProbe.httpGet.port', 'int-or-string'],
  ['Pod', 'spec.containers[].livenessProbe.terminationGracePeriodSeconds', 'int64'],
  ['Pod', 'spec.containers[].restartPolicyRules[].exitCodes.values', 'list'],
  ['Pod', 'spec.nodeSelector.any', 'string'],
  ['Pod', 'spec.affinity.nodeAffinity', 'struct'],
  ['Pod', 'spec.hostNetwork', 'boolean'],
  ['Pod', 'status.startTime', 'time'],
  ['Pod', 'metadata.labels', 'map'],
  ['Pod', 'metadata.generation', 'int64'],
  ['Pod', 'metadata.managedFields[].fieldsV1', 'open'],
  ['Service', 'spec.ports[].targetPort', 'int-or-string'],
  ['Service', 'spec.clusterIPs', 'list'],
  ['Deployment', 'spec.replicas', 'int32'],
  ['Deployment', 'spec.strategy.rollingUpdate.maxSurge', 'int-or-string'],
  ['Deployment', 'spec.template.spec.initContainers[].image', 'string'],
  ['Secret', 'data.any', 'bytes'],
  ['ConfigMap', 'binaryData.any', 'bytes'],
  ['ConfigMap', 'data.any', 'string'],
  ['Lease', 'spec.renewTime', 'time'],
  ['EndpointSlice', 'endpoints[].conditions.ready', 'boolean'],
  ['PodDisruptionBudget', 'spec.minAvailable', 'int-or-string'],
  ['CustomResourceDefinition', 'spec.versions[].schema.openAPIV3Schema.properties.a.maximum', 'number'],
  ['CustomResourceDefinition', 'spec.versions[].schema.openAPIV3Schema.x-kubernetes-validations[].rule', 'string'],
  ['CustomResourceDefinition', 'spec.versions[].schema.openAPIV3Schema.default', 'any'],
];

for (const [kind, path, is] of places) {
  test(`schemas: ${kind} ${path} -> ${is}`, () => {
    const node = nodeAt(schemaOf(builtInResource(kind)), path);
    assert.equal(node && placeKind(node), is);
  });
}

const lists: readonly [
  kind: string,
  path: string,
  type: string,
  keys: string | undefined,
  patch: string | undefined,
][] = [
  ['Pod', 'spec.containers', 'map', 'name', 'merge name'],
  ['Pod', 'spec.containers[].ports', 'map', 'containerPort,protocol', 'merge containerPort'],
  ['Pod', 'spec.containers[].env', 'map', 'name', 'merge name'],
  ['Pod', 'spec.containers[].volumeMounts', 'map', 'mountPath', 'merge mountPath'],
  ['Pod', 'spec.volumes', 'map', 'name', 'merge,retainKeys name'],
  ['Pod', 'spec.hostAliases', 'map', 'ip', 'merge ip'],
  ['Pod', 'spec.imagePullSecrets', 'map', 'name', 'merge name'],
  ['Pod', 'spec.tolerations', 'atomic', undefined, undefined],
  ['Pod', 'spec.topologySpreadConstraints', 'map', 'topologyKey,whenUnsatisfiable', 'merge topologyKey'],
  ['Pod', 'status.conditions', 'map', 'type', 'merge type'],
  ['Pod', 'status.hostIPs', 'atomic', undefined, 'merge ip'],
  ['Pod', 'status.podIPs', 'map', 'ip', 'merge ip'],
  ['Pod', 'metadata.finalizers', 'set', undefined, 'merge'],
  ['Pod', 'metadata.ownerReferences', 'map', 'uid', 'merge uid'],
  ['Service', 'spec.ports', 'map', 'port,protocol', 'merge port'],
  ['Deployment', 'spec.template.spec.containers', 'map', 'name', 'merge name'],
  ['Node', 'status.addresses', 'map', 'type', 'merge type'],
  ['Node', 'spec.podCIDRs', 'set', undefined, 'merge'],
  ['ServiceAccount', 'secrets', 'map', 'name', 'merge name'],
  ['EndpointSlice', 'endpoints', 'atomic', undefined, undefined],
  ['EndpointSlice', 'endpoints[].addresses', 'set', undefined, undefined],
];

for (const [kind, path, type, keys, patch] of lists) {
  test(`lists: ${kind} ${path} -> ${type} ${keys ?? ''}, patch ${patch ?? 'replaces'}`, () => {
    const words = nodeAt(schemaOf(builtInResource(kind)), path)?.words ?? {};
    assert.equal(words['x-kubernetes-list-type'], type);
    assert.equal(words['x-kubernetes-list-map-keys']?.toString(), keys);
    const merge = [words['x-kubernetes-patch-strategy'], words['x-kubernetes-patch-merge-key']];
    assert.equal(merge.filter((word) => word !== undefined).join(' ') || undefined, patch);
  });
}

test('lists: every fact is about a field that there is', () => {
  const seen = new Set<SchemaNode>();
  for (const resource of builtInResources) visit(schemaOf(resource), seen);
  const fields = [...seen].flatMap(({ name, words }) =>
    Object.keys(isRecord(words.properties) ? words.properties : {}).map(
      (field) => `${name?.slice(name.lastIndexOf('.') + 1)}.${field}`,
    ),
  );
  const missing = listFactFields().filter((field) => !fields.includes(field));
  assert.deepEqual(missing, []);
});

test('lists: the strategy of a Deployment keeps only what is named, a label selector is one value', () => {
  const spec = schemaOf(builtInResource('Deployment'))?.property('spec');
  assert.equal(spec?.property('strategy')?.words['x-kubernetes-patch-strategy'], 'retainKeys');
  assert.equal(spec?.property('selector')?.words['x-kubernetes-map-type'], 'atomic');
});

test('custom kinds: the own schema, the metadata of every kind; without a schema only that', () => {
  const custom: Resource = {
    ...builtInResource('Lease'),
    group: 'example.com',
    custom: true,
    schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: { parts: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } } },
          additionalProperties: { type: 'integer' },
        },
      },
    },
  };
  const root = schemaOf(custom);
  assert.equal(nodeAt(root, 'spec.parts')?.words['x-kubernetes-list-type'], 'set');
  assert.equal(nodeAt(root, 'spec.parts[]')?.words.type, 'string');
  assert.equal(nodeAt(root, 'spec.other')?.words.type, 'integer');
  assert.equal(nodeAt(root, 'status'), undefined);
  assert.equal(nodeAt(root, 'metadata.finalizers')?.words['x-kubernetes-list-type'], 'set');
  assert.equal(schemaOf(custom), root);
  const open = schemaOf({ ...custom, schema: undefined });
  assert.equal(nodeAt(open, 'spec'), undefined);
  assert.equal(nodeAt(open, 'metadata.name')?.words.type, 'string');
});

test('declarations: another form -> error that names the line', () => {
  const bad = 'export interface A {\n    /** b */\n    b?: Map<string>;\n}\n';
  assert.throws(
    () => parseDeclarations('x/v1', bad),
    /Cannot read type declarations "x\/v1" line 3: found "Map<string>"/,
  );
});
