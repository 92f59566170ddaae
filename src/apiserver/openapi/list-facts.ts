import type { JsonRecord } from '../json.ts';

/** How the items of a list are told apart and how a patch of it is merged: words of OpenAPI. */
type Words = Readonly<JsonRecord>;

/** A list that server-side apply merges by these fields, and strategic merge by the first of them. */
const merged = (...keys: readonly string[]): Words => ({
  ...byKeys(...keys),
  'x-kubernetes-patch-strategy': 'merge',
  'x-kubernetes-patch-merge-key': keys[0],
});

/** A list that server-side apply merges, and strategic merge replaces. */
const byKeys = (...keys: readonly string[]): Words => ({
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
});

/** A merged list of unions: fields of an item that are not named go. */
const retaining = (key: string): Words => ({ ...merged(key), 'x-kubernetes-patch-strategy': 'merge,retainKeys' });

const mergedSet: Words = { 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' };
const conditions = merged('type');

const container: Readonly<Record<string, Words>> = {
  env: merged('name'),
  ports: merged('containerPort', 'protocol'),
  volumeDevices: merged('devicePath'),
  volumeMounts: merged('mountPath'),
};

const lists: Readonly<Record<string, Readonly<Record<string, Words>>>> = {
  ObjectMeta: { finalizers: mergedSet, ownerReferences: merged('uid') },
  Container: container,
  EphemeralContainer: container,
  ContainerStatus: { volumeMounts: merged('mountPath') },
  ResourceRequirements: { claims: byKeys('name') },
  PodSpec: {
    containers: merged('name'),
    initContainers: merged('name'),
    ephemeralContainers: merged('name'),
    hostAliases: merged('ip'),
    imagePullSecrets: merged('name'),
    resourceClaims: retaining('name'),
    schedulingGates: merged('name'),
    topologySpreadConstraints: merged('topologyKey', 'whenUnsatisfiable'),
    volumes: retaining('name'),
  },
  PodStatus: {
    conditions,
    // Server-side apply takes the list as a whole, strategic merge does not.
    hostIPs: {
      'x-kubernetes-list-type': 'atomic',
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'ip',
    },
    podIPs: merged('ip'),
    resourceClaimStatuses: retaining('name'),
  },
  ServiceSpec: { ports: merged('port', 'protocol') },
  ServiceStatus: { conditions },
  ServiceAccount: { secrets: merged('name') },
  NamespaceStatus: { conditions },
  NodeSpec: { podCIDRs: mergedSet },
  NodeStatus: { addresses: merged('type'), conditions },
  DeploymentSpec: { strategy: { 'x-kubernetes-patch-strategy': 'retainKeys' } },
  DeploymentStatus: { conditions },
  ReplicaSetStatus: { conditions },
  Endpoint: { addresses: { 'x-kubernetes-list-type': 'set' } },
  PodDisruptionBudgetSpec: { selector: { 'x-kubernetes-patch-strategy': 'replace' } },
  PodDisruptionBudgetStatus: { conditions },
  CustomResourceDefinitionStatus: { conditions: byKeys('type') },
  JSONSchemaProps: { 'x-kubernetes-validations': merged('rule') },
};

/** Definitions whose objects server-side apply takes as a whole. */
const atomicObjects = new Set([
  'ConfigMapKeySelector',
  'EndpointAddress',
  'EndpointPort',
  'LabelSelector',
  'LocalObjectReference',
  'NodeSelector',
  'NodeSelectorTerm',
  'ObjectFieldSelector',
  'ObjectReference',
  'OwnerReference',
  'ResourceFieldSelector',
  'RoleRef',
  'SecretKeySelector',
  'SecretReference',
  'Subject',
  'TypedLocalObjectReference',
]);

const atomicMaps = new Set(['PodSpec.nodeSelector', 'ServiceSpec.selector']);

/**
 * The `x-kubernetes-*` words of one field of a built-in definition: list type and keys, patch strategy and key. A list
 * that is not known otherwise is atomic.
 *
 * @param definition without the package: `PodSpec`
 * @see Kubernetes documentation "Server-Side Apply", "Merge strategy"; the merge tags of Kubernetes' API types
 */
export function listFacts(definition: string, field: string, type: 'list' | 'map' | 'other'): Words {
  const facts = lists[definition]?.[field];
  if (facts !== undefined) return facts;
  if (type === 'list') return { 'x-kubernetes-list-type': 'atomic' };
  return type === 'map' && atomicMaps.has(`${definition}.${field}`) ? { 'x-kubernetes-map-type': 'atomic' } : {};
}

/** The words of a definition as a whole. */
export function objectFacts(definition: string): Words {
  return atomicObjects.has(definition) ? { 'x-kubernetes-map-type': 'atomic' } : {};
}

/** Every field the facts are about, `PodSpec.containers`: a name that no declaration has would go unnoticed. */
export function listFactFields(): readonly string[] {
  return Object.entries(lists).flatMap(([definition, fields]) =>
    Object.keys(fields).map((field) => `${definition}.${field}`),
  );
}
