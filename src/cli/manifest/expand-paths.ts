import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { WeftError } from '../../base/errors.ts';

/** The files somebody means by a word of `-f`. */
export interface ExpandedPath {
  readonly files: readonly string[];
  /** True for a folder, whose files may be empty each. */
  readonly folder: boolean;
}

/**
 * The files of a path of `-f`: itself, or the .yaml, .yml and .json files of a folder by name, with `recursive` those of
 * folders in it as well. `-` stays.
 *
 * @throws WeftError CLI_FILE when there is nothing of this name
 */
export function expandPath(path: string, recursive: boolean): ExpandedPath {
  if (path === '-') return { files: [path], folder: false };
  if (/^https?:\/\//.test(path)) {
    throw new WeftError('CLI_FILE', `Cannot read file "${path}": an address found, a file or "-" needed`);
  }
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new WeftError('CLI_FILE', `Cannot read file "${path}": no such file or directory`);
  return stats.isDirectory() ? { files: filesOf(path, recursive), folder: true } : { files: [path], folder: false };
}

function filesOf(folder: string, recursive: boolean): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return recursive ? filesOf(path, true) : [];
    return /\.(ya?ml|json)$/i.test(entry.name) ? [path] : [];
  });
}
