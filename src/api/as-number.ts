import { isRecord } from '../base/is-record.ts';
import type { KubernetesObject } from './meta.ts';

/** Plain (`64512`) or dotted (`1.10`); `undefined` for what is no AS number from 1 to 4294967295. @see RFC 5396 */
export function parseAsNumber(text: string): number | undefined {
  const parts = /^(?:(\d{1,5})\.)?(\d{1,10})$/.exec(text);
  const high = Number(parts?.[1] ?? 0);
  const low = Number(parts?.[2] ?? Number.NaN);
  const number = high * 65_536 + low;
  const fits = number > 0 && number < 2 ** 32 && high <= 65_535 && (parts?.[1] === undefined || low <= 65_535);
  return fits ? number : undefined;
}

/** The object with AS numbers that are written as texts as numbers, as calicoctl takes them. Others stay. */
export function spellAsNumbers<T extends KubernetesObject>(object: T): T {
  const { spec } = object as { readonly spec?: unknown };
  if (!isRecord(spec)) return object;
  const bgp = isRecord(spec.bgp) ? { bgp: spellIn(spec.bgp) } : {};
  return { ...object, spec: { ...spellIn(spec), ...bgp } };
}

function spellIn(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const changed = ['asNumber', 'localASNumber'].flatMap((key) => {
    const value = record[key];
    const number = typeof value === 'string' ? parseAsNumber(value) : undefined;
    return number === undefined ? [] : [[key, number]];
  });
  return { ...record, ...Object.fromEntries(changed) };
}
