import { isRecord } from '../base/is-record.ts';
import type { JsonRecord } from './json.ts';
import { badRequest } from './status-error.ts';

/**
 * Applies a strategic merge patch to a built-in object: like a merge patch, but the lists that Kubernetes gives a merge
 * key are merged by it. Knows `$patch: replace|delete|merge`, `$retainKeys`, `$deleteFromPrimitiveList/FIELD` and
 * `$setElementOrder/FIELD`.
 *
 * @param kind `undefined` for custom kinds, whose lists are replaced as a whole
 * @returns the new object; neither argument is changed
 * @throws StatusError 400 for a list item without its merge key
 * @see Kubernetes documentation "Update API Objects in Place Using kubectl patch"
 */
export function applyStrategicMerge(kind: string | undefined, target: unknown, patch: unknown): unknown {
  return mergeValue(target, patch, rootPlace(kind));
}

/** A place in objects of a kind, to look up how a list there is merged. */
export interface Place {
  /** `undefined` for custom kinds: only the lists of metadata are merged. */
  readonly kind: string | undefined;
  /** Field names without list positions: `spec.template.spec.containers`. */
  readonly path: string;
}

/** Merge keys by the name of the list; `ports` and `conditions` see {@link mergeKey}. */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  imagePullSecrets: 'name',
  hostAliases: 'ip',
  topologySpreadConstraints: 'topologyKey',
  ownerReferences: 'uid',
  conditions: 'type',
  secrets: 'name',
  podIPs: 'ip',
  hostIPs: 'ip',
};

const primitiveSets = new Set(['metadata.finalizers']);

/** The object itself. */
export function rootPlace(kind: string | undefined): Place {
  return { kind, path: '' };
}

/** One field further down; list positions do not count. */
export function placeBelow(place: Place, field: string): Place {
  return { kind: place.kind, path: place.path === '' ? field : `${place.path}.${field}` };
}

/**
 * What makes a list item the same item, as a FieldsV1 step: `k:{"name":"a"}` in lists with a merge key, `v:"a"` in
 * lists that are sets; `undefined` in lists that are only replaced as a whole.
 */
export function listIdentity(place: Place, item: unknown): string | undefined {
  if (primitiveSets.has(place.path)) return `v:${JSON.stringify(item)}`;
  const key = mergeKey(place);
  if (key === undefined || !isRecord(item) || item[key] === undefined) return undefined;
  const protocol = place.path.endsWith('ports') ? { protocol: item.protocol ?? 'TCP' } : {};
  return `k:${JSON.stringify({ [key]: item[key], ...protocol })}`;
}

function mergeKey(place: Place): string | undefined {
  const field = place.path.slice(place.path.lastIndexOf('.') + 1);
  if (place.kind === undefined && place.path !== 'metadata.ownerReferences') return undefined;
  if (field === 'ports') {
    if (/ontainers\.ports$/.test(place.path)) return 'containerPort';
    return place.kind === 'Service' && place.path === 'spec.ports' ? 'port' : undefined;
  }
  if (field === 'addresses') return place.kind === 'Node' && place.path === 'status.addresses' ? 'type' : undefined;
  return Object.hasOwn(mergeKeys, field) ? mergeKeys[field] : undefined;
}

function mergeValue(target: unknown, patch: unknown, place: Place): unknown {
  if (Array.isArray(patch)) return mergeList(Array.isArray(target) ? target : [], patch, place);
  if (!isRecord(patch)) return patch;
  return mergeRecord(isRecord(target) ? target : {}, patch, place);
}

function mergeRecord(target: JsonRecord, patch: JsonRecord, place: Place): JsonRecord {
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  if (patch.$patch === 'delete') return {};
  const result = { ...target };
  const retained = patch.$retainKeys;
  if (Array.isArray(retained)) {
    for (const field of Object.keys(result)) if (!retained.includes(field)) delete result[field];
  }
  for (const [field, value] of Object.entries(patch)) {
    if (field === '$patch' || field === '$retainKeys' || field.startsWith('$setElementOrder/')) continue;
    const removedFrom = /^\$deleteFromPrimitiveList\/(.+)$/.exec(field)?.[1];
    if (removedFrom !== undefined) {
      const list = result[removedFrom];
      if (Array.isArray(list) && Array.isArray(value))
        result[removedFrom] = list.filter((item) => !value.includes(item));
    } else if (value === null) delete result[field];
    else result[field] = mergeValue(result[field], value, placeBelow(place, field));
  }
  for (const [directive, order] of Object.entries(patch)) {
    const field = /^\$setElementOrder\/(.+)$/.exec(directive)?.[1];
    if (field !== undefined && Array.isArray(order)) setOrder(result, field, order, placeBelow(place, field));
  }
  return result;
}

function withoutDirectives(patch: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(patch).filter(([field]) => !field.startsWith('$')));
}

function mergeList(target: readonly unknown[], patch: readonly unknown[], place: Place): unknown[] {
  if (primitiveSets.has(place.path)) return [...new Set([...target, ...patch])];
  const key = mergeKey(place);
  if (key === undefined) return patch.filter((item) => !(isRecord(item) && item.$patch !== undefined));
  if (patch.some((item) => isRecord(item) && item.$patch === 'replace')) {
    return patch.filter((item) => isRecord(item) && item.$patch !== 'replace');
  }
  let result = [...target];
  for (const item of patch) {
    if (!isRecord(item)) throw badRequest(`cannot merge ${place.path}: its items must be objects`);
    const id = item[key];
    if (id === undefined)
      throw badRequest(`cannot merge ${place.path}: an item does not contain the merge key "${key}"`);
    const same = (other: unknown) => isRecord(other) && other[key] === id && sameProtocol(place, other, item);
    if (item.$patch === 'delete') {
      result = result.filter((other) => !same(other));
      continue;
    }
    const index = result.findIndex(same);
    const merged = mergeValue(index < 0 ? {} : result[index], item, place);
    if (index < 0) result.push(merged);
    else result[index] = merged;
  }
  return result;
}

/** Two ports of one number and different protocols are two ports, whatever the merge key alone says. */
function sameProtocol(place: Place, a: JsonRecord, b: JsonRecord): boolean {
  return !place.path.endsWith('ports') || b.protocol === undefined || (a.protocol ?? 'TCP') === b.protocol;
}

/** Items named in `order` come in that order; others stay behind the one they followed. */
function setOrder(result: JsonRecord, field: string, order: readonly unknown[], place: Place): void {
  const list = result[field];
  if (!Array.isArray(list)) return;
  const key = mergeKey(place);
  const identity = (item: unknown) => (key !== undefined && isRecord(item) ? item[key] : item);
  const rank = new Map(order.map((item, index) => [identity(item), index]));
  let last = -1;
  const ranked = list.map((item, index) => {
    last = rank.get(identity(item)) ?? last;
    return { item, rank: last, index };
  });
  result[field] = ranked.sort((a, b) => a.rank - b.rank || a.index - b.index).map(({ item }) => item);
}
