import type { JsonRecord } from '../json.ts';

/** Where definitions are posted. */
export const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/**
 * A CustomResourceDefinition with one version, `v1`.
 *
 * @param group API group: `example.org`
 * @param kind its plural is the kind in small letters and an `s`
 * @param schema properties and words of the root of `openAPIV3Schema`, which is an object
 * @param more scope (default `Cluster`), and fields of the version besides its schema
 */
export function testDefinition(
  group: string,
  kind: string,
  schema: JsonRecord = {},
  more: { readonly scope?: 'Cluster' | 'Namespaced'; readonly version?: JsonRecord } = {},
): JsonRecord {
  const plural = `${kind.toLowerCase()}s`;
  const openAPIV3Schema = { type: 'object', ...schema };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: more.scope ?? 'Cluster',
      names: { plural, kind },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema }, ...more.version }],
    },
  };
}
