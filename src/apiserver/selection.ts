import { matchRequirements, parseLabelSelector, type Requirement } from '../api/label-selector.ts';
import { errorText } from '../base/errors.ts';
import { type FieldTerm, matchFields, parseFieldSelector } from './field-selector.ts';
import type { Resource } from './resource.ts';
import { badRequest } from './status-error.ts';
import type { Entry } from './storage/entry.ts';

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
  const labels = readLabelSelector(query.labelSelector ?? '');
  return {
    namespace,
    matches: (entry) =>
      (namespace === undefined || entry.namespace === namespace) &&
      (name === undefined || entry.name === name) &&
      matchesObject(entry, terms, labels),
  };
}

function matchesObject(entry: Entry, terms: readonly FieldTerm[], labels: readonly Requirement[]): boolean {
  if (terms.length > 0 && !matchFields(terms, entry.object)) return false;
  return labels.length === 0 || matchRequirements(labels, entry.object.metadata.labels ?? {});
}

function readLabelSelector(text: string): readonly Requirement[] {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    throw badRequest(errorText(error));
  }
}
