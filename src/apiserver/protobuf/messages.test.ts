import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRecord } from '../../base/is-record.ts';
import { recordAt } from '../json.ts';
import { definition, definitionName, referencePrefix } from '../openapi/definitions.ts';
import { type MessageField, parseMessage } from './message-table.ts';
import { bodyKinds, messageTable } from './messages.ts';

/** Fields of Kubernetes 1.32 that the declarations, which are of 1.30, do not have. */
const newer = new Set([
  'Volume.image',
  'ResourceClaim.request',
  'PodSpec.resources',
  'PodSecurityContext.supplementalGroupsPolicy',
  'PodSecurityContext.seLinuxChangePolicy',
  'PodResourceClaim.resourceClaimName',
  'PodResourceClaim.resourceClaimTemplateName',
  'ContainerStatus.allocatedResourcesStatus',
  'ContainerStatus.user',
  'NodeStatus.features',
  'NodeRuntimeHandlerFeatures.userNamespaces',
  'LeaseSpec.strategy',
  'LeaseSpec.preferredHolder',
  'DeleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential',
  'ResourceAttributes.fieldSelector',
  'ResourceAttributes.labelSelector',
  // The declarations forget two required fields.
  'ResourceRule.verbs',
  'ResourceRule.resources',
]);
/** Fields that 1.32 does not have: taken away, or newer. They are understood as JSON only. */
const foreign = new Set([
  'PodResourceClaim.source',
  'DeploymentStatus.terminatingReplicas',
  'EndpointHints.forNodes',
  'ReplicaSetStatus.terminatingReplicas',
  'Container.restartPolicyRules',
  'Lifecycle.stopSignal',
  'EphemeralContainer.restartPolicyRules',
  'PodStatus.observedGeneration',
  'PodCondition.observedGeneration',
  'ContainerStatus.stopSignal',
  'PodSpec.hostnameOverride',
]);
/** The types of values as the schema has them. */
const types: Readonly<Record<string, string>> = {
  string: 'string',
  bytes: 'string',
  int: 'integer',
  double: 'number',
  bool: 'boolean',
  Time: 'string',
  Quantity: 'string',
  IntOrString: 'string',
  Strings: 'array',
};

function flatFields(message: string): MessageField[] {
  return parseMessage(messageTable[message] ?? '').flatMap((field) =>
    field.inline ? flatFields(field.type) : [field],
  );
}

/** A schema that is a reference, alone or with words beside it, resolved. */
function resolve(schema: unknown): { readonly name: string | undefined; readonly schema: Record<string, unknown> } {
  assert.ok(isRecord(schema));
  const { $ref } = schema;
  if (typeof $ref !== 'string') return { name: undefined, schema };
  const name = $ref.slice(referencePrefix.length);
  return { name, schema: definition(name) };
}

function compareMessage(message: string, name: string, seen: Set<string>): void {
  if (seen.has(message)) return;
  seen.add(message);
  const properties = recordAt(definition(name), 'properties') ?? {};
  const fields = new Map(flatFields(message).map((field) => [field.name, field]));
  for (const property of Object.keys(properties)) {
    if (fields.has(property) || foreign.has(`${message}.${property}`)) continue;
    assert.ok(property === 'apiVersion' || property === 'kind', `${message} lacks ${property}`);
  }
  for (const field of fields.values()) {
    const found = properties[field.name];
    const place = `${message}.${field.name}`;
    if (found === undefined) assert.ok(newer.has(place), `${place} is no field`);
    else if (!newer.has(place)) compareField(place, field, found, seen);
  }
}

function compareField(place: string, field: MessageField, property: unknown, seen: Set<string>): void {
  const whole = resolve(property).schema;
  if (field.form === 'list') assert.equal(whole.type, 'array', place);
  if (field.form === 'map') assert.ok(whole.additionalProperties !== undefined, place);
  const one = field.form === 'list' ? whole.items : field.form === 'map' ? whole.additionalProperties : property;
  const { name, schema } = resolve(one);
  if (field.type === 'Json') assert.equal(schema.type, 'object', place);
  else if (types[field.type] !== undefined) assert.equal(schema.type, types[field.type], place);
  else {
    assert.ok(name !== undefined, place);
    assert.equal(name.slice(name.lastIndexOf('.') + 1), field.type.replace(/^Discovery/, ''), place);
    compareMessage(field.type, name, seen);
  }
}

const seen = new Set<string>();
for (const [apiVersion, kinds] of Object.entries(bodyKinds)) {
  if (apiVersion === 'policy/v1beta1') continue;
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  for (const kind of kinds) {
    test(`protobuf messages: ${apiVersion} ${kind} -> the names and types that are declared`, () => {
      const name =
        kind === 'DeleteOptions'
          ? definitionName({ group: 'meta', version, kind })
          : definitionName({ group, version, kind });
      compareMessage(kind, name, seen);
    });
  }
}

test('protobuf messages: every one is part of a body, newer fields aside', () => {
  const known = [...seen];
  for (const message of known) for (const field of parseMessage(messageTable[message] ?? '')) add(field.type);
  function add(type: string): void {
    if (messageTable[type] === undefined || seen.has(type)) return;
    seen.add(type);
    for (const field of parseMessage(messageTable[type] ?? '')) add(field.type);
  }
  assert.deepEqual(
    Object.keys(messageTable).filter((name) => !seen.has(name)),
    [],
  );
});

test('protobuf messages: numbers and names -> once in each message', () => {
  for (const [message, text] of Object.entries(messageTable)) {
    const fields = parseMessage(text);
    assert.equal(new Set(fields.map(({ number }) => number)).size, fields.length, message);
    const names = flatFields(message).map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, message);
  }
});

test('protobuf messages: malformed field -> RangeError', () => {
  assert.throws(() => parseMessage('name=x'), RangeError);
});
