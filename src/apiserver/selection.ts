import type { Entry } from './entry.ts';
import { type FieldTerm, matchFields, parseFieldSelector } from './field-selector.ts';
import { type LabelMatch, parseLabelSelector } from './label-selector.ts';
import type { Resource } from './resource.ts';

/** The part of a resource that a list, a watch or a deletion of many is about. */
export interface Selection {
  readonly namespace: string | undefined;
  matches(entry: Entry): boolean;
}

/** What the query says; absent texts select everything. */
export interface SelectionQuery {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/**
 * Compiles a query. The name and namespace are compared without parsing the object.
 *
 * @throws StatusError 400 for a selector that cannot be parsed
 */
export function compileSelection(query: SelectionQuery, resource: Resource): Selection {
  const { namespace, name } = query;
  const terms = parseFieldSelector(query.fieldSelector ?? '', resource);
  const labels = query.labelSelector?.trim() ? parseLabelSelector(query.labelSelector) : undefined;
  return {
    namespace,
    matches: (entry) =>
      (namespace === undefined || entry.namespace === namespace) &&
      (name === undefined || entry.name === name) &&
      matchesObject(entry, terms, labels),
  };
}

function matchesObject(entry: Entry, terms: readonly FieldTerm[], labels: LabelMatch | undefined): boolean {
  if (terms.length > 0 && !matchFields(terms, entry.object)) return false;
  return labels === undefined || labels(entry.object.metadata.labels ?? {});
}
