/** Several values under one key: no key is there without a value. */
export type MapOfSets<K, V> = Map<K, Set<V>>;

/** Puts a value under a key. */
export function addTo<K, V>(map: MapOfSets<K, V>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, new Set([value]));
  else values.add(value);
}

/** Takes a value away from a key, and the key with its last value. */
export function deleteFrom<K, V>(map: MapOfSets<K, V>, key: K, value: V): void {
  const values = map.get(key);
  values?.delete(value);
  if (values?.size === 0) map.delete(key);
}
