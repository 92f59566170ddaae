import { mkdirSync, rmdirSync, statfsSync, unlinkSync } from 'node:fs';
import { hasCode } from '../base/errors.ts';
import { runBpf, zeroTerminated } from './bpf-command.ts';
import { mount } from './syscalls.ts';

/** @see linux/magic.h BPF_FS_MAGIC */
const BPF_FS_MAGIC = 0xcafe4a11;

/**
 * Makes sure that a bpffs of its own is mounted at the folder, which is made when missing. What is pinned there outlives
 * this process. Idempotent.
 *
 * @throws WeftError HOST_<ERRNO>
 */
export function mountBpffs(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isBpffs(folder)) mount('bpf', folder, 'bpf', 0, 'mode=0700');
}

/** True when the folder exists and lies in a bpffs. */
export function isBpffs(folder: string): boolean {
  try {
    return statfsSync(folder).type === BPF_FS_MAGIC;
  } catch {
    return false;
  }
}

/** Gives a program, map or link a name in a bpffs. @throws WeftError HOST_BPF_EEXIST, HOST_BPF_<ERRNO> */
export function pinObject(fd: number, path: string): void {
  const fields = [
    [0, zeroTerminated(path)],
    [8, fd],
  ] as const;
  runBpf('OBJ_PIN', fields, 'pin BPF object', path);
}

/** A descriptor of what is pinned there; `undefined` when nothing is. */
export function openPinned(path: string): number | undefined {
  try {
    return runBpf('OBJ_GET', [[0, zeroTerminated(path)]], 'open BPF object', path).result;
  } catch (error) {
    if (hasCode(error, 'HOST_BPF_ENOENT')) return undefined;
    throw error;
  }
}

/** Removes the name; the object goes when nothing else holds it. Idempotent. */
export function unpin(path: string): void {
  unlessMissing(() => unlinkSync(path));
}

/** Removes an empty folder of a bpffs. Idempotent. */
export function removePinFolder(path: string): void {
  unlessMissing(() => rmdirSync(path));
}

/** A device name as a file name: a bpffs refuses dots. */
export function pinName(device: string): string {
  return device.replaceAll('%', '%25').replaceAll('.', '%2e');
}

/** The inverse of {@link pinName}. */
export function parsePinName(name: string): string {
  return name.replaceAll('%2e', '.').replaceAll('%25', '%');
}

function unlessMissing(run: () => void): void {
  try {
    run();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
