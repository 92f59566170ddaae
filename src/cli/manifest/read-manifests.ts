import { readFileSync } from 'node:fs';
import type { KubernetesObject } from '../../api/meta.ts';
import { WeftError } from '../../base/errors.ts';
import { fileErrorText } from '../../base/file-error-text.ts';
import { isRecord } from '../../base/is-record.ts';
import type { CommandIo } from '../command.ts';
import { decodeText } from './decode-text.ts';
import { expandPath } from './expand-paths.ts';
import { type ParsedDocument, parseDocuments } from './parse-documents.ts';
import { positionText, type Source, sourceText } from './source.ts';

/** An object of a file, and where it stands. */
export interface Manifest {
  readonly object: KubernetesObject;
  readonly source: Source;
}

/** How files are read. */
export interface ReadOptions {
  /** Folders in folders as well. */
  readonly recursive: boolean;
  /** A file without resources is no error. */
  readonly skipEmpty: boolean;
}

/**
 * The objects in files, folders and standard input (`-`), in order. Several documents in a file and lists (`List`,
 * `PodList`, JSON arrays) are taken apart.
 *
 * @throws WeftError CLI_FILE with a line for every mistake, naming file, document, line and column
 */
export async function readManifests(
  paths: readonly string[],
  io: Pick<CommandIo, 'readInput'>,
  { recursive, skipEmpty }: ReadOptions,
): Promise<readonly Manifest[]> {
  const manifests: Manifest[] = [];
  const problems: string[] = [];
  for (const path of paths) {
    const { files, folder } = expandPath(path, recursive);
    const before = manifests.length + problems.length;
    for (const file of files) {
      const text = file === '-' ? await io.readInput() : readText(file);
      const count = manifests.length + problems.length;
      for (const document of parseDocuments(text)) readDocument(file, document, manifests, problems);
      if (manifests.length + problems.length === count && !skipEmpty && !folder) {
        throw new WeftError('CLI_FILE', `no resources specified in file ${file}`);
      }
    }
    if (folder && manifests.length + problems.length === before && !skipEmpty) {
      throw new WeftError('CLI_FILE', `no resources specified in directory ${path}`);
    }
  }
  if (problems.length > 0) throw new WeftError('CLI_FILE', problems.join('\n'));
  return manifests;
}

function readText(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new WeftError('CLI_FILE', `Cannot read file "${path}": ${fileErrorText(error)}`);
  }
  return decodeText(path, bytes);
}

function readDocument(file: string, document: ParsedDocument, manifests: Manifest[], problems: string[]): void {
  const { number, value, find } = document;
  for (const { message, position } of document.problems) {
    problems.push(`${file}: document ${number}${positionText(position)}: ${message}`);
  }
  if (document.problems.length === 0) takeApart(value, { file, document: number, find }, manifests, problems);
}

function takeApart(value: unknown, source: Source, manifests: Manifest[], problems: string[]): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) takeApart(item, within(source, `[${index}]`), manifests, problems);
    return;
  }
  const problem = shapeProblem(value);
  if (problem !== undefined) problems.push(`${sourceText(source)}: ${problem}`);
  else if (isRecord(value) && String(value.kind).endsWith('List') && Array.isArray(value.items)) {
    takeApart(value.items, within(source, 'items'), manifests, problems);
  } else manifests.push({ object: value as KubernetesObject, source });
}

/** Why this is no resource; `undefined` when it is one. */
function shapeProblem(value: unknown): string | undefined {
  if (!isRecord(value)) return `${value === null ? 'nothing' : `a ${typeof value}`} found, a resource needed`;
  const { kind, apiVersion, metadata } = value;
  if (typeof kind !== 'string' || kind === '') return 'an object without "kind" found, a resource needed';
  if (kind.endsWith('List') && Array.isArray(value.items)) return undefined;
  const one = `${/^[AEIO]/.test(kind) ? 'an' : 'a'} ${kind}`;
  if (typeof apiVersion !== 'string' || apiVersion === '') return `${one} without "apiVersion" found`;
  const name = isRecord(metadata) ? (metadata.name ?? metadata.generateName) : undefined;
  if (typeof name === 'string' && name !== '') return undefined;
  return `${one} ${name === undefined || name === '' ? 'without "metadata.name" found' : 'found whose "metadata.name" is no text'}`;
}

/** The source of a part of what a source has. */
function within(source: Source, part: string): Source {
  return {
    ...source,
    find: (field) => source.find(field === '' || field.startsWith('[') ? part + field : `${part}.${field}`),
  };
}
