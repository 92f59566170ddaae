import { hasCode } from '../base/errors.ts';
import { nameFields, objectInfo, runBpf } from './bpf-command.ts';

/** Allocates elements when they are added, so that a large limit costs nothing. @see linux/bpf.h BPF_F_NO_PREALLOC */
const BPF_F_NO_PREALLOC = 1;
const mapTypes = { hash: 1, array: 2 } as const;

/** The shape of a map; sizes in bytes. An array's key is a u32 index. */
export interface MapShape {
  /** At most 15 letters, digits and `_`. */
  readonly name: string;
  readonly type: keyof typeof mapTypes;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
}

/** One element. */
export interface MapElement {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** A new map's descriptor (the caller closes it). @throws WeftError HOST_BPF_<ERRNO> */
export function createMap(shape: MapShape): number {
  const fields = [
    [0, mapTypes[shape.type]],
    [4, shape.keySize],
    [8, shape.valueSize],
    [12, shape.maxEntries],
    [16, shape.type === 'hash' ? BPF_F_NO_PREALLOC : 0],
    ...nameFields(28, shape.name),
  ] as const;
  return runBpf('MAP_CREATE', fields, 'create BPF map', shape.name).result;
}

/** The kernel's number of the map and whether it has this shape (the name aside). */
export function mapInfo(fd: number, shape: MapShape): { readonly id: number; readonly fits: boolean } {
  const view = new DataView(objectInfo(fd, 40, () => {}, 'BPF map').buffer);
  const found = [0, 8, 12, 16].map((at) => view.getUint32(at, true));
  const wanted = [mapTypes[shape.type], shape.keySize, shape.valueSize, shape.maxEntries];
  return { id: view.getUint32(4, true), fits: found.every((value, index) => value === wanted[index]) };
}

/** Adds or replaces an element. @throws WeftError HOST_BPF_E2BIG when the map is full */
export function updateElement(fd: number, { key, value }: MapElement): void {
  const fields = [
    [0, fd],
    [8, key],
    [16, value],
  ] as const;
  runBpf('MAP_UPDATE_ELEM', fields, 'write element of BPF map', hex(key));
}

/** The value of a key; `undefined` when there is none. */
export function lookupElement(fd: number, key: Uint8Array, valueSize: number): Uint8Array | undefined {
  const value = new Uint8Array(valueSize);
  const fields = [
    [0, fd],
    [8, key],
    [16, value],
  ] as const;
  return unlessMissing(() => {
    runBpf('MAP_LOOKUP_ELEM', fields, 'read element of BPF map', hex(key));
    return value;
  });
}

/** Idempotent. */
export function deleteElement(fd: number, key: Uint8Array): void {
  const fields = [
    [0, fd],
    [8, key],
  ] as const;
  unlessMissing(() => runBpf('MAP_DELETE_ELEM', fields, 'delete element of BPF map', hex(key)));
}

/** All keys, in the kernel's order. Elements that come and go meanwhile may be missing. */
export function mapKeys(fd: number, keySize: number): Uint8Array[] {
  const keys: Uint8Array[] = [];
  const seen = new Set<string>();
  for (let key: Uint8Array | undefined; ; ) {
    const next = new Uint8Array(keySize);
    const fields = [[0, fd], ...(key === undefined ? [] : [[8, key] as const]), [16, next]] as const;
    const found = unlessMissing(() => runBpf('MAP_GET_NEXT_KEY', fields, 'list BPF map', String(fd)));
    // The kernel starts over when the key it was given has just been deleted.
    if (found === undefined || seen.has(hex(next))) return keys;
    seen.add(hex(next));
    keys.push(next);
    key = next;
  }
}

function unlessMissing<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (hasCode(error, 'HOST_BPF_ENOENT')) return undefined;
    throw error;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
