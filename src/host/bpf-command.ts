import { hasCode, WeftError } from '../base/errors.ts';
import { bpf, pointerTo } from './syscalls.ts';

/** BPF_* commands. @see linux/bpf.h enum bpf_cmd */
const bpfCommand = {
  MAP_CREATE: 0,
  MAP_LOOKUP_ELEM: 1,
  MAP_UPDATE_ELEM: 2,
  MAP_DELETE_ELEM: 3,
  MAP_GET_NEXT_KEY: 4,
  PROG_LOAD: 5,
  OBJ_PIN: 6,
  OBJ_GET: 7,
  PROG_TEST_RUN: 10,
  PROG_GET_FD_BY_ID: 13,
  OBJ_GET_INFO_BY_FD: 15,
  LINK_CREATE: 28,
  LINK_UPDATE: 29,
  LINK_DETACH: 34,
} as const;

/** Where in `union bpf_attr`, and what: a number is a u32, a bigint a u64, bytes become a pointer to them. */
export type BpfField = readonly [offset: number, value: number | bigint | Uint8Array];

/** What the kernel answered. */
export interface BpfAnswer {
  /** A descriptor for commands that make one. */
  readonly result: number;
  /** The attributes after the call; some commands write into them. */
  readonly attributes: DataView;
}

/** Large enough for every command used; the kernel wants the rest of the union zero. */
const attributesSize = 128;

/** Holds the buffers of the calls under way, which the kernel knows only by address. */
const inUse = new Set<readonly BpfField[]>();

/**
 * One bpf(2) call.
 *
 * @param doing the verb and kind of object for the error: `pin program`
 * @throws WeftError HOST_BPF_<ERRNO>
 */
export function runBpf(
  command: keyof typeof bpfCommand,
  fields: readonly BpfField[],
  doing: string,
  object: string,
): BpfAnswer {
  const bytes = new Uint8Array(attributesSize);
  const attributes = new DataView(bytes.buffer);
  inUse.add(fields);
  for (const [offset, value] of fields) {
    if (typeof value === 'number') attributes.setUint32(offset, value, true);
    else if (typeof value === 'bigint') attributes.setBigUint64(offset, value, true);
    else attributes.setBigUint64(offset, pointerTo(value), true);
  }
  try {
    return { result: bpf(bpfCommand[command], bytes), attributes };
  } catch (cause) {
    if (!(cause instanceof WeftError)) throw cause;
    const errno = cause.code.replace(/^HOST_BPF_/, '');
    const remedy = errno === 'EPERM' ? ', root (CAP_BPF and CAP_NET_ADMIN) needed' : '';
    throw new WeftError(cause.code, `Cannot ${doing} "${object}": ${errno}${remedy}`);
  } finally {
    inUse.delete(fields);
  }
}

/** How often a load is tried that signals keep interrupting. */
const mostAttempts = 10;

/**
 * Tries again while the kernel answers EAGAIN: its verifier gives up when a signal is pending for the thread (Node's own
 * arrive at any time), and nothing has been loaded then.
 *
 * @throws what the attempt throws, EAGAIN only after 10 attempts
 * @see linux/kernel/bpf/verifier.c do_check
 */
export function whileInterrupted<T>(attempt: () => T): T {
  for (let tried = 1; ; tried++) {
    try {
      return attempt();
    } catch (error) {
      if (!hasCode(error, 'HOST_BPF_EAGAIN') || tried === mostAttempts) throw error;
    }
  }
}

/** The zero-terminated text at the start of the bytes. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Zero-terminated, for paths and licences. */
export function zeroTerminated(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}

/** The name of a kernel object as two u64 fields: at most 15 letters, digits, `_` and `.`. */
export function nameFields(offset: number, name: string): BpfField[] {
  const bytes = new Uint8Array(16);
  bytes.set(new TextEncoder().encode(name).subarray(0, 15));
  const view = new DataView(bytes.buffer);
  // Two halves of four: map names are not aligned to eight bytes.
  return [0, 4, 8, 12].map((at) => [offset + at, view.getUint32(at, true)] as const);
}

/** Information about a program, map or link as the kernel lays it out; `fill` may set pointers the kernel follows. */
export function objectInfo(fd: number, size: number, fill: (info: DataView) => void, what: string): Uint8Array {
  const info = new Uint8Array(size);
  fill(new DataView(info.buffer));
  runBpf(
    'OBJ_GET_INFO_BY_FD',
    [
      [0, fd],
      [4, size],
      [8, info],
    ],
    `read information about ${what}`,
    String(fd),
  );
  return info;
}
