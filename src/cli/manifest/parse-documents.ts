import { type Document, LineCounter, parseAllDocuments, visit, type YAMLParseError } from 'yaml';
import { findNode } from './find-node.ts';
import type { Position } from './source.ts';
import { splitJson } from './split-json.ts';

/** One document of a file. */
export interface ParsedDocument {
  /** The number in the file, from 1. */
  readonly number: number;
  /** What it says; `undefined` when it cannot be read. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  find(field: string): Position | undefined;
}

/** Something that cannot be read. */
export interface Problem {
  readonly message: string;
  readonly position: Position | undefined;
}

/** How often a document may use what an anchor names: more is a document made to fill the memory. */
const maxAliasCount = 100;

/**
 * Parses YAML and JSON, several documents in a text: divided by `---`, JSON also without. Empty documents are passed
 * over. A key that stands twice in a map is a problem, as it is for the API server.
 *
 * @see https://yaml.org/spec/1.2.2
 */
export function parseDocuments(text: string): readonly ParsedDocument[] {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) lines.addNewLine(end + 1);
  let before = 0;
  return splitJson(text).flatMap((part) => {
    const at = (offset: number): Position => {
      const { line, col } = lines.linePos(part.start + offset);
      return { line, column: col };
    };
    const documents = parsePart(part.text, before, at);
    before += documents.length;
    return documents.filter(({ value, problems }) => problems.length > 0 || (value !== null && value !== undefined));
  });
}

function parsePart(text: string, before: number, at: (offset: number) => Position): readonly ParsedDocument[] {
  const parsed = parseAllDocuments(text, { prettyErrors: false, merge: true, logLevel: 'silent' });
  if (!Array.isArray(parsed)) return [];
  const plain = plainJson(text);
  return parsed.map((document, index): ParsedDocument => {
    const number = before + index + 1;
    const find = (field: string): Position | undefined => {
      const offset = findNode(document, field);
      return offset === undefined ? undefined : at(offset);
    };
    const problems = problemsOf(document, plain !== undefined).map((error) => ({
      message: problemText(error, text),
      position: at(error.pos[0]),
    }));
    if (problems.length > 0) return { number, value: undefined, problems, find };
    try {
      const value: unknown = plain ?? document.toJS({ maxAliasCount });
      return { number, value, problems, find };
    } catch {
      return { number, value: undefined, problems: [aliasProblem(document, at)], find };
    }
  });
}

/** Keys that stand twice, and the first thing that is no YAML: what follows is the echo of it. */
function problemsOf({ errors }: Document, isJson: boolean): readonly YAMLParseError[] {
  const duplicates = errors.filter(({ code }) => code === 'DUPLICATE_KEY');
  const broken = isJson ? undefined : errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  return broken === undefined ? duplicates : [...duplicates.filter(({ pos }) => pos[0] < broken.pos[0]), broken];
}

function aliasProblem(document: Document, at: (offset: number) => Position): Problem {
  let unknown: { readonly name: string; readonly offset: number } | undefined;
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return undefined;
      unknown = { name: alias.source, offset: alias.range?.[0] ?? 0 };
      return visit.BREAK;
    },
  });
  if (unknown === undefined) {
    const message = 'aliases that stand for too much text found, a document without such nesting needed';
    return { message, position: undefined };
  }
  const message = `alias "*${unknown.name}" found, an anchor "&${unknown.name}" before it in the same document needed`;
  return { message, position: at(unknown.offset) };
}

// JSON is a part of YAML but for tabs in some places; what JSON itself reads needs no YAML to agree.
function plainJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

function problemText({ code, message, pos }: YAMLParseError, text: string): string {
  if (code !== 'DUPLICATE_KEY') return message.split('\n')[0] ?? message;
  const key = /^(?:"((?:\\.|[^"])*)"|'([^']*)'|([^\s:]+))/.exec(text.slice(pos[0]));
  return `duplicate field "${key?.[1] ?? key?.[2] ?? key?.[3] ?? ''}"`;
}
