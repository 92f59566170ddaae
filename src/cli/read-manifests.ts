import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '../api/meta.ts';
import { errorText, WeftError } from '../base/errors.ts';
import type { CommandIo } from './command.ts';

/**
 * The objects in files, folders (their .yaml, .yml and .json files) and standard input (`-`), in order. Several
 * documents in a file and lists are taken apart; empty documents are passed over.
 *
 * @throws WeftError CLI_FILE naming file and place
 */
export async function readManifests(paths: readonly string[], io: CommandIo): Promise<readonly KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  for (const path of paths.flatMap(expandFolder)) {
    const text = path === '-' ? await io.readInput() : readText(path);
    const documents = await parseDocuments(path, text);
    const found = documents.flatMap((document) => takeApart(path, document));
    if (found.length === 0) throw new WeftError('CLI_FILE', `no resources specified in file ${path}`);
    objects.push(...found);
  }
  return objects;
}

function expandFolder(path: string): readonly string[] {
  if (path === '-' || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const names = readdirSync(path).filter((name) => /\.(ya?ml|json)$/.test(name));
  return names.sort().map((name) => join(path, name));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new WeftError('CLI_FILE', `Cannot read file "${path}": ${errorText(error)}`);
  }
}

async function parseDocuments(path: string, text: string): Promise<readonly unknown[]> {
  try {
    return [JSON.parse(text)];
  } catch {
    // Not one JSON document: YAML, of which JSON documents behind each other are a part too.
  }
  const { parseAllDocuments } = await import('yaml');
  const parsed = parseAllDocuments(text, { logLevel: 'silent' });
  if (!Array.isArray(parsed)) return [];
  return parsed.map((document) => {
    const [error] = document.errors;
    if (error === undefined) return document.toJS({ maxAliasCount: 100 });
    throw new WeftError('CLI_FILE', `Cannot read file "${path}": ${error.message.split('\n')[0]?.replace(/:$/, '')}`);
  });
}

function takeApart(path: string, document: unknown): readonly KubernetesObject[] {
  if (document === null || document === undefined) return [];
  if (Array.isArray(document)) return document.flatMap((item) => takeApart(path, item));
  if (typeof document !== 'object') {
    throw new WeftError('CLI_FILE', `Cannot read file "${path}": a ${typeof document} found, a resource needed`);
  }
  const { kind, items, metadata } = document as { kind?: unknown; items?: unknown; metadata?: { name?: unknown } };
  if (typeof kind !== 'string') {
    throw new WeftError('CLI_FILE', `Cannot read file "${path}": a document without "kind" found, a resource needed`);
  }
  if (kind.endsWith('List') && Array.isArray(items)) return items.flatMap((item) => takeApart(path, item));
  if (typeof metadata?.name !== 'string' && !('generateName' in (metadata ?? {}))) {
    throw new WeftError('CLI_FILE', `Cannot read file "${path}": a ${kind} without "metadata.name" found`);
  }
  return [document as KubernetesObject];
}
