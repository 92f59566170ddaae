import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { WeftError } from '../base/errors.ts';

/**
 * Replaces a file so that a reader, and a machine that loses power, sees the old text or the new one, never a part: a
 * temporary file beside it, fsync, rename, fsync of the folder. Folders are made. On any error the old file stays.
 *
 * @throws WeftError HOST_WRITE
 */
export function writeFileAtomically(path: string, text: string, mode = 0o600): void {
  const folder = dirname(path);
  // Hidden and without the usual ending, so that nobody who lists the folder takes it for the real thing.
  const temporary = join(folder, `.${basename(path)}.${process.pid}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    const fd = openSync(temporary, 'w', mode);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    const folderFd = openSync(folder, 'r');
    try {
      fsyncSync(folderFd);
    } finally {
      closeSync(folderFd);
    }
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new WeftError('HOST_WRITE', `Cannot write file "${path}"`, { cause });
  }
}

/** As {@link writeFileAtomically}, but leaves a file alone that holds this text already. `true` when it wrote. */
export function writeFileWhenDifferent(path: string, text: string, mode = 0o600): boolean {
  if (readFileIfAny(path) === text) return false;
  writeFileAtomically(path, text, mode);
  return true;
}

/** The text of a file; `undefined` when there is none or it cannot be read. */
export function readFileIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
