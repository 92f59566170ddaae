import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Body } from '../http/body.ts';

/** More are not told: one is enough to mend the file. */
const maxDuplicates = 10;

/**
 * The fields that an object of a body has twice, as paths: `spec.replicas`, `spec.containers[0].image`. A parser takes
 * the last of them and says nothing. Only for bodies that parse; anything else has none.
 */
export function duplicateFields(body: Body): readonly string[] {
  const isJson = !body.mediaType.includes('yaml') || /^\s*[[{]/.test(body.text);
  const found = new Set<string>();
  if (isJson) scanJson(body.text, found);
  else scanYaml(body.text, found);
  return [...found];
}

/** An object (`keys`) or a list (`index`) that is open. */
interface Level {
  /** Undefined in a list. */
  readonly keys: Set<string> | undefined;
  /** Path of the level itself. */
  readonly path: () => string;
  key: string;
  index: number;
}

/** One pass over the text; looks at no value but the texts, which have to be stepped over. */
function scanJson(text: string, found: Set<string>): void {
  const levels: Level[] = [];
  let top: Level | undefined;
  let expectsKey = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = endOfString(text, at);
        if (expectsKey && top?.keys !== undefined) enterKey(top, top.keys, text.slice(at + 1, end), found);
        expectsKey = false;
        at = end;
        break;
      }
      case 0x7b:
      case 0x5b: {
        const isObject = text.charCodeAt(at) === 0x7b;
        const parent = top;
        const path = parent === undefined ? () => '' : () => placeIn(parent);
        top = { keys: isObject ? new Set() : undefined, path, key: '', index: 0 };
        levels.push(top);
        expectsKey = isObject;
        break;
      }
      case 0x7d:
      case 0x5d:
        levels.pop();
        top = levels.at(-1);
        expectsKey = false;
        break;
      case 0x2c:
        if (top === undefined) break;
        top.index += 1;
        expectsKey = top.keys !== undefined;
        break;
      default:
    }
  }
}

function endOfString(text: string, start: number): number {
  let end = start;
  do {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
  } while (isEscaped(text, end));
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === 0x5c) first -= 1;
  return (at - first) % 2 === 1;
}

function enterKey(level: Level, keys: Set<string>, raw: string, found: Set<string>): void {
  level.key = raw.includes('\\') ? unescapeKey(raw) : raw;
  if (!keys.has(level.key)) keys.add(level.key);
  // Each path costs as much as it is long, and a hostile body has many long ones.
  else if (found.size < maxDuplicates) found.add(placeIn(level));
}

function unescapeKey(raw: string): string {
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}

function placeIn(level: Level): string {
  const path = level.path();
  if (level.keys === undefined) return `${path}[${level.index}]`;
  return path === '' ? level.key : `${path}.${level.key}`;
}

function scanYaml(text: string, found: Set<string>): void {
  const visit = (node: unknown, path: string): void => {
    if (isSeq(node)) for (const [index, item] of node.items.entries()) visit(item, `${path}[${index}]`);
    if (!isMap(node)) return;
    const keys = new Set<string>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : String(key);
      const place = path === '' ? name : `${path}.${name}`;
      if (keys.has(name) && found.size < maxDuplicates) found.add(place);
      keys.add(name);
      visit(value, place);
    }
  };
  // An alias is not followed: what it stands for is visited where it is written.
  visit(parseDocument(text, { uniqueKeys: false, logLevel: 'error' }).contents, '');
}
