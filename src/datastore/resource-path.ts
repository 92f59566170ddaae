import type { Kind, KubernetesObject } from '../api/meta.ts';
import { WeftError } from '../base/errors.ts';

/** The part of a kind that says where it is served. */
export type ServedKind = Pick<Kind<KubernetesObject>, 'group' | 'version' | 'plural' | 'namespaced' | 'kind'>;

/**
 * The path of a kind's collection, of the collection in one namespace, or of one object.
 *
 * @throws WeftError API_INVALID when a name cannot be part of a path
 */
export function resourcePath(kind: ServedKind, namespace?: string, name?: string, subresource?: string): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const inNamespace = kind.namespaced && namespace !== undefined ? `/namespaces/${segment(kind, namespace)}` : '';
  const object = name === undefined ? '' : `/${segment(kind, name)}`;
  return `${root}${inNamespace}/${kind.plural}${object}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** `?a=1&b=2`, or nothing. Entries that are `undefined` are left out. */
export function queryText(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([key, value]): [string, string] => [key, String(value)]))}`;
}

// An empty name would turn "delete this object" into "delete the collection".
function segment(kind: ServedKind, name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/%]/.test(name)) {
    throw new WeftError('API_INVALID', `Cannot name ${kind.kind} "${name}": not a name of an object`);
  }
  return encodeURIComponent(name);
}
