import { builtInKinds } from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import type { JsonRecord } from './json.ts';
import { moreKinds } from './more-kinds.ts';
import { type ScalePaths, workloadScalePaths } from './scale-paths.ts';
import { qualifiedName } from './status-error.ts';

/** A kind as the server serves it at `/apis/GROUP/VERSION/PLURAL`. */
export interface Resource extends Kind<KubernetesObject> {
  readonly listKind: string;
  readonly categories: readonly string[];
  /** Present for kinds that are served with `/scale`. */
  readonly scale: ScalePaths | undefined;
  /** `metadata.generation` counts changes outside metadata and status. */
  readonly generation: boolean;
  /** A PUT without resourceVersion is allowed (built-in kinds), as kube-apiserver has it. */
  readonly unconditionalUpdate: boolean;
  /** Present for kinds that come from a CustomResourceDefinition: `spec.versions[].schema.openAPIV3Schema`. */
  readonly schema?: unknown;
  /** Present for kinds that come from a CustomResourceDefinition: `spec.versions[].additionalPrinterColumns`. */
  readonly printerColumns?: readonly JsonRecord[];
  readonly custom: boolean;
  /** Its CustomResourceDefinition is being deleted: nothing of the kind can be created any more. */
  readonly terminating?: boolean;
  /** JSON paths allowed in field selectors besides metadata.name and metadata.namespace. */
  readonly selectable: readonly string[];
}

/** The key of a resource in the store: the same for every served version. */
export function storageKey(resource: Pick<Resource, 'group' | 'plural'>): string {
  return qualifiedName(resource);
}

const selectable: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source.component',
    'type',
  ],
  secrets: ['type'],
  namespaces: ['status.phase'],
  nodes: ['spec.unschedulable'],
  services: ['spec.clusterIP', 'spec.type'],
  'replicasets.apps': ['status.replicas'],
};

const withGeneration = new Set([
  'Pod',
  'Deployment',
  'ReplicaSet',
  'EndpointSlice',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'CustomResourceDefinition',
]);
const withScale = new Set(['Deployment', 'ReplicaSet']);
const inAll = new Set(['Pod', 'Service', 'Deployment', 'ReplicaSet']);

function builtIn(kind: Kind<KubernetesObject>): Resource {
  return {
    ...kind,
    listKind: `${kind.kind}List`,
    categories: inAll.has(kind.kind) ? ['all'] : [],
    scale: withScale.has(kind.kind) ? workloadScalePaths : undefined,
    generation: withGeneration.has(kind.kind),
    unconditionalUpdate: kind.kind !== 'CustomResourceDefinition',
    custom: false,
    selectable: selectable[qualifiedName(kind)] ?? [],
  };
}

/** CustomResourceDefinition itself. */
export const customResourceDefinitions: Resource = builtIn({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  shortNames: ['crd', 'crds'],
  namespaced: false,
  status: true,
});

/** Every kind that is there without a CustomResourceDefinition. */
export const builtInResources: readonly Resource[] = [
  ...[...builtInKinds, ...moreKinds].map(builtIn),
  customResourceDefinitions,
];

/** The built-in resource of a kind. Throws nothing: only called with kinds of this list. */
export function builtInResource(kind: string): Resource {
  const found = builtInResources.find((resource) => resource.kind === kind);
  if (found === undefined) throw new RangeError(`Unknown built-in kind "${kind}"`);
  return found;
}
