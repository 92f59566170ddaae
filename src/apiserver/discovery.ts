import { kubernetesVersion } from '../api/kubernetes-version.ts';
import { apiVersionOf } from '../api/meta.ts';
import type { JsonRecord } from './json.ts';
import type { Resource } from './resource.ts';
import { groupVersions, type Served, type Subresource, servedResources, servedVersions } from './served.ts';

/** The answer to `/`: what there is to discover. */
export function rootPaths(resources: readonly Resource[]): JsonRecord {
  const served = servedResources(resources);
  const groups = [...groupVersions(served).keys()].filter((group) => group !== '');
  const versions = servedVersions(served).map((text) => (text === 'v1' ? '/api/v1' : `/apis/${text}`));
  const fixed = [
    '/api',
    '/apis',
    '/healthz',
    '/livez',
    '/metrics',
    '/openapi/v2',
    '/openapi/v3',
    '/readyz',
    '/version',
  ];
  return { paths: [...fixed, ...groups.map((group) => `/apis/${group}`), ...versions].sort() };
}

/** The answer to `/api`. */
export function coreVersions(): JsonRecord {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
}

/** The answer to `/apis`. */
export function apiGroupList(resources: readonly Resource[]): JsonRecord {
  const groups = [...groupVersions(servedResources(resources))].filter(([group]) => group !== '');
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map(([group, versions]) => groupDescription(group, versions)),
  };
}

/** The answer to `/apis/GROUP`, `undefined` for a group that is not served. */
export function apiGroup(group: string, resources: readonly Resource[]): JsonRecord | undefined {
  const versions = groupVersions(servedResources(resources)).get(group);
  if (group === '' || versions === undefined) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupDescription(group, versions) };
}

function groupDescription(group: string, names: readonly string[]): JsonRecord {
  const versions = names.map((version) => ({ groupVersion: apiVersionOf({ group, version }), version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

/** The answer to `/api/v1` or `/apis/GROUP/VERSION`, `undefined` for a version that is not served. */
export function apiResourceList(
  group: string,
  version: string,
  resources: readonly Resource[],
): JsonRecord | undefined {
  const here = servedResources(resources).filter((one) => one.group === group && one.version === version);
  if (here.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: here.flatMap((one) => [describe(one), ...one.subresources.map((below) => describeBelow(one, below))]),
  };
}

function describe({ plural, singular, namespaced, kind, verbs, shortNames, categories }: Served): JsonRecord {
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
}

function describeBelow({ plural, namespaced, ...parent }: Served, { name, group, version, kind, verbs }: Subresource) {
  const foreign = group !== parent.group || version !== parent.version;
  return {
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    ...(foreign && { group, version }),
    kind,
    verbs,
  };
}

/** The answer to `/version`: what clients compare with is the API level that is spoken. */
export const versionInfo: JsonRecord = {
  major: '1',
  minor: '32',
  gitVersion: kubernetesVersion,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'node',
  platform: 'linux/amd64',
};
