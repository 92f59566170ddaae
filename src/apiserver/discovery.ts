import { apiVersionOf } from '../api/meta.ts';
import type { JsonRecord } from './json.ts';
import type { Resource } from './resource.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** The answer to `/`: what there is to discover. */
export function rootPaths(resources: readonly Resource[]): JsonRecord {
  const groups = [...new Set(resources.map(({ group }) => group))].filter((group) => group !== '');
  const versions = [...new Set(resources.map(apiVersionOf))].map((text) =>
    text === 'v1' ? '/api/v1' : `/apis/${text}`,
  );
  const below = [...groups.map((group) => `/apis/${group}`), ...versions];
  return { paths: ['/api', '/apis', '/healthz', '/livez', '/readyz', '/version', ...below].sort() };
}

/** The answer to `/api`. */
export function coreVersions(): JsonRecord {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
}

/** The answer to `/apis`. */
export function apiGroupList(resources: readonly Resource[]): JsonRecord {
  const groups = [...new Set(resources.map((resource) => resource.group))].filter((group) => group !== '');
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map((group) => groupDescription(group, resources)),
  };
}

/** The answer to `/apis/GROUP`, `undefined` for a group that is not served. */
export function apiGroup(group: string, resources: readonly Resource[]): JsonRecord | undefined {
  if (group === '' || !resources.some((resource) => resource.group === group)) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupDescription(group, resources) };
}

function groupDescription(group: string, resources: readonly Resource[]): JsonRecord {
  const served = resources.filter((resource) => resource.group === group);
  const versions = [...new Set(served.map((resource) => resource.version))].map((version) => ({
    groupVersion: apiVersionOf({ group, version }),
    version,
  }));
  return { name: group, versions, preferredVersion: versions[0] };
}

/** The answer to `/api/v1` or `/apis/GROUP/VERSION`, `undefined` for a version that is not served. */
export function apiResourceList(
  group: string,
  version: string,
  resources: readonly Resource[],
): JsonRecord | undefined {
  const served = resources.filter((resource) => resource.group === group && resource.version === version);
  if (served.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: served.flatMap(describe),
  };
}

function describe(resource: Resource): JsonRecord[] {
  const { namespaced, kind, plural } = resource;
  const subresource = (name: string, more: JsonRecord = {}) => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    kind,
    verbs: ['get', 'patch', 'update'],
    ...more,
  });
  return [
    {
      name: plural,
      singularName: resource.singular,
      namespaced,
      kind,
      verbs: kind === 'Namespace' ? verbs.filter((verb) => verb !== 'deletecollection') : verbs,
      ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
      ...(resource.categories.length > 0 && { categories: resource.categories }),
    },
    ...(resource.status ? [subresource('status')] : []),
    ...(resource.scale ? [subresource('scale', { group: 'autoscaling', version: 'v1', kind: 'Scale' })] : []),
    ...(kind === 'Pod' && !resource.custom ? [subresource('binding', { kind: 'Binding', verbs: ['create'] })] : []),
  ];
}

/** The answer to `/version`: what clients compare with is the API level that is spoken. */
export const versionInfo: JsonRecord = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.0+weft',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'node',
  platform: 'linux/amd64',
};
