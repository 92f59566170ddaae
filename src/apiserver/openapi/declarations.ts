import { WeftError } from '../../base/errors.ts';

/** A type as the declarations write it. */
export type TypeExpression =
  | { readonly kind: 'string' | 'boolean' | 'number' | 'int-or-string' }
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'reference'; readonly name: string }
  | { readonly kind: 'list' | 'map'; readonly of: TypeExpression };

/** One field of an interface. */
export interface FieldDeclaration {
  readonly name: string;
  readonly optional: boolean;
  readonly description: string;
  readonly type: TypeExpression;
}

/** One `export interface`, or (without fields) one `export type`. */
export interface Declaration {
  readonly name: string;
  readonly description: string;
  /** `undefined` for a type alias. */
  readonly fields: readonly FieldDeclaration[] | undefined;
}

/** A file of declarations. */
export interface DeclarationModule {
  /** Where an imported name comes from: `ObjectMeta` -> `meta/v1`. */
  readonly imports: ReadonlyMap<string, string>;
  readonly declarations: ReadonlyMap<string, Declaration>;
}

/**
 * Reads declarations of exactly the grammar that the package kubernetes-types has: imports of names, interfaces whose
 * fields are one line each (or a map in three), type aliases, a comment before each.
 *
 * @param module `core/v1`: imports are relative to it
 * @throws WeftError APISERVER_DECLARATION for a line of another form
 */
export function parseDeclarations(module: string, text: string): DeclarationModule {
  const reader = new LineReader(module, text);
  const imports = new Map<string, string>();
  const declarations = new Map<string, Declaration>();
  for (let line = reader.next(); line !== undefined; line = reader.next()) {
    const imported = /^import \{ ([\w, ]+) \} from "([\w./]+)";$/.exec(line);
    if (imported !== null) {
      for (const name of (imported[1] ?? '').split(', ')) imports.set(name, resolveModule(module, imported[2] ?? ''));
      continue;
    }
    const [, word, name = ''] = /^export (interface|type) (\w+) /.exec(line) ?? reader.refuse(line);
    const { description } = reader;
    const fields = word === 'type' ? undefined : readFields(reader);
    declarations.set(name, { name, description, fields });
  }
  return { imports, declarations };
}

function readFields(reader: LineReader): FieldDeclaration[] {
  const fields: FieldDeclaration[] = [];
  for (let line = reader.next(); line !== '}'; line = reader.next()) {
    const [, name = '', mark, type = ''] =
      /^ {4}(?:readonly )?([\w$]+)(\??): (.+)$/.exec(line ?? '') ?? reader.refuse(line);
    const { description } = reader;
    fields.push({ name, optional: mark === '?', description, type: type === '{' ? readMap(reader) : parse(type) });
  }
  return fields;

  function parse(text: string): TypeExpression {
    return text.endsWith(';') ? parseType(text.slice(0, -1), reader) : reader.refuse(text);
  }

  function readMap(lines: LineReader): TypeExpression {
    const line = lines.next();
    const type = /^ {8}\[name: string\]: (.+)$/.exec(line ?? '')?.[1] ?? lines.refuse(line);
    const end = lines.next();
    return end === '    };' ? { kind: 'map', of: parse(type) } : lines.refuse(end);
  }
}

function parseType(text: string, reader: LineReader): TypeExpression {
  if (text === 'string' || text === 'boolean' || text === 'number') return { kind: text };
  if (text === 'number | string') return { kind: 'int-or-string' };
  if (text.startsWith('Array<') && text.endsWith('>'))
    return { kind: 'list', of: parseType(text.slice(6, -1), reader) };
  if (/^"[^"]*"$/.test(text)) return { kind: 'literal', value: text.slice(1, -1) };
  return /^[A-Z]\w*$/.test(text) ? { kind: 'reference', name: text } : reader.refuse(text);
}

/** `meta/v1` seen from `core/v1` is `../meta/v1`. */
function resolveModule(from: string, path: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const step of path.split('/')) {
    if (step === '..') parts.pop();
    else if (step !== '.') parts.push(step);
  }
  return parts.join('/');
}

/** Gives the lines of code one by one and keeps the comment before each. */
class LineReader {
  /** The comment right before the last line, `''` without one. */
  description = '';
  readonly #module: string;
  readonly #lines: readonly string[];
  #at = 0;

  constructor(module: string, text: string) {
    this.#module = module;
    this.#lines = text.split('\n');
  }

  next(): string | undefined {
    this.description = '';
    for (;;) {
      const line = this.#lines[this.#at++];
      if (line === undefined) return undefined;
      const start = line.trimStart();
      if (start.startsWith('/**')) this.description = this.#comment(start);
      else if (start !== '') return line;
    }
  }

  #comment(first: string): string {
    if (first.endsWith('*/')) return first.slice(3, -2).trim();
    const texts: string[] = [];
    for (;;) {
      const line = this.#lines[this.#at++] ?? this.refuse('an open comment');
      if (line.trim() === '*/') return texts.join('\n');
      texts.push(line.replace(/^ *\* ?/, ''));
    }
  }

  refuse(found: string | undefined): never {
    const where = `${this.#module}" line ${this.#at}`;
    const message = `Cannot read type declarations "${where}: found ${JSON.stringify(found)}, a declaration is needed`;
    throw new WeftError('APISERVER_DECLARATION', message);
  }
}
