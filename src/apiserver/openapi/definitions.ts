import { WeftError } from '../../base/errors.ts';
import type { JsonRecord } from '../json.ts';
import { readDeclarationFile } from './declaration-file.ts';
import { type Declaration, type DeclarationModule, parseDeclarations, type TypeExpression } from './declarations.ts';
import { additionalFields, defaultFact, enumFact, numberType, stringType } from './field-facts.ts';
import { listFacts, objectFacts } from './list-facts.ts';

/** A schema in the words of OpenAPI v2; references are `#/definitions/io.k8s.api.core.v1.PodSpec`. */
export type Schema = Readonly<JsonRecord>;

/** What references begin with. */
export const referencePrefix = '#/definitions/';

const intOrString = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';

/** Packages of Kubernetes by the module of their declarations, where it is not `io.k8s.api.GROUP.VERSION`. */
const packages: Readonly<Record<string, string>> = {
  'meta/v1': 'io.k8s.apimachinery.pkg.apis.meta.v1',
  'api/resource': 'io.k8s.apimachinery.pkg.api.resource',
  runtime: 'io.k8s.apimachinery.pkg.runtime',
  'apiextensions/v1': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1',
};

/** What the declarations cannot say. */
const known: Readonly<Record<string, Schema>> = {
  [intOrString]: {
    description: 'A whole number, or a text: a name or a percentage.',
    type: 'string',
    format: 'int-or-string',
  },
  JSON: {},
  JSONSchemaPropsOrArray: {},
  JSONSchemaPropsOrBool: {},
  JSONSchemaPropsOrStringArray: {},
  Time: { type: 'string', format: 'date-time' },
  MicroTime: { type: 'string', format: 'date-time' },
  Quantity: { type: 'string' },
};

const modules = new Map<string, DeclarationModule>();
const definitions = new Map<string, Schema>();

/** The name of the definition of a built-in kind: `io.k8s.api.apps.v1.Deployment`. */
export function definitionName(kind: {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}): string {
  const directory = kind.group === '' ? 'core' : kind.group.split('.', 1)[0];
  return qualify(`${directory}/${kind.version}`, kind.kind);
}

/**
 * A built-in definition by its whole name; the file that declares it is read on first use.
 *
 * @throws WeftError APISERVER_DEFINITION when there is none
 */
export function definition(name: string): Schema {
  let found = definitions.get(name);
  if (found === undefined) {
    found = known[name] ?? build(name);
    definitions.set(name, found);
  }
  return found;
}

function build(name: string): Schema {
  const dot = name.lastIndexOf('.');
  const module = moduleOf(name.slice(0, dot));
  const declaration = module === undefined ? undefined : moduleAt(module).declarations.get(name.slice(dot + 1));
  if (module === undefined || declaration === undefined) {
    throw new WeftError(
      'APISERVER_DEFINITION',
      `Cannot describe kind "${name}": no declaration found, a built-in one is needed`,
    );
  }
  return { description: declaration.description, ...objectFacts(declaration.name), ...bodyOf(module, declaration) };
}

function bodyOf(module: string, declaration: Declaration): Schema {
  const given = known[declaration.name];
  if (given !== undefined) return given;
  const { fields } = declaration;
  if (fields === undefined || (fields.length === 0 && Object.keys(additionalFields(declaration.name)).length === 0)) {
    return { type: 'object' };
  }
  const properties: JsonRecord = {};
  for (const field of fields) {
    const { kind } = field.type;
    properties[field.name] = {
      ...(field.description !== '' && { description: field.description }),
      ...schemaOfType(module, declaration.name, field.name, field.type),
      ...defaultFact(declaration.name, field.name),
      ...enumFact(declaration.name, field.name),
      ...listFacts(declaration.name, field.name, kind === 'list' || kind === 'map' ? kind : 'other'),
    };
  }
  for (const [field, schema] of Object.entries(additionalFields(declaration.name))) {
    if (!Object.hasOwn(properties, field)) {
      properties[field] = { ...(schema as JsonRecord), ...listFacts(declaration.name, field, 'other') };
    }
  }
  const required = fields.filter((field) => !field.optional).map((field) => field.name);
  const kinds = kindsOf(declaration);
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    properties,
    ...(kinds !== undefined && { 'x-kubernetes-group-version-kind': [kinds] }),
  };
}

/** Group, version and kind of a declaration whose apiVersion and kind can only be one. */
function kindsOf(declaration: Declaration): JsonRecord | undefined {
  const literal = (name: string) => {
    const type = declaration.fields?.find((field) => field.name === name)?.type;
    return type?.kind === 'literal' ? type.value : undefined;
  };
  const [apiVersion, kind] = [literal('apiVersion'), literal('kind')];
  if (apiVersion === undefined || kind === undefined) return undefined;
  const [version, group = ''] = apiVersion.split('/').toReversed();
  return { group, version, kind };
}

function schemaOfType(module: string, owner: string, field: string, type: TypeExpression): JsonRecord {
  switch (type.kind) {
    case 'string':
      return stringType(owner, field);
    case 'literal':
      return { type: 'string' };
    case 'boolean':
      return { type: 'boolean' };
    case 'number':
      return numberType(owner, field);
    case 'int-or-string':
      return { $ref: referencePrefix + intOrString };
    case 'list':
      return { type: 'array', items: schemaOfType(module, owner, field, type.of) };
    case 'map':
      return { type: 'object', additionalProperties: schemaOfType(module, owner, field, type.of) };
    case 'reference':
      return { $ref: referencePrefix + qualify(moduleAt(module).imports.get(type.name) ?? module, type.name) };
  }
}

function qualify(module: string, name: string): string {
  return `${packages[module] ?? `io.k8s.api.${module.replace('/', '.')}`}.${name}`;
}

/** `io.k8s.api.core.v1` -> `core/v1`. */
function moduleOf(packageName: string): string | undefined {
  const special = Object.entries(packages).find(([, name]) => name === packageName)?.[0];
  return special ?? /^io\.k8s\.api\.([a-z]+)\.(v[a-z0-9]+)$/.exec(packageName)?.slice(1).join('/');
}

function moduleAt(module: string): DeclarationModule {
  let found = modules.get(module);
  if (found === undefined) {
    found = parseDeclarations(module, readDeclarationFile(module));
    modules.set(module, found);
  }
  return found;
}
