import { isRecord } from '../base/is-record.ts';

/** Fields by which items of lists are known again, the most telling first. */
const itemKeys = ['name', 'containerPort', 'port', 'ip', 'mountPath', 'topologyKey'];

/**
 * What a file says laid over what is there: a preview of `apply` without a server, which knows each list's key. Maps
 * merge; items of lists merge with the item of the same name or port, and those the file does not have go.
 */
export function overlayFields(live: unknown, wanted: unknown): unknown {
  if (isRecord(wanted) && isRecord(live)) {
    const entries = Object.entries(wanted).map(([key, value]) => [key, overlayFields(live[key], value)]);
    return { ...live, ...Object.fromEntries(entries) };
  }
  if (!Array.isArray(wanted) || !Array.isArray(live)) return wanted;
  return wanted.map((item, index) => overlayFields(counterpart(live, item, index), item));
}

function counterpart(live: readonly unknown[], item: unknown, index: number): unknown {
  if (!isRecord(item)) return item;
  const key = itemKeys.find((name) => Object.hasOwn(item, name));
  if (key === undefined) return live[index];
  return live.find((other) => isRecord(other) && other[key] === item[key]);
}
