import { closeSync } from 'node:fs';
import { hasCode } from '../base/errors.ts';
import { encodeProgram, type Program } from '../bpf/assemble.ts';
import { programVersion } from '../bpf/program-version.ts';
import { openPinned, pinObject, unpin } from './bpf-filesystem.ts';
import { attachTcx, replaceLinkProgram, tcxLinkInfo } from './bpf-link.ts';
import { loadProgram, openProgram, programInfo } from './bpf-program.ts';
import type { IpipMaps } from './ipip-maps.ts';

/** Where a program should run. */
export interface Attachment {
  /** Path of the pinned link. */
  readonly pin: string;
  readonly program: Program;
  /** The device whose ingress it watches. */
  readonly ifindex: number;
}

/** What runs behind a pinned link. */
export interface Attached {
  /** 0 for a defunct link. */
  readonly ifindex: number;
  /** `weft_3fa2b1c0`. @see programVersion */
  readonly version: string;
  readonly mapIds: readonly number[];
}

/** Reads a pinned link and its program; `undefined` when there is none. */
export function readAttached(pin: string): Attached | undefined {
  return withPinned(pin, (link) => readLink(link));
}

/** What is wrong with what is attached, in words; `undefined` when nothing is. */
export function attachmentFault(wanted: Attachment, maps: IpipMaps, found: Attached | undefined): string | undefined {
  const what = `${wanted.program.name} program`;
  if (found === undefined) return `${what} is not attached`;
  if (found.ifindex !== wanted.ifindex) return `${what} is attached to a device that is gone`;
  if (found.version !== programVersion(wanted.program)) return `${what} is of version ${found.version}`;
  const ids = new Set(found.mapIds);
  for (const name of wanted.program.mapSlots.values()) {
    if (!ids.has(maps.ids.get(name) ?? 0)) return `${what} uses another map "${name}"`;
  }
  return undefined;
}

/**
 * Makes the program run there: untouched when it does, swapped in place when another one does, attached anew when the
 * link's device is gone. Returns whether anything was changed.
 *
 * Races that this survives: the device goes between reading the link and swapping (ENOLINK); a crash between attaching
 * and pinning (the unpinned link goes with its process).
 */
export function ensureAttached(wanted: Attachment, maps: IpipMaps): boolean {
  const found = readAttached(wanted.pin);
  if (attachmentFault(wanted, maps, found) === undefined) return false;
  const program = loadProgram(programVersion(wanted.program), encodeProgram(wanted.program, maps.descriptors));
  try {
    if (found?.ifindex === wanted.ifindex && swapProgram(wanted.pin, program)) return true;
    unpin(wanted.pin);
    const link = attachTcx(program, wanted.ifindex, 'ingress');
    try {
      pinObject(link, wanted.pin);
    } finally {
      closeSync(link);
    }
    return true;
  } finally {
    closeSync(program);
  }
}

function swapProgram(pin: string, program: number): boolean {
  const swapped = withPinned(pin, (link) => {
    const before = openProgram(tcxLinkInfo(link).programId);
    try {
      replaceLinkProgram(link, before, program);
      return true;
    } catch (error) {
      if (hasCode(error, 'HOST_BPF_ENOLINK')) return false;
      throw error;
    } finally {
      closeSync(before);
    }
  });
  return swapped ?? false;
}

function readLink(link: number): Attached {
  const { ifindex, programId } = tcxLinkInfo(link);
  const program = openProgram(programId);
  try {
    const { name, mapIds } = programInfo(program);
    return { ifindex, version: name, mapIds };
  } finally {
    closeSync(program);
  }
}

function withPinned<T>(pin: string, use: (link: number) => T): T | undefined {
  const link = openPinned(pin);
  if (link === undefined) return undefined;
  try {
    return use(link);
  } finally {
    closeSync(link);
  }
}
