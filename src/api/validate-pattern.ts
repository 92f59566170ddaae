import { errorText } from '../base/errors.ts';
import type { FieldError } from './field-error.ts';

/**
 * Checks a regular expression as Calico's users write them: the syntax of Go, which has flags in the middle and
 * `(?P<name>`, and neither looks around nor back. Absent and empty are fine. @see Go regexp/syntax
 */
export function validatePattern(field: string, value: string | undefined): readonly FieldError[] {
  if (value === undefined || value === '') return [];
  const parts = value.match(part) ?? [];
  const foreign = parts.find((one) => /^\\[1-9]$|^\(\?<?[=!]$/.test(one)) ?? tooMany(value);
  if (foreign !== undefined) return [{ field, value, reason: `"${foreign}" found, the syntax of Go needed` }];
  try {
    new RegExp(parts.map(inJavaScript).join(''));
    return [];
  } catch (error) {
    return [{ field, value, reason: errorText(error) }];
  }
}

/** A quoted stretch, an escape, a class of characters, the start of a group, or any one character. */
const part =
  /\\Q[\s\S]*?(?:\\E|$)|\\[\s\S]|\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]?|\(\?<?[=!]|\(\?[^:>)]*[:>)]|[\s\S]/g;

/** Go counts to 1000 and no further. */
function tooMany(value: string): string | undefined {
  return value.match(/\{\d+(?:,\d*)?\}/g)?.find((range) => range.match(/\d+/g)?.some((count) => Number(count) > 1000));
}

function inJavaScript(text: string): string {
  if (text.startsWith('\\Q')) return text.slice(2).replace(/\\E$/, '').replace(/[^\w]/g, '\\$&');
  if (/^\(\?P?<\w+>$/.test(text)) return text.replace('?P<', '?<');
  if (/^\(\?[imsU]*(?:-[imsU]+)?:$/.test(text)) return '(?:';
  return /^\(\?[imsU]*(?:-[imsU]+)?\)$/.test(text) ? '' : text;
}
