import { createHash } from 'node:crypto';
import { assertNever } from '../base/errors.ts';
import type { Selector } from './selector.ts';

const words = {
  equal: '==',
  'not-equal': '!=',
  contains: 'contains',
  'starts-with': 'starts with',
  'ends-with': 'ends with',
  in: 'in',
  'not-in': 'not in',
} as const;

/** The canonical text: double quotes, sorted sets, `(a && b)` in parentheses at every level. Calico hashes this text. */
export function formatSelector(selector: Selector): string {
  switch (selector.kind) {
    case 'all':
    case 'global':
      return `${selector.kind}()`;
    case 'has':
      return `has(${selector.label})`;
    case 'equal':
    case 'not-equal':
    case 'contains':
    case 'starts-with':
    case 'ends-with':
      return `${selector.label} ${words[selector.kind]} ${quote(selector.value)}`;
    case 'in':
    case 'not-in':
      return `${selector.label} ${words[selector.kind]} {${selector.values.map(quote).join(', ')}}`;
    case 'not':
      return `!${formatSelector(selector.operand)}`;
    case 'and':
      return `(${selector.operands.map(formatSelector).join(' && ')})`;
    case 'or':
      return `(${selector.operands.map(formatSelector).join(' || ')})`;
    default:
      return assertNever(selector);
  }
}

/** Calico's id of a selector, the stem of its IP set names: `s:` + base64url of SHA-224 over the canonical text. */
export function selectorId(selector: Selector): string {
  return `s:${createHash('sha224')
    .update(`s:${formatSelector(selector)}`)
    .digest('base64url')}`;
}

// A string cannot hold both quotes: the grammar has no escapes.
function quote(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
