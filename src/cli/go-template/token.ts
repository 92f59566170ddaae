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
