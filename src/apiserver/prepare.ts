import { defaultObject } from '../api/defaults.ts';
import type { KubernetesObject } from '../api/meta.ts';
import { policyNotices } from '../api/policy-notices.ts';
import { applySchemaDefaults } from '../api/schema-defaults.ts';
import type { Context, WriteOptions } from './context.ts';
import { applyDefaults } from './defaults.ts';
import { defaultDefinition, validateDefinition } from './definitions.ts';
import type { ApiObject } from './json.ts';
import { noticeFor } from './more-kinds.ts';
import { type Conformance, conform } from './openapi/conform.ts';
import { metadataSchema, schemaOf } from './openapi/schema-node.ts';
import type { Resource } from './resource.ts';
import { badRequest, type Cause, invalid } from './status-error.ts';
import { repeatedItems } from './validation/list-key-check.ts';
import { checkAgainstSchema } from './validation/schema-check.ts';
import { pruneUnknown } from './validation/structural-schema.ts';
import { validateBuiltIn } from './validation/validate-built-in.ts';
import { validateMetadata } from './validation/validate-metadata.ts';

/**
 * Brings an object into the form that is stored: unknown fields out, defaults in, addresses given, everything checked.
 * Changes `object`.
 *
 * @returns warnings for the client
 * @throws StatusError 400 for values of a wrong type and for unknown fields under Strict, 422 with causes for anything refused
 */
export function prepareObject(
  context: Context,
  resource: Resource,
  object: ApiObject,
  old: Readonly<ApiObject> | undefined,
  options: WriteOptions,
): string[] {
  const warnings = resource.custom ? shapeCustom(resource, object, options) : shapeBuiltIn(resource, object, options);
  const causes: Cause[] = validateMetadata(object.metadata, resource);
  if (resource.custom) causes.push(...checkCustom(context, resource, object, old));
  else if (resource.kind !== 'CustomResourceDefinition') causes.push(...validateBuiltIn(object, old));
  else if (options.trusted !== true) causes.push(...validateDefinition(object, old));
  if (resource.kind === 'Service' && !resource.custom && causes.length === 0) {
    causes.push(...context.serviceAddresses.allocate(object, old));
  }
  if (causes.length > 0) throw invalid(resource, object.metadata.name, causes);
  return [...warnings, ...notices(resource, object, old)];
}

/** Of an object that is right, what whoever writes it should know all the same. */
function notices(resource: Resource, object: ApiObject, old: Readonly<ApiObject> | undefined): readonly string[] {
  // Safe: the object has passed the schema of its kind.
  if (resource.custom) return policyNotices(resource, object as KubernetesObject);
  const notice = old === undefined ? noticeFor(resource) : undefined;
  return notice === undefined ? [] : [notice];
}

function shapeCustom(resource: Resource, object: ApiObject, options: WriteOptions): string[] {
  const metadata = conform(metadataSchema(), object.metadata, 'metadata');
  const unknown = resource.schema === undefined ? [] : pruneUnknown(resource.schema, object);
  const warnings = tellUnknown(resource, { ...metadata, unknown: [...metadata.unknown, ...unknown] }, options);
  if (resource.schema === undefined) return warnings;
  applySchemaDefaults(resource.schema, object);
  // Calico's kinds have defaults that a schema cannot say, as a block size by family.
  Object.assign(object, defaultObject(resource, object));
  return warnings;
}

/** More are not told: their paths together may be far longer than the body. */
const maxUnknown = 100;

function tellUnknown(resource: Resource, found: Conformance, options: WriteOptions): string[] {
  const title = `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}`;
  if (found.mistake !== undefined) throw badRequest(`${title}: ${found.mistake}`);
  const unknown = [
    ...(options.duplicates?.() ?? []).map((path) => `duplicate field "${path}"`),
    ...found.unknown.slice(0, maxUnknown).map((path) => `unknown field "${path}"`),
  ];
  if (options.fieldValidation === 'Strict' && unknown.length > 0) {
    throw badRequest(`${title}: strict decoding error: ${unknown.join(', ')}`);
  }
  return options.fieldValidation === 'Warn' ? unknown : [];
}

function shapeBuiltIn(resource: Resource, object: ApiObject, options: WriteOptions): string[] {
  const schema = schemaOf(resource);
  const warnings = schema === undefined ? [] : tellUnknown(resource, conform(schema, object), options);
  if (object.kind === 'CustomResourceDefinition') defaultDefinition(object);
  else applyDefaults(object);
  return warnings;
}

function checkCustom(
  context: Context,
  resource: Resource,
  object: ApiObject,
  old: Readonly<ApiObject> | undefined,
): readonly Cause[] {
  const ofSchema = [...checkAgainstSchema(resource.schema, object), ...repeatedItems(resource.schema, object)];
  return context.validate(resource, object, old, ofSchema);
}
