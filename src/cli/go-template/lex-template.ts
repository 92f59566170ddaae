/** A word of a template: text between actions, or a part of an action. */
export interface Token {
  readonly kind: 'text' | 'open' | 'close' | 'field' | 'variable' | 'string' | 'number' | 'word' | 'symbol';
  /** Texts in quotes are unquoted, fields and variables bare: `a.b` of `.a.b`, `x.a` of `$x.a`. */
  readonly text: string;
  /** Characters from the start of the template. */
  readonly offset: number;
  /** A blank stands before it: `$x .a` are two operands. */
  readonly spaced: boolean;
}

/**
 * Takes a Go template apart. `{{-` and `-}}` swallow the blanks beside them; comments vanish.
 *
 * @throws SyntaxError naming the place
 * @see https://pkg.go.dev/text/template "Actions"
 */
export function lexTemplate(template: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  let trimNext = false;
  while (position < template.length) {
    const open = template.indexOf('{{', position);
    const end = open === -1 ? template.length : open;
    const trimThis = open !== -1 && /^\{\{-\s/.test(template.slice(open, open + 4));
    let text = template.slice(position, end);
    if (trimNext) text = text.trimStart();
    if (trimThis) text = text.trimEnd();
    if (text !== '') tokens.push({ kind: 'text', text, offset: position, spaced: false });
    if (open === -1) break;
    [position, trimNext] = lexAction(template, open + (trimThis ? 3 : 2), tokens);
  }
  return tokens;
}

const lexemes =
  /(\s*)(?:(\/\*[\s\S]*?\*\/)|(\s-\}\}|\}\})|"((?:\\.|[^"\\\n])*)"|`([^`]*)`|\$([\w.]*)|\.(\w[\w.]*)?|(-?\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(:=|[=|(),]))/y;

/** Reads up to the end of an action; returns where it ends and whether it swallows the blanks behind it. */
function lexAction(template: string, start: number, tokens: Token[]): [end: number, trim: boolean] {
  tokens.push({ kind: 'open', text: '{{', offset: start - 2, spaced: false });
  lexemes.lastIndex = start;
  for (;;) {
    const closing = /\s-\}\}/y;
    const offset = lexemes.lastIndex;
    closing.lastIndex = offset;
    if (closing.test(template)) {
      tokens.push({ kind: 'close', text: '}}', offset, spaced: false });
      return [closing.lastIndex, true];
    }
    const match = lexemes.exec(template);
    if (match === null) {
      const found = offset >= template.length ? 'the end' : `"${template.slice(offset, offset + 10).trim()}"`;
      throw new SyntaxError(`${found} found at character ${offset + 1}, "}}" needed`);
    }
    const [, space = '', comment, close] = match;
    if (comment !== undefined) continue;
    if (close !== undefined) {
      tokens.push({ kind: 'close', text: '}}', offset, spaced: false });
      return [lexemes.lastIndex, close !== '}}'];
    }
    tokens.push({ ...lexeme(match), offset: offset + space.length, spaced: space !== '' });
  }
}

function lexeme(match: RegExpExecArray): Pick<Token, 'kind' | 'text'> {
  const [whole, , , , double, raw, variable, field, number, word, symbol] = match;
  if (double !== undefined) return { kind: 'string', text: unquote(double) };
  if (raw !== undefined) return { kind: 'string', text: raw };
  if (variable !== undefined) return { kind: 'variable', text: variable };
  if (number !== undefined) return { kind: 'number', text: number };
  if (word !== undefined) return { kind: 'word', text: word };
  if (symbol !== undefined) return { kind: 'symbol', text: symbol };
  return { kind: 'field', text: field ?? (whole.trim() === '.' ? '' : whole.trim().slice(1)) };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unquote(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/g, (_, long, short, letter) => {
    const code: string | undefined = long ?? short;
    return code === undefined ? (escapes[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16));
  });
}
