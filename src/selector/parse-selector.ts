import type { ComparisonKind, Selector } from './selector.ts';
import { selectorError, type Token, type TokenKind, tokenize } from './tokenize.ts';

/** Deeper nesting is refused, so that hostile text cannot exhaust the stack. */
const maxDepth = 200;

const comparisons: Partial<Record<TokenKind, ComparisonKind>> = {
  '==': 'equal',
  '!=': 'not-equal',
  contains: 'contains',
  'starts with': 'starts-with',
  'ends with': 'ends-with',
};

/**
 * Reads a Calico selector. `!` binds tighter than `&&`, `&&` tighter than `||`; the empty text is `all()`.
 *
 * ```
 * or        = and { "||" and }
 * and       = condition { "&&" condition }
 * condition = { "!" } ( "(" or ")" | "all()" | "global()" | "has(" label ")" | label operator value )
 * operator  = "==" | "!=" | "contains" | "starts with" | "ends with" | "in" | "not in"
 * value     = string | "{" [ string { "," string } ] "}"
 * ```
 *
 * @throws WeftError SELECTOR_SYNTAX naming the offset of the first character that does not fit
 */
export function parseSelector(text: string): Selector {
  const parser = new Parser(text);
  return parser.selector();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  selector(): Selector {
    if (this.#token().kind === 'end') return { kind: 'all' };
    const selector = this.#or(0);
    this.#take('end');
    return selector;
  }

  #or(depth: number): Selector {
    return this.#chain('or', '||', () => this.#chain('and', '&&', () => this.#condition(depth)));
  }

  #chain(kind: 'and' | 'or', separator: TokenKind, operand: () => Selector): Selector {
    const first = operand();
    const operands = [first];
    while (this.#accept(separator)) operands.push(operand());
    return operands.length === 1 ? first : { kind, operands };
  }

  #condition(depth: number): Selector {
    let negated = false;
    while (this.#accept('!')) negated = !negated;
    const operand = this.#term(depth);
    return negated ? { kind: 'not', operand } : operand;
  }

  #term(depth: number): Selector {
    const token = this.#token();
    this.#next++;
    switch (token.kind) {
      case 'all':
      case 'global':
        return { kind: token.kind };
      case 'has':
        return { kind: 'has', label: token.text };
      case 'label':
        return this.#comparison(token.text);
      case '(': {
        if (depth >= maxDepth) throw this.#error(token, `more than ${maxDepth} nested parentheses`);
        const inner = this.#or(depth + 1);
        this.#take(')');
        return inner;
      }
      default:
        throw this.#error(token, `${describe(token)} found, a condition needed`);
    }
  }

  #comparison(label: string): Selector {
    const token = this.#token();
    this.#next++;
    if (token.kind === 'in' || token.kind === 'not in') {
      return { kind: token.kind === 'in' ? 'in' : 'not-in', label, values: this.#set() };
    }
    const kind = comparisons[token.kind];
    if (kind === undefined) throw this.#error(token, `${describe(token)} found, an operator needed`);
    return { kind, label, value: this.#take('string').text };
  }

  #set(): readonly string[] {
    this.#take('{');
    const values = new Set<string>();
    while (this.#token().kind === 'string') {
      values.add(this.#take('string').text);
      if (!this.#accept(',')) break;
    }
    this.#take('}');
    return [...values].sort();
  }

  #token(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', offset: this.#text.length };
  }

  #accept(kind: TokenKind): boolean {
    if (this.#token().kind !== kind) return false;
    this.#next++;
    return true;
  }

  #take(kind: TokenKind): Token {
    const token = this.#token();
    if (token.kind !== kind) throw this.#error(token, `${describe(token)} found, ${describe({ kind })} needed`);
    this.#next++;
    return token;
  }

  #error(token: Token, problem: string): Error {
    return selectorError(this.#text, token.offset, problem);
  }
}

function describe(token: { readonly kind: TokenKind; readonly text?: string }): string {
  if (token.kind === 'end') return 'the end';
  if (token.kind === 'string') return token.text === undefined ? 'a quoted string' : `string "${token.text}"`;
  if (token.kind === 'label') return `"${token.text ?? 'a label'}"`;
  return `"${token.kind}"`;
}
