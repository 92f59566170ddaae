import { LineCounter, parseAllDocuments, type YAMLParseError } from 'yaml';
import { findNode } from './find-node.ts';
import type { Position } from './source.ts';

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
 * Parses YAML and JSON, several documents in a text. Empty documents are passed over. A key that stands twice in a map
 * is a problem, as it is for the API server.
 *
 * @see https://yaml.org/spec/1.2.2
 */
export function parseDocuments(text: string): readonly ParsedDocument[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge: true, logLevel: 'silent' });
  if (!Array.isArray(parsed)) return [];
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const plain = plainJson(text);
  return parsed.flatMap((document, index): readonly ParsedDocument[] => {
    const find = (field: string): Position | undefined => {
      const offset = findNode(document, field);
      return offset === undefined ? undefined : at(offset);
    };
    const problems = document.errors
      .filter((error) => plain === undefined || error.code === 'DUPLICATE_KEY')
      .map((error) => ({ message: problemText(error, text), position: at(error.pos[0]) }));
    if (problems.length > 0) return [{ number: index + 1, value: undefined, problems, find }];
    try {
      const value: unknown = plain ?? document.toJS({ maxAliasCount });
      return value === null || value === undefined ? [] : [{ number: index + 1, value, problems, find }];
    } catch {
      const message = 'aliases that stand for too much text found, a document without such nesting needed';
      return [{ number: index + 1, value: undefined, problems: [{ message, position: undefined }], find }];
    }
  });
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
