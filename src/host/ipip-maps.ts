import { closeSync } from 'node:fs';
import { type DropReason, dropReasons, ipipMaps } from '../bpf/ipip-maps.ts';
import { type Ip, ipFromBytes, ipToBytes } from '../net/ip.ts';
import { openPinned, pinObject, unpin } from './bpf-filesystem.ts';
import { createMap, deleteElement, lookupElement, type MapShape, mapInfo, mapKeys, updateElement } from './bpf-map.ts';

/** Ours alone, for a later process: array of one: the local address. */
const settings = 'settings';

const shapes: Readonly<Record<string, MapShape>> = {
  [ipipMaps.peers]: { name: 'weft_peers', type: 'hash', keySize: 4, valueSize: 4, maxEntries: 65536 },
  [ipipMaps.drops]: { name: 'weft_drops', type: 'array', keySize: 4, valueSize: 8, maxEntries: 64 },
  [settings]: { name: 'weft_settings', type: 'array', keySize: 4, valueSize: 4, maxEntries: 1 },
};

/** The maps of a tunnel, open. */
export interface IpipMaps {
  /** Descriptor by name of `bpf/ipip-maps.ts`. */
  readonly descriptors: ReadonlyMap<string, number>;
  /** The kernel's number by name. */
  readonly ids: ReadonlyMap<string, number>;
  /** Whether any had to be made. */
  readonly changed: boolean;
  close(): void;
}

/** Opens the pinned maps of a tunnel; `undefined` when any is missing or has another shape. */
export function openIpipMaps(folder: string): IpipMaps | undefined {
  return collectMaps((name, shape) => openFitting(`${folder}/${name}`, shape));
}

/** Opens the pinned maps of a tunnel and makes those that are missing or have another shape. */
export function ensureIpipMaps(folder: string): IpipMaps {
  let changed = false;
  const maps = collectMaps((name, shape) => {
    const path = `${folder}/${name}`;
    const fd = openFitting(path, shape);
    if (fd !== undefined) return fd;
    changed = true;
    unpin(path);
    const made = createMap(shape);
    try {
      pinObject(made, path);
    } catch (error) {
      closeSync(made);
      throw error;
    }
    return made;
  });
  return { ...maps, changed };
}

/** Removes the names of the maps. */
export function unpinIpipMaps(folder: string): void {
  for (const name of Object.keys(shapes)) unpin(`${folder}/${name}`);
}

/** The nodes in the map, in no order. */
export function readPeers(maps: IpipMaps): Ip[] {
  return mapKeys(descriptor(maps, ipipMaps.peers), 4).map(ipFromBytes);
}

/** Brings the map to the nodes given, without a moment in which one that stays is missing; says whether anything changed. */
export function writePeers(maps: IpipMaps, peers: readonly Ip[]): boolean {
  const fd = descriptor(maps, ipipMaps.peers);
  const found = new Set(readPeers(maps));
  const wanted = new Set(peers);
  const added = [...wanted].filter((peer) => !found.has(peer));
  const removed = [...found].filter((peer) => !wanted.has(peer));
  for (const peer of added) updateElement(fd, { key: ipToBytes(peer), value: Uint8Array.of(1, 0, 0, 0) });
  for (const peer of removed) deleteElement(fd, ipToBytes(peer));
  return added.length > 0 || removed.length > 0;
}

/** The local address that the attached programs were made for; `undefined` before the first. */
export function readLocal(maps: IpipMaps): Ip | undefined {
  const bytes = lookupElement(descriptor(maps, settings), firstKey, 4);
  return bytes === undefined || bytes.every((byte) => byte === 0) ? undefined : ipFromBytes(bytes);
}

/** Leaves the local address for {@link readLocal}. */
export function writeLocal(maps: IpipMaps, local: Ip): void {
  updateElement(descriptor(maps, settings), { key: firstKey, value: ipToBytes(local) });
}

/** How many packets the programs have dropped since the maps were made, by reason. */
export function readDrops(maps: IpipMaps): Readonly<Record<DropReason, bigint>> {
  const fd = descriptor(maps, ipipMaps.drops);
  const counts = dropReasons.map((reason, index) => {
    const value = lookupElement(fd, Uint8Array.of(index, 0, 0, 0), 8);
    return [reason, value === undefined ? 0n : new DataView(value.buffer).getBigUint64(0, true)] as const;
  });
  return Object.fromEntries(counts) as Record<DropReason, bigint>;
}

const firstKey = Uint8Array.of(0, 0, 0, 0);

function collectMaps(open: (name: string, shape: MapShape) => number): IpipMaps;
function collectMaps(open: (name: string, shape: MapShape) => number | undefined): IpipMaps | undefined;
function collectMaps(open: (name: string, shape: MapShape) => number | undefined): IpipMaps | undefined {
  const descriptors = new Map<string, number>();
  const ids = new Map<string, number>();
  const close = () => {
    for (const fd of descriptors.values()) closeSync(fd);
    descriptors.clear();
  };
  try {
    for (const [name, shape] of Object.entries(shapes)) {
      const fd = open(name, shape);
      if (fd === undefined) {
        close();
        return undefined;
      }
      descriptors.set(name, fd);
      ids.set(name, mapInfo(fd, shape).id);
    }
    return { descriptors, ids, changed: false, close };
  } catch (error) {
    close();
    throw error;
  }
}

function openFitting(path: string, shape: MapShape): number | undefined {
  const fd = openPinned(path);
  if (fd === undefined) return undefined;
  if (mapInfo(fd, shape).fits) return fd;
  closeSync(fd);
  return undefined;
}

function descriptor(maps: IpipMaps, name: string): number {
  return maps.descriptors.get(name) ?? -1;
}
