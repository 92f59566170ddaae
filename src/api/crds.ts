import { type JsonSchema, text } from './json-schema.ts';
import { column, type KindSchema, type PrinterColumn } from './kind-schema.ts';
import { kindSchemas } from './kind-schemas.ts';
import { calicoKinds, clusterPolicyKinds } from './kinds.ts';
import type { Kind, KubernetesObject } from './meta.ts';

/** apiextensions.k8s.io/v1 CustomResourceDefinition. */
export interface CustomResourceDefinition extends KubernetesObject {
  readonly spec: {
    readonly group: string;
    readonly scope: 'Cluster' | 'Namespaced';
    readonly names: {
      readonly plural: string;
      readonly singular: string;
      readonly kind: string;
      readonly listKind: string;
      readonly shortNames?: readonly string[];
    };
    readonly preserveUnknownFields: false;
    readonly versions: readonly CrdVersion[];
  };
}

/** One served version of a custom kind. */
export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema: { readonly openAPIV3Schema: JsonSchema };
  readonly subresources?: { readonly status: Readonly<Record<string, never>> };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

const definedKinds: readonly Kind<KubernetesObject>[] = [...calicoKinds, ...clusterPolicyKinds];
const definedGroups: ReadonlySet<string> = new Set(definedKinds.map(({ group }) => group));

/**
 * The definition of every projectcalico.org/v3 and policy.networking.k8s.io kind: what a cluster needs before anything
 * else of this project.
 */
export function calicoCrds(): readonly CustomResourceDefinition[] {
  return definedKinds.map(definitionOf);
}

/** The schema of the objects of a kind that is defined here; `undefined` for other kinds. */
export function calicoSchema(kind: Pick<Kind<KubernetesObject>, 'group' | 'kind'>): JsonSchema | undefined {
  if (!definedGroups.has(kind.group)) return undefined;
  const schema = kindSchemas[kind.kind];
  return schema === undefined ? undefined : objectSchema(schema);
}

function definitionOf(kind: Kind<KubernetesObject>): CustomResourceDefinition {
  const schema = kindSchemas[kind.kind];
  if (schema === undefined) throw new TypeError(`Kind "${kind.kind}" has no schema`);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${kind.plural}.${kind.group}`,
      ...(schema.annotations === undefined ? {} : { annotations: schema.annotations }),
    },
    spec: {
      group: kind.group,
      scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      names: {
        plural: kind.plural,
        singular: kind.singular,
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
      },
      preserveUnknownFields: false,
      versions: [versionOf(kind, schema)],
    },
  };
}

function versionOf(kind: Kind<KubernetesObject>, schema: KindSchema): CrdVersion {
  const { columns, selectableFields } = schema;
  return {
    name: kind.version,
    served: true,
    storage: true,
    schema: { openAPIV3Schema: objectSchema(schema) },
    ...(kind.status ? { subresources: { status: {} } } : {}),
    ...(columns === undefined
      ? {}
      : { additionalPrinterColumns: [...columns, column('Age', '.metadata.creationTimestamp', 'date')] }),
    ...(selectableFields === undefined ? {} : { selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })) }),
  };
}

function objectSchema({ description, spec, status, rules }: KindSchema): JsonSchema {
  return {
    type: 'object',
    description,
    required: ['spec'],
    properties: {
      apiVersion: text({ description: 'Group and version of this form of the object' }),
      kind: text({ description: 'What the object is' }),
      metadata: { type: 'object' },
      spec: { description: 'What is asked for', ...spec },
      ...(status === undefined ? {} : { status: { description: 'What is the case', ...status } }),
    },
    ...(rules === undefined ? {} : { 'x-kubernetes-validations': rules }),
  };
}
