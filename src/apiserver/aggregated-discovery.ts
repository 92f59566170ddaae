import type { JsonRecord } from './json.ts';
import type { Resource } from './resource.ts';
import { groupVersions, type Served, type Subresource, servedResources } from './served.ts';

/** The media type of the answer; clients check it before they read the body. */
export function aggregatedType(version: 'v2' | 'v2beta1'): string {
  return `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
}

/**
 * All of discovery in one answer: for `/api` the core group, for `/apis` all others.
 *
 * @see apidiscovery.k8s.io/v2 APIGroupDiscoveryList
 */
export function aggregatedDiscovery(
  resources: readonly Resource[],
  core: boolean,
  version: 'v2' | 'v2beta1',
): JsonRecord {
  const served = servedResources(resources);
  const groups = [...groupVersions(served)].filter(([group]) => (group === '') === core);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(([group, versions]) => ({
      metadata: { name: group, creationTimestamp: null },
      versions: versions.map((name) => ({
        version: name,
        freshness: 'Current',
        resources: served.filter((one) => one.group === group && one.version === name).map(describe),
      })),
    })),
  };
}

function describe(one: Served): JsonRecord {
  const { plural, singular, namespaced, verbs, shortNames, categories, subresources } = one;
  return {
    resource: plural,
    responseKind: kindOf(one),
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && { subresources: subresources.map(describeBelow) }),
  };
}

function describeBelow(below: Subresource): JsonRecord {
  return { subresource: below.name, responseKind: kindOf(below), verbs: below.verbs };
}

function kindOf({ group, version, kind }: Subresource | Served): JsonRecord {
  return { group, version, kind };
}
