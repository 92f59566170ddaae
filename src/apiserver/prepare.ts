import type { Context, WriteOptions } from './context.ts';
import { applyDefaults } from './defaults.ts';
import { defaultDefinition, validateDefinition } from './definitions.ts';
import type { ApiObject } from './json.ts';
import { pruneBuiltIn } from './known-fields.ts';
import type { Resource } from './resource.ts';
import { checkAgainstSchema } from './schema-check.ts';
import { badRequest, type Cause, invalid } from './status-error.ts';
import { applySchemaDefaults, pruneUnknown } from './structural-schema.ts';
import { validateBuiltIn } from './validate-built-in.ts';
import { validateMetadata } from './validate-metadata.ts';

/**
 * Brings an object into the form that is stored: unknown fields out, defaults in, addresses given, everything checked.
 * Changes `object`.
 *
 * @returns warnings for the client
 * @throws StatusError 400 for unknown fields under Strict, 422 with causes for anything refused
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
  else if (resource.kind === 'CustomResourceDefinition') causes.push(...validateDefinition(object, old));
  else causes.push(...validateBuiltIn(object, old));
  if (resource.kind === 'Service' && !resource.custom && causes.length === 0) {
    causes.push(...context.serviceAddresses.allocate(object, old));
  }
  if (causes.length > 0) throw invalid(resource, object.metadata.name, causes);
  return warnings;
}

function shapeCustom(resource: Resource, object: ApiObject, options: WriteOptions): string[] {
  if (resource.schema === undefined) return [];
  const warnings = tellUnknown(resource, pruneUnknown(resource.schema, object), options);
  applySchemaDefaults(resource.schema, object);
  return warnings;
}

function tellUnknown(resource: Resource, paths: readonly string[], options: WriteOptions): string[] {
  const unknown = paths.map((path) => `unknown field "${path}"`);
  if (options.fieldValidation === 'Strict' && unknown.length > 0) {
    const title = `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}`;
    throw badRequest(`${title}: strict decoding error: ${unknown.join(', ')}`);
  }
  return options.fieldValidation === 'Warn' ? unknown : [];
}

function shapeBuiltIn(resource: Resource, object: ApiObject, options: WriteOptions): string[] {
  const warnings = tellUnknown(resource, pruneBuiltIn(object), options);
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
  const causes = checkAgainstSchema(resource.schema, object);
  return causes.length > 0 ? causes : context.validate(resource, object, old);
}
