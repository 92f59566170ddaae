import { apiVersionOf } from '../api/meta.ts';
import type { Resource } from './resource.ts';
import { reviewKinds } from './review-kinds.ts';

/** One thing to discover: a resource or a kind of review, with what can be done with it. */
export interface Served {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly Subresource[];
}

/** What is served below an object: `pods/NAME/binding`. */
export interface Subresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  /** The kind of the body or answer. */
  readonly kind: string;
  readonly verbs: readonly string[];
}

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const changing = ['get', 'patch', 'update'];

/** Everything that discovery tells, in its order: resources, then what can only be created. */
export function servedResources(resources: readonly Resource[]): readonly Served[] {
  const stored = resources.map(
    (resource): Served => ({
      ...resource,
      verbs: isNamespace(resource) ? verbs.filter((verb) => verb !== 'deletecollection') : verbs,
      subresources: subresourcesOf(resource),
    }),
  );
  const reviews = reviewKinds.map(
    (kind): Served => ({
      ...kind,
      singular: kind.kind.toLowerCase(),
      verbs: ['create'],
      shortNames: [],
      categories: [],
      subresources: [],
    }),
  );
  return [...stored, ...reviews];
}

/** What is served below the objects of a resource. */
export function subresourcesOf(resource: Resource): readonly Subresource[] {
  const { kind } = resource;
  const own = (name: string, names: readonly string[]): Subresource => ({ ...resource, name, verbs: names });
  return [
    ...(resource.status ? [own('status', changing)] : []),
    ...(resource.scale !== undefined
      ? [{ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: changing }]
      : []),
    ...(isNamespace(resource) ? [own('finalize', ['update'])] : []),
    ...(kind === 'Pod' && !resource.custom ? podSubresources : []),
    ...(kind === 'Node' && resource.group === '' ? nodeSubresources : []),
  ];
}

function isNamespace(resource: Resource): boolean {
  return !resource.custom && resource.kind === 'Namespace';
}

const core = { group: '', version: 'v1' };

const nodeSubresources: readonly Subresource[] = [{ ...core, name: 'proxy', kind: 'NodeProxyOptions', verbs: ['get'] }];

const podSubresources: readonly Subresource[] = [
  { ...core, name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  { ...core, name: 'binding', kind: 'Binding', verbs: ['create'] },
  { name: 'eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
  { ...core, name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
  { ...core, name: 'log', kind: 'Pod', verbs: ['get'] },
  { ...core, name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
];

/** The groups of what is served, in order of first appearance, each with its versions. */
export function groupVersions(served: readonly Served[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { group, version } of served) {
    const versions = groups.get(group) ?? [];
    if (!versions.includes(version)) versions.push(version);
    groups.set(group, versions);
  }
  return groups;
}

/** `v1`, `apps/v1` of everything served. */
export function servedVersions(served: readonly Served[]): readonly string[] {
  return [...new Set(served.map(apiVersionOf))];
}
