import { lexTemplate, type Token } from './lex-template.ts';
import type { Node, Operand, Pipeline } from './node.ts';

/**
 * Parses the part of Go's template language that output formats need: fields, variables, pipelines, if, range, with,
 * else, break, continue, comments, blank trimming. `define`, `template` and `block` are refused.
 *
 * @throws SyntaxError naming the place
 * @see https://pkg.go.dev/text/template
 */
export function parseTemplate(template: string): readonly Node[] {
  const reader = new Reader(lexTemplate(template));
  const { nodes, stop } = parseNodes(reader);
  if (stop !== undefined) throw reader.error(stop.token, 'an "if", "range" or "with" before it needed');
  return nodes;
}

class Reader {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#position + ahead];
  }

  next(): Token | undefined {
    return this.#tokens[this.#position++];
  }

  /** Passes over a word or symbol if it stands here. */
  take(text: string): boolean {
    const token = this.peek();
    const found = (token?.kind === 'word' || token?.kind === 'symbol') && token.text === text;
    if (found) this.#position++;
    return found;
  }

  close(): void {
    const token = this.next();
    if (token?.kind !== 'close') throw this.error(token, '"}}" needed');
  }

  error(token: Token | undefined, needed: string): SyntaxError {
    const found = token === undefined ? 'the end' : `"${token.text}" at character ${token.offset + 1}`;
    return new SyntaxError(`${found} found, ${needed}`);
  }
}

/** `{{else...}}` or `{{end}}`, which ends a list of nodes; what it is followed by is still to be read. */
interface Stop {
  readonly word: 'else' | 'end';
  readonly token: Token;
}

function parseNodes(reader: Reader): { nodes: readonly Node[]; stop?: Stop } {
  const nodes: Node[] = [];
  for (let token = reader.next(); token !== undefined; token = reader.next()) {
    if (token.kind === 'text') {
      nodes.push({ kind: 'text', text: token.text });
      continue;
    }
    const word = reader.peek();
    if (word === undefined) throw reader.error(word, '"}}" needed');
    if (reader.take('end')) return { nodes, stop: { word: 'end', token: word } };
    if (reader.take('else')) return { nodes, stop: { word: 'else', token: word } };
    const node = parseAction(reader, word);
    if (node !== undefined) nodes.push(node);
  }
  return { nodes };
}

function parseAction(reader: Reader, word: Token): Node | undefined {
  if (word.kind === 'close') {
    reader.close();
    return undefined;
  }
  if (word.kind === 'word') {
    const { text } = word;
    if (text === 'if' || text === 'range' || text === 'with') {
      reader.next();
      return parseBlock(reader, text);
    }
    if (text === 'break' || text === 'continue') {
      reader.next();
      reader.close();
      return { kind: text };
    }
    if (['define', 'template', 'block'].includes(text)) throw reader.error(word, 'an action of one template needed');
  }
  const pipeline = parsePipeline(reader);
  reader.close();
  return { kind: 'print', pipeline };
}

function parseBlock(reader: Reader, kind: 'if' | 'range' | 'with'): Node {
  const pipeline = parsePipeline(reader);
  reader.close();
  const { nodes: body, stop } = parseNodes(reader);
  return { kind, pipeline, body, otherwise: parseOtherwise(reader, kind, stop) };
}

function parseOtherwise(reader: Reader, kind: string, stop: Stop | undefined): readonly Node[] {
  if (stop === undefined) throw reader.error(undefined, `{{end}} of "${kind}" needed`);
  if (stop.word === 'end') {
    reader.close();
    return [];
  }
  if (reader.take('if')) return [parseBlock(reader, 'if')];
  if (reader.take('with')) return [parseBlock(reader, 'with')];
  reader.close();
  const { nodes, stop: last } = parseNodes(reader);
  if (last?.word !== 'end') throw reader.error(last?.token, `{{end}} of "${kind}" needed`);
  reader.close();
  return nodes;
}

function parsePipeline(reader: Reader): Pipeline {
  const variables: string[] = [];
  const ahead = reader.peek(1)?.text;
  let declares = false;
  if (reader.peek()?.kind === 'variable' && (ahead === ':=' || ahead === '=' || ahead === ',')) {
    do variables.push(reader.next()?.text ?? '');
    while (reader.take(',') && reader.peek()?.kind === 'variable');
    declares = reader.take(':=');
    if (!declares && !reader.take('=')) throw reader.error(reader.peek(), '":=" needed');
  }
  const commands = [parseCommand(reader)];
  while (reader.take('|')) commands.push(parseCommand(reader));
  return { variables, declares, commands };
}

function parseCommand(reader: Reader): readonly Operand[] {
  const operands: Operand[] = [];
  for (;;) {
    const token = reader.peek();
    const ends = token === undefined || token.kind === 'close' || token.text === '|' || token.text === ')';
    if (ends && (token === undefined || token.kind === 'close' || token.kind === 'symbol')) break;
    operands.push(parseOperand(reader));
  }
  if (operands.length === 0) throw reader.error(reader.peek(), 'a value needed');
  return operands;
}

const words: Readonly<Record<string, boolean | undefined>> = { true: true, false: false, nil: undefined };

function parseOperand(reader: Reader): Operand {
  const token = reader.next();
  switch (token?.kind) {
    case 'string':
      return { kind: 'constant', value: token.text };
    case 'number':
      return { kind: 'constant', value: Number(token.text) };
    case 'field':
      return { kind: 'field', path: names(token.text) };
    case 'variable': {
      const [name = '', ...path] = token.text.split('.');
      return { kind: 'variable', name, path };
    }
    case 'word':
      if (Object.hasOwn(words, token.text)) return { kind: 'constant', value: words[token.text] };
      return { kind: 'function', name: token.text };
    default: {
      if (token?.text !== '(') throw reader.error(token, 'a value needed');
      const pipeline = parsePipeline(reader);
      if (!reader.take(')')) throw reader.error(reader.peek(), '")" needed');
      const field = reader.peek();
      const path = field?.kind === 'field' && !field.spaced ? names(reader.next()?.text ?? '') : [];
      return { kind: 'pipeline', pipeline, path };
    }
  }
}

function names(path: string): readonly string[] {
  return path === '' ? [] : path.split('.');
}
