import { WeftError } from '../base/errors.ts';

/**
 * Text between quotes. BIRD's strings have no escapes, a backslash stands for itself.
 *
 * @throws WeftError BIRD_BAD_TEXT for a quote or a control character
 */
export function quoteText(text: string): string {
  const problem = quotingProblem(text);
  if (problem !== undefined) throw badText('text', text, problem);
  return `"${text}"`;
}

/** Why a text cannot stand between BIRD's quotes; `undefined` when it can. */
export function quotingProblem(text: string): string | undefined {
  if (/[\r\n]/.test(text)) return 'a line break found, none possible in BIRD';
  if (text.includes('"')) return 'a double quote found, none possible in BIRD';
  if (/\p{Cc}/u.test(text)) return 'a control character found, none possible in BIRD';
  return undefined;
}

/** A shell pattern between quotes; every character that BIRD cannot read becomes `?`, which matches it. */
export function quotePattern(pattern: string): string {
  return `"${pattern.replace(/["\\]|\p{Cc}/gu, '?')}"`;
}

/**
 * A name of ours as BIRD reads it: bare, or between apostrophes when it holds dots, colons or dashes. At most 64 characters.
 *
 * @throws WeftError BIRD_BAD_TEXT
 */
export function formatSymbol(name: string): string {
  if (name.length <= maxSymbolLength) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
    if (/^[A-Za-z0-9_.:-]+$/.test(name)) return `'${name}'`;
  }
  throw badText('name', name, `at most ${maxSymbolLength} of letters, digits, "_", ".", ":" and "-" needed`);
}

/** What follows `#`, up to the end of the line. */
export function commentText(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trimEnd();
}

/**
 * A keyword or several, as they stand in this project's source.
 *
 * @throws WeftError BIRD_BAD_TEXT
 */
export function formatKeywords(words: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_. ]*$/.test(words)) throw badText('keyword', words, 'letters, digits, "_" and "." needed');
  return words;
}

/** Longest name that BIRD takes. @see BIRD, SYM_MAX_LEN */
export const maxSymbolLength = 64;

function badText(what: string, text: string, problem: string): WeftError {
  return new WeftError('BIRD_BAD_TEXT', `Cannot write ${what} "${text}" into BIRD's configuration: ${problem}`);
}
