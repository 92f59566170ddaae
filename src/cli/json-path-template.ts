import { WeftError } from '../base/errors.ts';
import { compileJsonPath, type JsonPath } from '../base/json-path.ts';

/** What a template says of a document. `root` is what `$` means, `current` what a path starts from. */
export type JsonPathTemplate = (root: unknown, current?: unknown) => string;

/**
 * Compiles a template as `kubectl get -o jsonpath=` takes it: text outside of braces; in them paths, texts in quotes,
 * `range PATH` and `end`. A template without braces is one path. Several values of a path stand beside each other with a
 * space between; what is missing is nothing.
 *
 * @throws WeftError JSON_PATH naming the place that is not understood
 * @see kubernetes.io "JSONPath Support"
 */
export function compileJsonPathTemplate(template: string): JsonPathTemplate {
  if (!template.includes('{')) return pathPart(template);
  const stack: Open[] = [{ parts: [] }];
  for (const [whole, text, code] of template.matchAll(pieces)) {
    if (text !== undefined) stack.at(-1)?.parts.push(() => text);
    else if (code === undefined) throw broken(template, `"${whole}" found, a closed "{...}" needed`);
    else for (const word of readWords(template, code)) addWord(template, stack, word);
  }
  if (stack.length > 1) throw broken(template, 'a "range" without "{end}" found');
  return sequence(stack[0]?.parts ?? []);
}

const pieces = /([^{}]+)|\{((?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^{}"'])*)\}|[{}]/g;

interface Open {
  /** The list that is ranged over; absent for the template itself. */
  readonly over?: RootedPath;
  readonly parts: JsonPathTemplate[];
}

type RootedPath = (root: unknown, current: unknown) => readonly unknown[];

interface Word {
  readonly kind: 'text' | 'path' | 'range' | 'end';
  readonly text: string;
}

function broken(template: string, problem: string): WeftError {
  return new WeftError('JSON_PATH', `Cannot read JSONPath template "${template}": ${problem}`);
}

function addWord(template: string, stack: Open[], { kind, text }: Word): void {
  const parts = stack.at(-1)?.parts;
  if (kind === 'text') parts?.push(() => text);
  else if (kind === 'path') parts?.push(pathPart(text));
  else if (kind === 'range') stack.push({ over: rooted(text), parts: [] });
  else {
    const { over, parts: body } = stack.pop() ?? { parts: [] };
    if (over === undefined) throw broken(template, 'an "{end}" without "range" found');
    const part = sequence(body);
    stack.at(-1)?.parts.push((root, current) =>
      over(root, current)
        .map((item) => part(root, item))
        .join(''),
    );
  }
}

function readWords(template: string, code: string): readonly Word[] {
  const found: Word[] = [];
  const pattern =
    /\s*(?:range\s+(\S.*)|(end)(?=\s|$)|"((?:\\.|[^"\\])*)"(?=\s|$)|'((?:\\.|[^'\\])*)'(?=\s|$)|((?:\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]|\\.|[^\s[\\])+))\s*/y;
  while (pattern.lastIndex < code.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(code);
    if (match === null) throw broken(template, `"${code.slice(at)}" found, a path or a text in quotes needed`);
    const [, range, end, double, single, path] = match;
    if (range !== undefined) found.push({ kind: 'range', text: range.trim() });
    else if (end !== undefined) found.push({ kind: 'end', text: end });
    else if (path !== undefined) found.push({ kind: 'path', text: path });
    else found.push({ kind: 'text', text: plainText(double ?? single ?? '') });
  }
  return found;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function plainText(quoted: string): string {
  return quoted.replaceAll(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);
}

function sequence(parts: readonly JsonPathTemplate[]): JsonPathTemplate {
  return (root, current = root) => parts.map((part) => part(root, current)).join('');
}

function pathPart(text: string): JsonPathTemplate {
  const find = rooted(text);
  return (root, current = root) => find(root, current).map(formatValue).join(' ');
}

/** A path from the document (`$.x`) or from the item of the range (`.x`, `@.x`). */
function rooted(text: string): RootedPath {
  const find: JsonPath = compileJsonPath(text.replace(/^@/, ''));
  return text.startsWith('$') ? (root) => find(root) : (_, current) => find(current);
}

/** A scalar as it is, the rest as JSON. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
