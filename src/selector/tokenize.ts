import { WeftError } from '../base/errors.ts';

/** What a token is. `label` and `string` and `has` carry text, the rest stand for themselves. */
export type TokenKind =
  | 'label'
  | 'string'
  | 'has'
  | 'all'
  | 'global'
  | '=='
  | '!='
  | 'in'
  | 'not in'
  | 'contains'
  | 'starts with'
  | 'ends with'
  | '!'
  | '&&'
  | '||'
  | '('
  | ')'
  | '{'
  | '}'
  | ','
  | 'end';

/** One token and the index of its first character. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly offset: number;
}

/** The longest label key Calico accepts, in characters. */
const maxLabelLength = 512;

/** Calls that may stand where a condition starts. */
const calls: readonly [TokenKind, RegExp][] = [
  ['all', /all\([ \t]*\)/y],
  ['global', /global\([ \t]*\)/y],
  ['has', /has\([ \t]*([a-zA-Z0-9_./-]+)[ \t]*\)/y],
];

/** Words that are operators only behind a label, so that a label may be called `contains`. */
const wordOperators: readonly [TokenKind, RegExp][] = [
  ['not in', /(?:notin|not[ \t]+in)(?![a-zA-Z0-9_./-])/y],
  ['in', /in(?![a-zA-Z0-9_./-])/y],
  ['contains', /contains(?![a-zA-Z0-9_./-])/y],
  ['starts with', /starts[ \t]*with(?![a-zA-Z0-9_./-])/y],
  ['ends with', /ends[ \t]*with(?![a-zA-Z0-9_./-])/y],
];

const symbols: readonly TokenKind[] = ['==', '!=', '&&', '||', '!', '(', ')', '{', '}', ','];
const label = /[a-zA-Z0-9_./-]+/y;

/**
 * Cuts a selector into tokens; the last one is `end`. Space and tab separate, nothing else does.
 *
 * @throws WeftError SELECTOR_SYNTAX naming the offset
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  for (;;) {
    while (text[offset] === ' ' || text[offset] === '\t') offset++;
    if (offset >= text.length) return [...tokens, { kind: 'end', text: '', offset }];
    const [token, length] = tokenAt(text, offset, tokens.at(-1)?.kind === 'label');
    tokens.push(token);
    offset += length;
  }
}

/** The error for a selector that cannot be read. */
export function selectorError(text: string, offset: number, problem: string): WeftError {
  return new WeftError('SELECTOR_SYNTAX', `Cannot read selector "${shorten(text)}": at offset ${offset}: ${problem}`);
}

function tokenAt(text: string, offset: number, afterLabel: boolean): [Token, length: number] {
  const symbol = symbols.find((candidate) => text.startsWith(candidate, offset));
  if (symbol !== undefined) return [{ kind: symbol, text: symbol, offset }, symbol.length];
  const first = text[offset];
  if (first === '"' || first === "'") {
    const end = text.indexOf(first, offset + 1);
    if (end < 0) throw selectorError(text, offset, `string is not closed, ${first} needed`);
    return [{ kind: 'string', text: text.slice(offset + 1, end), offset }, end + 1 - offset];
  }
  for (const [kind, pattern] of afterLabel ? wordOperators : calls) {
    pattern.lastIndex = offset;
    const match = pattern.exec(text);
    if (match === null) continue;
    if (match[1] !== undefined) checkLabel(text, match[1], offset);
    return [{ kind, text: match[1] ?? kind, offset }, match[0].length];
  }
  label.lastIndex = offset;
  const word = label.exec(text)?.[0];
  if (word === undefined) throw selectorError(text, offset, `"${text.slice(offset, offset + 1)}" is not expected here`);
  if (afterLabel) throw selectorError(text, offset, `"${shorten(word)}" found, an operator needed`);
  checkLabel(text, word, offset);
  if (text[offset + word.length] === '(') {
    throw selectorError(text, offset, `"${word}(" found, has(LABEL), all() or global() needed`);
  }
  return [{ kind: 'label', text: word, offset }, word.length];
}

function checkLabel(text: string, word: string, offset: number): void {
  if (word.length > maxLabelLength) {
    throw selectorError(text, offset, `label of ${word.length} characters found, at most ${maxLabelLength} allowed`);
  }
}

function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}...`;
}
