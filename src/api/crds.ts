import { clusterInformationSpec, felixConfigurationSpec } from './config-schemas.ts';
import { ipamBlockSpec, ipamConfigurationSpec, ipPoolSpec, ipPoolStatus, ipReservationSpec } from './ipam-schemas.ts';
import { type JsonSchema, text } from './json-schema.ts';
import { calicoKinds } from './kinds.ts';
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
}

/** A column of `kubectl get`; priority 1 is shown by `-o wide` only. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly priority?: number;
}

interface KindSchema {
  readonly spec: JsonSchema;
  readonly status?: JsonSchema;
  readonly columns?: readonly PrinterColumn[];
}

const column = (
  name: string,
  jsonPath: string,
  type: PrinterColumn['type'] = 'string',
  priority = 0,
): PrinterColumn => ({
  name,
  type,
  jsonPath,
  ...(priority === 0 ? {} : { priority }),
});

const schemas: Readonly<Record<string, KindSchema>> = {
  IPPool: {
    spec: ipPoolSpec,
    status: ipPoolStatus,
    columns: [
      column('CIDR', '.spec.cidr'),
      column('IPIP', '.spec.ipipMode'),
      column('VXLAN', '.spec.vxlanMode'),
      column('NAT', '.spec.natOutgoing', 'boolean'),
      column('Disabled', '.spec.disabled', 'boolean', 1),
      column('Selector', '.spec.nodeSelector', 'string', 1),
    ],
  },
  IPAMBlock: {
    spec: ipamBlockSpec,
    columns: [column('CIDR', '.spec.cidr'), column('Affinity', '.spec.affinity')],
  },
  IPAMConfiguration: {
    spec: ipamConfigurationSpec,
    columns: [
      column('Strict-Affinity', '.spec.strictAffinity', 'boolean'),
      column('Max-Blocks', '.spec.maxBlocksPerHost', 'integer'),
    ],
  },
  IPReservation: { spec: ipReservationSpec, columns: [column('CIDRs', '.spec.reservedCIDRs')] },
  FelixConfiguration: { spec: felixConfigurationSpec },
  ClusterInformation: {
    spec: clusterInformationSpec,
    columns: [column('Version', '.spec.calicoVersion'), column('Ready', '.spec.datastoreReady', 'boolean')],
  },
};

/** The definition of every projectcalico.org/v3 kind: what a cluster needs before anything else of this project. */
export function calicoCrds(): readonly CustomResourceDefinition[] {
  return calicoKinds.map(definitionOf);
}

/** The schema of a Calico kind's objects; `undefined` for other kinds. */
export function calicoSchema(kind: Pick<Kind<KubernetesObject>, 'group' | 'kind'>): JsonSchema | undefined {
  const schema = schemas[kind.kind];
  return kind.group !== 'projectcalico.org' || schema === undefined ? undefined : objectSchema(kind.kind, schema);
}

function definitionOf(kind: Kind<KubernetesObject>): CustomResourceDefinition {
  const schema = schemas[kind.kind];
  if (schema === undefined) throw new TypeError(`Kind "${kind.kind}" has no schema`);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${kind.group}` },
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
      versions: [
        {
          name: kind.version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: objectSchema(kind.kind, schema) },
          ...(kind.status ? { subresources: { status: {} } } : {}),
          ...(schema.columns === undefined
            ? {}
            : { additionalPrinterColumns: [...schema.columns, column('Age', '.metadata.creationTimestamp', 'date')] }),
        },
      ],
    },
  };
}

function objectSchema(kind: string, schema: KindSchema): JsonSchema {
  return {
    type: 'object',
    description: `projectcalico.org/v3 ${kind}`,
    required: ['spec'],
    properties: {
      apiVersion: text(),
      kind: text(),
      metadata: { type: 'object' },
      spec: schema.spec,
      ...(schema.status === undefined ? {} : { status: schema.status }),
    },
  };
}
