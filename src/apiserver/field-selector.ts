import { type ApiObject, valueAt } from './json.ts';
import type { Resource } from './resource.ts';
import { badRequest } from './status-error.ts';

/** What a field selector asks: `path` is `metadata.name` or one of the resource's selectable fields. */
export interface FieldTerm {
  readonly path: string;
  readonly value: string;
  readonly equal: boolean;
}

/**
 * Parses `spec.nodeName=node1,status.phase!=Running`; `\` escapes `,`, `=` and `\` in values.
 *
 * @throws StatusError 400, also for a field that this kind cannot be selected by
 */
export function parseFieldSelector(text: string, resource: Resource): readonly FieldTerm[] {
  if (text.trim() === '') return [];
  return (text.match(/(?:\\.|[^,\\])+/g) ?? []).map((part) => {
    const found = /^\s*([^=!\s]+)\s*(==|!=|=)((?:\\.|[^\\])*)$/.exec(part);
    if (found === null) throw badRequest(`invalid field selector "${text}": found "${part}", expected FIELD=VALUE`);
    const path = aliased(found[1] ?? '', resource);
    if (path !== 'metadata.name' && path !== 'metadata.namespace' && !resource.selectable.includes(path)) {
      throw badRequest(`field label not supported: ${found[1]}`);
    }
    return { path, value: (found[3] ?? '').trim().replace(/\\(.)/g, '$1'), equal: found[2] !== '!=' };
  });
}

function aliased(path: string, resource: Resource): string {
  return resource.kind === 'Event' && path === 'source' ? 'source.component' : path;
}

/** True when all terms hold. An absent field counts as the empty text (false for booleans in a selector). */
export function matchFields(terms: readonly FieldTerm[], object: Readonly<ApiObject>): boolean {
  return terms.every((term) => {
    const found = valueAt(object, ...term.path.split('.'));
    const text = found === undefined || found === null ? '' : String(found);
    const same = text === term.value || (text === '' && term.value === 'false');
    return same === term.equal;
  });
}
